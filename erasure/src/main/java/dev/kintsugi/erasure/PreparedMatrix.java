package dev.kintsugi.erasure;

import java.nio.ByteBuffer;

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

  /**
   * Returns whether every output is the product already. Nothing is modified, and rows may overlap.
   *
   * @param inputs as in {@link #multiply(byte[][], int, byte[][], int, int)}
   * @param inputOffset where the range starts in every input
   * @param outputs the rows to compare with the product
   * @param outputOffset where the range starts in every output
   * @param length the number of bytes of every row; 0 matches
   * @throws IllegalArgumentException if a row that is needed is null or too short for its range, or
   *     an offset or the length is negative
   */
  boolean matches(byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length);

  /**
   * Overwrites every output buffer, from its position to its limit, with the product. Positions and
   * limits do not change. Heap and direct buffers may be mixed; direct buffers spare the {@code
   * isa-l} kernel its copies.
   *
   * @param inputs holds the buffers to read, which may be read-only, at the indices given to {@link
   *     GaloisKernel#prepare}; other elements may be null
   * @param outputs holds the buffers to write at the indices given to {@link GaloisKernel#prepare};
   *     other elements may be null; may be the same array as inputs. Outputs must not overlap
   *     inputs or each other; to detect that where Java does not tell where a buffer lies (direct
   *     ones and read-only ones) bytes of an output may change for a moment
   * @throws IllegalArgumentException if a buffer that is needed is null, an output is read-only,
   *     the remaining bytes are not the same number for all, or buffers overlap; nothing has been
   *     written then
   */
  void multiply(ByteBuffer[] inputs, ByteBuffer[] outputs);

  /**
   * Adds (exclusive-or) the product to every output buffer, otherwise as {@link
   * #multiply(ByteBuffer[], ByteBuffer[])}.
   *
   * @throws IllegalArgumentException as {@link #multiply(ByteBuffer[], ByteBuffer[])}
   */
  void multiplyAdd(ByteBuffer[] inputs, ByteBuffer[] outputs);

  /**
   * Returns whether every output buffer, from its position to its limit, is the product already.
   * Nothing is modified, and buffers may overlap and be read-only.
   *
   * @throws IllegalArgumentException if a buffer that is needed is null or the remaining bytes are
   *     not the same number for all
   */
  boolean matches(ByteBuffer[] inputs, ByteBuffer[] outputs);
}
