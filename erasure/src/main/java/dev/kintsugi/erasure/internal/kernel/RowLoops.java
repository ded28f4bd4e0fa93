package dev.kintsugi.erasure.internal.kernel;

/**
 * Loops over rows of bytes that HotSpot turns into vector instructions, each over the indices from
 * (inclusive) to (exclusive) of every row.
 *
 * <p>Doubling in GF(2^8) is {@code (x << 1) ^ (x < 0 ? 0x1d : 0)}. The condition is written as
 * {@code ((x >> 7) | ~0x1d) ^ ~0x1d}: the plain {@code (x >> 7) & 0x1d} is rewritten by the
 * compiler into an unsigned shift, which it then cannot vectorise on bytes.
 */
final class RowLoops {
  private static final int NOT_POLYNOMIAL = ~0x1d;

  private RowLoops() {}

  static void set(byte[] sum, byte[] a, byte[] b, byte[] c, byte[] d, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = (byte) (a[i] ^ b[i] ^ c[i] ^ d[i]);
    }
  }

  static void add(byte[] sum, byte[] a, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = (byte) (sum[i] ^ a[i]);
    }
  }

  static void add(byte[] sum, byte[] a, byte[] b, byte[] c, byte[] d, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = (byte) (sum[i] ^ a[i] ^ b[i] ^ c[i] ^ d[i]);
    }
  }

  static void twice(byte[] sum, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = (byte) ((sum[i] << 1) ^ ((sum[i] >> 7) | NOT_POLYNOMIAL) ^ NOT_POLYNOMIAL);
    }
  }

  static void doubleAndAdd(byte[] sum, byte[] a, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] = (byte) ((sum[i] << 1) ^ ((sum[i] >> 7) | NOT_POLYNOMIAL) ^ NOT_POLYNOMIAL ^ a[i]);
    }
  }

  static void doubleAndAdd(byte[] sum, byte[] a, byte[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] =
          (byte) ((sum[i] << 1) ^ ((sum[i] >> 7) | NOT_POLYNOMIAL) ^ NOT_POLYNOMIAL ^ a[i] ^ b[i]);
    }
  }

  static void doubleAndAdd(byte[] sum, byte[] a, byte[] b, byte[] c, byte[] d, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] =
          (byte)
              ((sum[i] << 1)
                  ^ ((sum[i] >> 7) | NOT_POLYNOMIAL)
                  ^ NOT_POLYNOMIAL
                  ^ a[i]
                  ^ b[i]
                  ^ c[i]
                  ^ d[i]);
    }
  }
}
