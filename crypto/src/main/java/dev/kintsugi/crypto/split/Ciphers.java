package dev.kintsugi.crypto.split;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Single-use-key encryption and hashing through the Java platform. */
final class Ciphers {
  /**
   * Bytes handed to the platform at a time: calls enough for its intrinsics to be compiled soon.
   */
  private static final int STRIDE = 64 << 10;

  private Ciphers() {}

  /** Exclusive-ors a range with the AES-256-CTR key stream that starts at a counter. */
  static void aesCtr(
      byte[] key, long counter, byte[] in, int inOff, int len, byte[] out, int outOff) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      byte[] iv = ByteBuffer.allocate(16).putLong(8, counter).array();
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
      int done = 0;
      while (len - done > STRIDE) {
        done += cipher.update(in, inOff + done, STRIDE, out, outOff + done);
      }
      cipher.doFinal(in, inOff + done, len - done, out, outOff + done);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES/CTR is part of every Java platform", e);
    }
  }

  /** AES-256-GCM with the zero nonce; the key must never be used again. */
  static int sealWithSingleUseKey(
      byte[] key, byte[] in, int inOff, int len, byte[] out, int outOff) {
    try {
      return gcm(Cipher.ENCRYPT_MODE, key).doFinal(in, inOff, len, out, outOff);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to seal", e);
    }
  }

  /** Opens what {@link #sealWithSingleUseKey} made; returns false if it is not authentic. */
  static boolean openWithSingleUseKey(
      byte[] key, byte[] in, int inOff, int len, byte[] out, int outOff) {
    try {
      gcm(Cipher.DECRYPT_MODE, key).doFinal(in, inOff, len, out, outOff);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to open", e);
    }
  }

  static byte[] sha256(byte[] in, int off, int len) {
    MessageDigest digest = sha256();
    for (int done = 0; done < len; done += STRIDE) {
      digest.update(in, off + done, Math.min(STRIDE, len - done));
    }
    return digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every Java platform", e);
    }
  }

  private static Cipher gcm(int mode, byte[] key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, new byte[12]));
    return cipher;
  }
}
