package dev.kintsugi.crypto.mnemonic;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Shamir's sharing as SLIP-0039 has it: over GF(2^8) with the polynomial 0x11b, the secret at 255,
 * and for thresholds above 1 a digest of it at 254, which proves what was combined.
 *
 * <p>Products with bytes of shares are computed with masks: neither branches nor addresses depend
 * on them. Abscissas are public.
 */
final class Interpolation {
  static final int SECRET_AT = 255;
  static final int DIGEST_AT = 254;

  private static final int DIGEST_LENGTH = 4;

  private Interpolation() {}

  /** Where uniform bytes come from. */
  interface Randomness {
    byte[] next(int length);
  }

  static final Randomness SYSTEM = RandomBytes::next;

  /** Multiplies without branches and without tables. */
  static int multiply(int a, int b) {
    int product = 0;
    int shifted = a;
    for (int i = 0; i < 8; i++) {
      product ^= -((b >> i) & 1) & shifted;
      shifted = (shifted << 1) ^ (-(shifted >> 7) & 0x11b);
    }
    return product;
  }

  /** Returns a^254, which is 1/a. */
  private static int inverse(int a) {
    int power = a;
    int result = 1;
    for (int i = 1; i < 8; i++) {
      power = multiply(power, power);
      result = multiply(result, power);
    }
    return result;
  }

  /** Returns the value at {@code at} of the polynomial through points of distinct abscissas. */
  static byte[] at(int at, int[] xs, byte[][] ys) {
    byte[] value = new byte[ys[0].length];
    for (int i = 0; i < xs.length; i++) {
      int numerator = 1;
      int denominator = 1;
      for (int j = 0; j < xs.length; j++) {
        if (j != i) {
          numerator = multiply(numerator, at ^ xs[j]);
          denominator = multiply(denominator, xs[i] ^ xs[j]);
        }
      }
      int factor = multiply(numerator, inverse(denominator));
      for (int k = 0; k < value.length; k++) {
        value[k] ^= (byte) multiply(ys[i][k] & 0xff, factor);
      }
    }
    return value;
  }

  /** Splits a secret into the values at 0 to {@code count - 1}. */
  static byte[][] split(int threshold, int count, byte[] secret, Randomness random) {
    byte[][] shares = new byte[count][];
    if (threshold == 1) {
      Arrays.setAll(shares, i -> secret.clone());
      return shares;
    }
    int[] xs = new int[threshold];
    byte[][] ys = new byte[threshold][];
    for (int i = 0; i < threshold - 2; i++) {
      xs[i] = i;
      ys[i] = random.next(secret.length);
    }
    byte[] mask = random.next(secret.length - DIGEST_LENGTH);
    byte[] proof = Arrays.copyOf(digest(mask, secret), secret.length);
    System.arraycopy(mask, 0, proof, DIGEST_LENGTH, mask.length);
    xs[threshold - 2] = DIGEST_AT;
    ys[threshold - 2] = proof;
    xs[threshold - 1] = SECRET_AT;
    ys[threshold - 1] = secret;
    for (int i = 0; i < count; i++) {
      shares[i] = i < threshold - 2 ? ys[i] : at(i, xs, ys);
    }
    Arrays.fill(mask, (byte) 0);
    Arrays.fill(proof, (byte) 0);
    return shares;
  }

  /** Combines exactly as many shares as are needed; returns nothing if they prove wrong. */
  static byte[] combine(int[] xs, byte[][] ys) {
    if (xs.length == 1) {
      return ys[0].clone();
    }
    byte[] secret = at(SECRET_AT, xs, ys);
    byte[] proof = at(DIGEST_AT, xs, ys);
    byte[] mask = Arrays.copyOfRange(proof, DIGEST_LENGTH, proof.length);
    byte[] claimed = Arrays.copyOf(proof, DIGEST_LENGTH);
    boolean proven = ConstantTime.equal(claimed, digest(mask, secret));
    Arrays.fill(mask, (byte) 0);
    Arrays.fill(proof, (byte) 0);
    if (!proven) {
      Arrays.fill(secret, (byte) 0);
      return new byte[0];
    }
    return secret;
  }

  private static byte[] digest(byte[] mask, byte[] secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(mask, "HmacSHA256"));
      return Arrays.copyOf(mac.doFinal(secret), DIGEST_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 is part of every Java platform", e);
    }
  }
}
