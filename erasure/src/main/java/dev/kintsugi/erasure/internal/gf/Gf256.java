package dev.kintsugi.erasure.internal.gf;

/**
 * The field GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11d) and the generator 2.
 *
 * <p>Elements are ints in 0..255. Every operation looks values up in tables, so its timing depends
 * on its operands: use it for coefficients, never for secret bytes.
 */
public final class Gf256 {
  /** The number of elements. */
  public static final int SIZE = 256;

  /** The reducing polynomial, with its x^8 term. */
  public static final int POLYNOMIAL = 0x11d;

  private static final int ORDER = 255;
  private static final byte[] EXP = new byte[2 * ORDER];
  private static final int[] LOG = new int[SIZE];
  private static final byte[] PRODUCTS = new byte[SIZE * SIZE];

  static {
    int x = 1;
    for (int i = 0; i < ORDER; i++) {
      EXP[i] = (byte) x;
      EXP[i + ORDER] = (byte) x;
      LOG[x] = i;
      x <<= 1;
      if (x >= SIZE) {
        x ^= POLYNOMIAL;
      }
    }
    for (int a = 1; a < SIZE; a++) {
      for (int b = 1; b < SIZE; b++) {
        PRODUCTS[a * SIZE + b] = EXP[LOG[a] + LOG[b]];
      }
    }
  }

  private Gf256() {}

  /** Returns a·b. */
  public static int multiply(int a, int b) {
    return PRODUCTS[a * SIZE + b] & 0xff;
  }

  /**
   * Returns the multiplicative inverse of a.
   *
   * @throws ArithmeticException if a is 0
   */
  public static int inverse(int a) {
    if (a == 0) {
      throw new ArithmeticException("zero has no inverse in GF(2^8)");
    }
    return EXP[ORDER - LOG[a]] & 0xff;
  }

  /** Returns base to the power of exponent (≥ 0); 0^0 is 1. */
  public static int power(int base, int exponent) {
    if (exponent == 0) {
      return 1;
    }
    if (base == 0) {
      return 0;
    }
    return EXP[(int) ((long) LOG[base] * exponent % ORDER)] & 0xff;
  }

  /** Returns the discrete logarithm of a non-zero element to the base 2, in 0..254. */
  public static int log(int a) {
    if (a == 0) {
      throw new ArithmeticException("zero has no logarithm in GF(2^8)");
    }
    return LOG[a];
  }

  /** Adds factor·source to target, element by element, over the first length elements. */
  public static void addScaled(byte[] target, byte[] source, int factor, int length) {
    if (factor == 0) {
      return;
    }
    int row = factor * SIZE;
    for (int i = 0; i < length; i++) {
      target[i] ^= PRODUCTS[row + (source[i] & 0xff)];
    }
  }

  /** Multiplies the first length elements of row by factor, in place. */
  public static void scale(byte[] row, int factor, int length) {
    int products = factor * SIZE;
    for (int i = 0; i < length; i++) {
      row[i] = PRODUCTS[products + (row[i] & 0xff)];
    }
  }
}
