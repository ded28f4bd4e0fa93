package dev.kintsugi.erasure;

/**
 * Multiplies a matrix over GF(2^8) by rows of bytes: the one operation that all codes of this
 * library, and secret splitting, run on.
 *
 * <p>The field is GF(2^8) with the polynomial 0x11d. Every kernel gives exactly the same bytes.
 * Kernels are stateless and thread-safe.
 *
 * <p>A kernel is obtained from {@link GaloisKernels}; an implementation is announced by a {@link
 * GaloisKernelProvider}.
 */
public interface GaloisKernel {
  /** Returns the short, stable name that selects this kernel, such as {@code portable}. */
  String name();

  /**
   * Returns whether the time of a product and the memory addresses it touches are independent of
   * the bytes of the rows. They may depend on the matrix and on all lengths. Kernels that return
   * false must not be given secrets where an attacker shares the machine.
   *
   * <p>True is as much as the kernel's code can promise. The Java kernels have neither branches nor
   * tables that depend on the bytes, but {@code vector} goes through arrays indexed by them while
   * it is interpreted, until it is compiled for the first time; {@code isa-l} keeps the promise on
   * processors that the library has assembly for. {@code constant-time} does not depend on either.
   */
  boolean constantTime();

  /**
   * Prepares a matrix for repeated use. The rows of the product are picked out of larger arrays.
   *
   * <p>Example: {@code prepare(m, {0, 1, 2}, {5})} with a 1×3 matrix reads rows 0, 1 and 2 of the
   * array of inputs and writes row 5 of the array of outputs, and both may be the same array.
   *
   * @param matrix outputRows.length × inputRows.length coefficients, row by row; copied
   * @param inputRows which element of the array of inputs meets each column; copied
   * @param outputRows which element of the array of outputs receives each row; copied
   * @throws IllegalArgumentException if an argument is null, the matrix has another size, an index
   *     is negative, or an output row is named twice
   */
  PreparedMatrix prepare(byte[] matrix, int[] inputRows, int[] outputRows);

  /**
   * Prepares a matrix for repeated use, with column c meeting input c and row r making output r.
   *
   * @param matrix outputs × inputs coefficients, row by row; copied
   * @param inputs the number of columns
   * @param outputs the number of rows
   * @throws IllegalArgumentException if the matrix is null or has another size, or a number is
   *     negative
   */
  default PreparedMatrix prepare(byte[] matrix, int inputs, int outputs) {
    if (inputs < 0 || outputs < 0) {
      throw new IllegalArgumentException(
          "inputs (%d) and outputs (%d) must not be negative".formatted(inputs, outputs));
    }
    if (matrix == null || matrix.length != (long) outputs * inputs) {
      throw new IllegalArgumentException(
          "matrix.length (%s) must be outputs (%d) × inputs (%d)"
              .formatted(matrix == null ? "null" : matrix.length, outputs, inputs));
    }
    return prepare(matrix, Rows.range(0, inputs), Rows.range(0, outputs));
  }

  /**
   * Computes {@code outputs[r][outputOffset + i] = Σ_c matrix[r * inputs.length + c] ·
   * inputs[c][inputOffset + i]} for every i below length. Prepare the matrix instead if it is used
   * more than once.
   *
   * @param matrix outputs.length × inputs.length coefficients, row by row
   * @param inputs the rows to read; not modified
   * @param inputOffset where the range starts in every input
   * @param outputs the rows to overwrite, owned by the caller
   * @param outputOffset where the range starts in every output
   * @param length the number of bytes of every row, possibly 0
   * @throws IllegalArgumentException as {@link PreparedMatrix#multiply(byte[][], int, byte[][],
   *     int, int)}, or if the matrix has another size
   */
  default void multiply(
      byte[] matrix,
      byte[][] inputs,
      int inputOffset,
      byte[][] outputs,
      int outputOffset,
      int length) {
    Shapes.checkNotNull("inputs", inputs);
    Shapes.checkNotNull("outputs", outputs);
    prepare(matrix, inputs.length, outputs.length)
        .multiply(inputs, inputOffset, outputs, outputOffset, length);
  }
}
