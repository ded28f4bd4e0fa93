package dev.kintsugi.erasure;

/**
 * A matrix over GF(2^8) made ready by a {@link GaloisKernel}, with whatever tables that kernel
 * needs. Immutable and thread-safe.
 */
public interface PreparedMatrix {
  /** Returns the number of columns, which is the number of rows that a product reads. */
  int inputs();

  /** Returns the number of rows, which is the number of rows that a product writes. */
  int outputs();

  /**
   * Overwrites a range of every output with the product.
   *
   * @param inputs holds the rows to read at the indices given to {@link GaloisKernel#prepare};
   *     other elements may be null; nothing is modified
   * @param inputOffset where the range starts in every input
   * @param outputs holds the rows to write at the indices given to {@link GaloisKernel#prepare};
   *     other elements may be null; may be the same array as inputs
   * @param outputOffset where the range starts in every output
   * @param length the number of bytes of every row, possibly 0
   * @throws IllegalArgumentException if a row that is needed is null or too short for its range, an
   *     offset or the length is negative, or the range of an output overlaps the range of an input
   *     or of another output; nothing has been written then
   */
  void multiply(byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length);

  /**
   * Adds (exclusive-or) the product to a range of every output, otherwise as {@link
   * #multiply(byte[][], int, byte[][], int, int)}.
   *
   * @throws IllegalArgumentException as {@link #multiply(byte[][], int, byte[][], int, int)}
   */
  void multiplyAdd(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length);
}
