package dev.kintsugi.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Authenticated encryption of small records (rows, headers, key files) with AES-256-GCM and random
 * nonces.
 *
 * <p>Opening fails unless key, associated data and every byte of the sealed record are exactly
 * those of one call of {@link #seal}; then nothing about the plaintext is released. Sealing the
 * same record twice gives unrelated bytes. A key may seal up to 2<sup>32</sup> records (NIST SP
 * 800-38D, 8.3); derive a key per purpose with {@link Hkdf}. Length is not hidden. Extents use
 * {@link ExtentSealer}.
 *
 * <p>Thread-safe and stateless.
 */
public final class Aead {
  /** Length of a key in bytes. */
  public static final int KEY_LENGTH = 32;

  /** Length of the nonce at the start of a sealed record, in bytes. */
  public static final int NONCE_LENGTH = 12;

  /** Length of the tag at the end of a sealed record, in bytes. */
  public static final int TAG_LENGTH = 16;

  /** How much longer a sealed record is than its plaintext, in bytes. */
  public static final int OVERHEAD = NONCE_LENGTH + TAG_LENGTH;

  static final String TRANSFORMATION = "AES/GCM/NoPadding";

  private Aead() {}

  /**
   * Seals a record.
   *
   * @param key a key of {@value #KEY_LENGTH} bytes
   * @param associatedData what the record is bound to; it is authenticated, not stored
   * @param plaintext the record, may be empty
   * @return nonce ‖ ciphertext ‖ tag: {@code plaintext.length +} {@value #OVERHEAD} bytes
   * @throws IllegalArgumentException if the key has another length
   */
  public static byte[] seal(Secret key, byte[] associatedData, byte[] plaintext) {
    byte[] nonce = RandomBytes.next(NONCE_LENGTH);
    byte[] sealed = new byte[Math.addExact(plaintext.length, OVERHEAD)];
    System.arraycopy(nonce, 0, sealed, 0, NONCE_LENGTH);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_LENGTH, nonce));
      cipher.updateAAD(associatedData);
      cipher.doFinal(plaintext, 0, plaintext.length, sealed, NONCE_LENGTH);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to seal", e);
    }
  }

  /**
   * Opens a record.
   *
   * @param key the key it was sealed under
   * @param associatedData the associated data it was sealed with
   * @param sealed nonce ‖ ciphertext ‖ tag, as returned by {@link #seal}
   * @return the plaintext, {@code sealed.length -} {@value #OVERHEAD} bytes
   * @throws AuthenticationFailedException if anything differs from what was sealed, or the record
   *     is shorter than {@value #OVERHEAD} bytes
   * @throws IllegalArgumentException if the key has another length
   */
  public static byte[] open(Secret key, byte[] associatedData, byte[] sealed) {
    if (sealed.length < OVERHEAD) {
      throw new AuthenticationFailedException(
          "sealed record has " + sealed.length + " bytes, fewer than the minimum of " + OVERHEAD);
    }
    try {
      GCMParameterSpec nonce = new GCMParameterSpec(8 * TAG_LENGTH, sealed, 0, NONCE_LENGTH);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce);
      cipher.updateAAD(associatedData);
      return cipher.doFinal(sealed, NONCE_LENGTH, sealed.length - NONCE_LENGTH);
    } catch (AEADBadTagException e) {
      throw new AuthenticationFailedException(
          "sealed record of " + sealed.length + " bytes is not authentic under this key", e);
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to open", e);
    }
  }

  private static Cipher cipher(int mode, Secret key, GCMParameterSpec nonce)
      throws GeneralSecurityException {
    if (key.length() != KEY_LENGTH) {
      throw new IllegalArgumentException(
          "key (" + key.length() + " bytes) must have " + KEY_LENGTH);
    }
    WipeableKey aes = WipeableKey.aes(key.copyBytes());
    try {
      Cipher cipher = Cipher.getInstance(TRANSFORMATION);
      cipher.init(mode, aes, nonce);
      return cipher;
    } finally {
      aes.destroy();
    }
  }
}
