package dev.kintsugi.crypto.split;

/**
 * Where the uniform bytes of a split come from. Production code uses {@link
 * dev.kintsugi.crypto.RandomBytes#fill}; anything else is for known answers and tests only.
 */
@FunctionalInterface
public interface RandomSource {
  /**
   * Overwrites a range with uniformly random bytes, never the same twice.
   *
   * @param b the array
   * @param off index of the first byte
   * @param len how many bytes
   */
  void fill(byte[] b, int off, int len);
}
