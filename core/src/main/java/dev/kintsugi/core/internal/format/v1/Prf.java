package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.Secret;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 as a pseudorandom function, and AES-256 as a pseudorandom permutation of a block. */
final class Prf {
  static final int BLOCK = 16;

  private Prf() {}

  /** Returns the first {@code length} bytes of HMAC-SHA256 over the concatenated parts. */
  static byte[] of(Secret key, int length, byte[]... parts) {
    return key.use(
        bytes -> {
          try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            for (byte[] part : parts) {
              mac.update(part);
            }
            return Arrays.copyOf(mac.doFinal(), length);
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
          }
        });
  }

  /** Encrypts one block of {@value #BLOCK} bytes. */
  static byte[] permute(Secret key, byte[] block) {
    return block(Cipher.ENCRYPT_MODE, key, block);
  }

  /** Decrypts one block of {@value #BLOCK} bytes. */
  static byte[] invert(Secret key, byte[] block) {
    return block(Cipher.DECRYPT_MODE, key, block);
  }

  // One block is a permutation, not a mode of operation: nothing is chained, so nothing repeats.
  @SuppressWarnings("InsecureCryptoUsage")
  private static byte[] block(int mode, Secret key, byte[] block) {
    if (block.length != BLOCK) {
      throw new IllegalArgumentException("block (" + block.length + " bytes) must have " + BLOCK);
    }
    return key.use(
        bytes -> {
          try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, new SecretKeySpec(bytes, "AES"));
            return cipher.doFinal(block);
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES is part of every Java platform", e);
          }
        });
  }
}
