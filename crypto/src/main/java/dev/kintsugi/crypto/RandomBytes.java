package dev.kintsugi.crypto;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * Cryptographically secure random bytes, fast enough for secret splitting.
 *
 * <p>Requests of up to {@value #DIRECT_LIMIT} bytes (keys, nonces, names) come straight from the
 * operating system's generator. Longer ones are the AES-256-CTR key stream of a 256-bit key drawn
 * freshly from that generator, for each request and again after every {@value #BYTES_PER_SEED}
 * bytes; no key is ever used twice and none outlives its request. The output is therefore
 * computationally indistinguishable from uniform noise, what was returned earlier cannot be
 * recomputed from the state of the process, and a process that was cloned from a memory snapshot
 * does not repeat itself.
 *
 * <p>Thread-safe; threads do not contend except inside the system's generator.
 */
public final class RandomBytes {
  /** Bytes of key stream taken from one seed. */
  public static final int BYTES_PER_SEED = 4 << 20;

  /** The longest request that is served by the system's generator itself, in bytes. */
  public static final int DIRECT_LIMIT = 64;

  private static final SecureRandom SYSTEM = systemGenerator();
  private static final byte[] ZEROS = new byte[64 << 10];

  private RandomBytes() {}

  /**
   * Returns fresh random bytes.
   *
   * @param n how many, 0 or more
   * @return a new array of {@code n} bytes
   */
  public static byte[] next(int n) {
    byte[] bytes = new byte[n];
    fill(bytes, 0, n);
    return bytes;
  }

  /**
   * Overwrites part of an array with fresh random bytes.
   *
   * @param b the array
   * @param off index of the first byte to overwrite
   * @param len how many bytes to overwrite
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static void fill(byte[] b, int off, int len) {
    Objects.checkFromIndexSize(off, len, b.length);
    if (len <= DIRECT_LIMIT) {
      byte[] direct = new byte[len];
      SYSTEM.nextBytes(direct);
      System.arraycopy(direct, 0, b, off, len);
      Arrays.fill(direct, (byte) 0);
      return;
    }
    for (int done = 0; done < len; done += BYTES_PER_SEED) {
      byte[] seed = new byte[32];
      SYSTEM.nextBytes(seed);
      expandInsecureIfSeedIsReused(seed, b, off + done, Math.min(BYTES_PER_SEED, len - done));
    }
  }

  /** Writes the AES-256-CTR key stream of {@code seed} (counter from zero) and wipes the seed. */
  static void expandInsecureIfSeedIsReused(byte[] seed, byte[] b, int off, int len) {
    WipeableKey key = WipeableKey.aes(seed);
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
      int done = 0;
      while (done < len) {
        done += cipher.update(ZEROS, 0, Math.min(ZEROS.length, len - done), b, off + done);
      }
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES/CTR is part of every Java platform", e);
    } finally {
      key.destroy();
    }
  }

  private static SecureRandom systemGenerator() {
    try {
      return SecureRandom.getInstance("NativePRNGNonBlocking");
    } catch (NoSuchAlgorithmException notUnix) {
      // Not a Unix system: the platform's default is backed by the system's generator there.
      return new SecureRandom();
    }
  }
}
