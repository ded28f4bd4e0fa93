package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.Secret;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM with a nonce chosen by the caller. The nonce must be a function of the plaintext (as
 * in a synthetic initialisation vector): one nonce with two plaintexts would give both away.
 */
final class HeaderSeal {
  static final int TAG_LENGTH = 16;

  private HeaderSeal() {}

  /** Returns ciphertext ‖ tag. */
  static byte[] sealWithSyntheticNonce(
      Secret key, byte[] nonce, byte[] associatedData, byte[] name, byte[] plain) {
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce);
      cipher.updateAAD(associatedData);
      cipher.updateAAD(name);
      return cipher.doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to seal a header", e);
    }
  }

  /** Returns the plaintext, or null if anything differs from what was sealed. */
  static byte @Nullable [] open(
      Secret key, byte[] nonce, byte[] associatedData, byte[] name, byte[] sealed) {
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce);
      cipher.updateAAD(associatedData);
      cipher.updateAAD(name);
      return cipher.doFinal(sealed);
    } catch (AEADBadTagException notAuthentic) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to open a header", e);
    }
  }

  private static Cipher cipher(int mode, Secret key, byte[] nonce) {
    return key.use(
        bytes -> {
          try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(8 * TAG_LENGTH, nonce));
            return cipher;
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every Java platform", e);
          }
        });
  }
}
