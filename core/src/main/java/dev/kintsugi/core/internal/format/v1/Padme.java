package dev.kintsugi.core.internal.format.v1;

/**
 * Padmé: rounds a length up so that lengths up to L take only O(log log L) bits to tell apart, at
 * an overhead of at most 12 % that shrinks as lengths grow.
 *
 * <p>Source: K. Nikitin, L. Barman, W. Lueks, M. Underwood, J.-P. Hubaux, B. Ford, "Reducing
 * Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019, algorithm 1.
 */
public final class Padme {
  private Padme() {}

  /**
   * Returns the padded length: the least number not below {@code length} whose binary mantissa has
   * no more bits than its exponent.
   *
   * @param length 0 to 2^62
   */
  public static long padded(long length) {
    if (length < 0 || length > 1L << 62) {
      throw new IllegalArgumentException("length (" + length + ") must be in 0..2^62");
    }
    if (length < 2) {
      return length;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(length);
    int mantissa = 32 - Integer.numberOfLeadingZeros(exponent);
    long mask = (1L << Math.max(0, exponent - mantissa)) - 1;
    return (length + mask) & ~mask;
  }
}
