package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Gf256;

/**
 * Single elements of the field that all kernels compute in: GF(2^8) with the polynomial 0x11d, an
 * element being an int in 0..255. Addition and subtraction are exclusive-or.
 *
 * <p>The timing of these methods depends on their operands: use them to compute coefficients from
 * public numbers, and a {@link GaloisKernel} for the data.
 */
public final class GaloisField {
  private GaloisField() {}

  /**
   * Returns a·b.
   *
   * @throws IllegalArgumentException if an operand is not in 0..255
   */
  public static int multiply(int a, int b) {
    return Gf256.multiply(element("a", a), element("b", b));
  }

  /**
   * Returns a/b.
   *
   * @throws IllegalArgumentException if an operand is not in 0..255
   * @throws ArithmeticException if b is 0
   */
  public static int divide(int a, int b) {
    return Gf256.multiply(element("a", a), Gf256.inverse(element("b", b)));
  }

  /**
   * Returns a to the power of exponent; 0^0 is 1.
   *
   * @throws IllegalArgumentException if a is not in 0..255 or the exponent is negative
   */
  public static int power(int a, int exponent) {
    if (exponent < 0) {
      throw new IllegalArgumentException("exponent (%d) must not be negative".formatted(exponent));
    }
    return Gf256.power(element("a", a), exponent);
  }

  private static int element(String name, int value) {
    if (value < 0 || value >= Gf256.SIZE) {
      throw new IllegalArgumentException("%s (%d) must be in 0..255".formatted(name, value));
    }
    return value;
  }
}
