package dev.kintsugi.crypto.mnemonic;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Encrypts the master secret under the passphrase: a Feistel network of four rounds whose function
 * is PBKDF2-HMAC-SHA256, so that every passphrase gives some secret. Source: SLIP-0039, "Encryption
 * of the master secret".
 */
final class Feistel {
  private static final int ROUNDS = 4;
  private static final int ITERATIONS = 2500;
  private static final int HASH_LENGTH = 32;

  private Feistel() {}

  static byte[] encrypt(byte[] secret, char[] passphrase, Share.Header header) {
    return rounds(secret, passphrase, header, false);
  }

  static byte[] decrypt(byte[] encrypted, char[] passphrase, Share.Header header) {
    return rounds(encrypted, passphrase, header, true);
  }

  /** Returns how many rounds of PBKDF2 it takes to encrypt or decrypt a secret. */
  static long work(int secretLength, Share.Header header) {
    int blocks = (secretLength / 2 + HASH_LENGTH - 1) / HASH_LENGTH;
    return (((long) ROUNDS * ITERATIONS) << header.iterationExponent()) * blocks;
  }

  private static byte[] rounds(
      byte[] input, char[] passphrase, Share.Header header, boolean reverse) {
    int half = input.length / 2;
    byte[] left = Arrays.copyOf(input, half);
    byte[] right = Arrays.copyOfRange(input, half, input.length);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] mask = function(reverse ? ROUNDS - 1 - i : i, passphrase, header, right);
      for (int k = 0; k < half; k++) {
        left[k] ^= mask[k];
      }
      byte[] swap = left;
      left = right;
      right = swap;
    }
    byte[] output = Arrays.copyOf(right, input.length);
    System.arraycopy(left, 0, output, half, half);
    Arrays.fill(left, (byte) 0);
    Arrays.fill(right, (byte) 0);
    return output;
  }

  private static byte[] function(int round, char[] passphrase, Share.Header header, byte[] right) {
    byte[] label = header.extendable() ? new byte[0] : "shamir".getBytes(StandardCharsets.US_ASCII);
    int prefix = header.extendable() ? 0 : label.length + 2;
    byte[] salt = Arrays.copyOf(label, prefix + right.length);
    if (!header.extendable()) {
      salt[label.length] = (byte) (header.identifier() >> 8);
      salt[label.length + 1] = (byte) header.identifier();
    }
    System.arraycopy(right, 0, salt, prefix, right.length);
    char[] password = new char[passphrase.length + 1];
    password[0] = (char) round;
    System.arraycopy(passphrase, 0, password, 1, passphrase.length);
    PBEKeySpec spec =
        new PBEKeySpec(password, salt, ITERATIONS << header.iterationExponent(), 8 * right.length);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("PBKDF2 is part of every Java platform", e);
    } finally {
      spec.clearPassword();
      Arrays.fill(password, '\0');
      Arrays.fill(salt, (byte) 0);
    }
  }
}
