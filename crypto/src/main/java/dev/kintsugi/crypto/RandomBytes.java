package dev.kintsugi.crypto;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

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
    try (Stream stream = new Stream()) {
      stream.fill(b, off, len);
    }
  }

  /**
   * Random bytes for one piece of work that wants them in small portions: one key from the system's
   * generator for up to {@value #BYTES_PER_SEED} bytes, then another. Made, used and closed within
   * one call, it is as good as {@link RandomBytes#fill}, and spares a key for each portion. Not
   * thread-safe.
   */
  public static final class Stream implements AutoCloseable {
    private @Nullable WipeableKey key;
    private @Nullable Cipher cipher;
    private int left;

    /** Starts a stream; nothing is drawn yet. */
    public Stream() {}

    /**
     * Overwrites part of an array with fresh random bytes.
     *
     * @param b the array
     * @param off index of the first byte to overwrite
     * @param len how many bytes to overwrite
     * @throws IndexOutOfBoundsException if the range is not inside the array
     */
    public void fill(byte[] b, int off, int len) {
      Objects.checkFromIndexSize(off, len, b.length);
      int done = 0;
      while (done < len) {
        Cipher current = cipher;
        if (left == 0 || current == null) {
          current = reseed();
        }
        int now = Math.min(left, len - done);
        update(current, b, off + done, now);
        left -= now;
        done += now;
      }
    }

    private Cipher reseed() {
      close();
      byte[] seed = new byte[32];
      SYSTEM.nextBytes(seed);
      WipeableKey fresh = WipeableKey.aes(seed);
      key = fresh;
      Cipher next = counterMode(fresh);
      cipher = next;
      left = BYTES_PER_SEED;
      return next;
    }

    /** Wipes the key. What is asked for afterwards comes from another one. */
    @Override
    public void close() {
      if (key != null) {
        key.destroy();
        key = null;
        cipher = null;
        left = 0;
      }
    }
  }

  private static Cipher counterMode(WipeableKey key) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES/CTR is part of every Java platform", e);
    }
  }

  private static void update(Cipher cipher, byte[] b, int off, int len) {
    try {
      int done = 0;
      while (done < len) {
        done += cipher.update(ZEROS, 0, Math.min(ZEROS.length, len - done), b, off + done);
      }
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("counter mode gives a byte for every byte", e);
    }
  }

  /** Writes the AES-256-CTR key stream of {@code seed} (counter from zero) and wipes the seed. */
  static void expandInsecureIfSeedIsReused(byte[] seed, byte[] b, int off, int len) {
    WipeableKey key = WipeableKey.aes(seed);
    update(counterMode(key), b, off, len);
    key.destroy();
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
