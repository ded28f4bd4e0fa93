package dev.kintsugi.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * HKDF with SHA-256 (RFC 5869): turns one secret into independent keys, told apart by {@code info}.
 *
 * <p>Outputs for different {@code info} are indistinguishable from independent random strings as
 * long as the input keying material has enough entropy. Thread-safe and stateless.
 */
public final class Hkdf {
  /** Length of a pseudo-random key and of one output block, in bytes. */
  public static final int HASH_LENGTH = 32;

  /** The longest output, in bytes (RFC 5869: 255 blocks). */
  public static final int MAX_LENGTH = 255 * HASH_LENGTH;

  private Hkdf() {}

  /**
   * Extracts and expands.
   *
   * @param ikm input keying material
   * @param salt non-secret random value, empty for none
   * @param info what the key is for; different uses must give different values
   * @param length bytes wanted, 1 to {@value #MAX_LENGTH}
   * @return a new secret owned by the caller
   * @throws IllegalArgumentException if {@code length} is out of range
   */
  public static Secret derive(Secret ikm, byte[] salt, byte[] info, int length) {
    try (Secret prk = extract(ikm, salt)) {
      return expand(prk, info, length);
    }
  }

  /**
   * Concentrates keying material into a pseudo-random key.
   *
   * @param ikm input keying material
   * @param salt non-secret random value, empty for none
   * @return a new secret of {@value #HASH_LENGTH} bytes owned by the caller
   */
  public static Secret extract(Secret ikm, byte[] salt) {
    // RFC 5869: no salt means HashLen zeros, which HMAC treats as the empty key.
    byte[] key = salt.length == 0 ? new byte[HASH_LENGTH] : salt.clone();
    return ikm.use(bytes -> Secret.takeOver(hmac(key).doFinal(bytes)));
  }

  /**
   * Expands a pseudo-random key.
   *
   * @param prk a pseudo-random key of at least {@value #HASH_LENGTH} bytes, as made by {@link
   *     #extract}
   * @param info what the key is for
   * @param length bytes wanted, 1 to {@value #MAX_LENGTH}
   * @return a new secret owned by the caller
   * @throws IllegalArgumentException if {@code length} is out of range or {@code prk} too short
   */
  public static Secret expand(Secret prk, byte[] info, int length) {
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException("length (" + length + ") must be in 1.." + MAX_LENGTH);
    }
    if (prk.length() < HASH_LENGTH) {
      throw new IllegalArgumentException(
          "pseudo-random key (" + prk.length() + " bytes) must have at least " + HASH_LENGTH);
    }
    Mac mac = prk.use(Hkdf::hmac);
    byte[] out = new byte[length];
    byte[] block = new byte[0];
    for (int done = 0, counter = 1; done < length; counter++) {
      mac.update(block);
      mac.update(info);
      mac.update((byte) counter);
      Arrays.fill(block, (byte) 0);
      block = mac.doFinal();
      int n = Math.min(block.length, length - done);
      System.arraycopy(block, 0, out, done, n);
      done += n;
    }
    Arrays.fill(block, (byte) 0);
    return Secret.takeOver(out);
  }

  /** Returns HMAC-SHA256 under a non-empty key; the array stays the caller's. */
  static Mac hmac(byte[] key) {
    WipeableKey wipeable = WipeableKey.hmac(key.clone());
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(wipeable);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("HmacSHA256 is part of every Java platform", e);
    } finally {
      wipeable.destroy();
    }
  }
}
