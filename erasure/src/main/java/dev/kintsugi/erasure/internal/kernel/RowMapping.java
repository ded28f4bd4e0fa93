package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.PreparedMatrix;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The part of a prepared matrix that is the same for every kernel: which rows it picks, and the
 * checks that every product makes before it touches a byte.
 */
abstract class RowMapping implements PreparedMatrix {
  /** The element of the array of inputs that meets each column. */
  final int[] inputRows;

  /** The element of the array of outputs that each row makes. */
  final int[] outputRows;

  RowMapping(byte[] matrix, int[] inputRows, int[] outputRows) {
    if (matrix.length != inputRows.length * outputRows.length) {
      throw new IllegalArgumentException(
          "matrix.length (%d) must be outputs (%d) × inputs (%d)"
              .formatted(matrix.length, outputRows.length, inputRows.length));
    }
    for (int row : inputRows) {
      if (row < 0) {
        throw new IllegalArgumentException("inputRows (%d) must not be negative".formatted(row));
      }
    }
    for (int i = 0; i < outputRows.length; i++) {
      if (outputRows[i] < 0) {
        throw new IllegalArgumentException(
            "outputRows[%d] (%d) must not be negative".formatted(i, outputRows[i]));
      }
      for (int j = 0; j < i; j++) {
        if (outputRows[i] == outputRows[j]) {
          throw new IllegalArgumentException(
              "outputRows names row %d twice".formatted(outputRows[i]));
        }
      }
    }
    this.inputRows = inputRows.clone();
    this.outputRows = outputRows.clone();
  }

  @Override
  public final int inputs() {
    return inputRows.length;
  }

  @Override
  public final int outputs() {
    return outputRows.length;
  }

  @Override
  public final void multiply(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    check(inputs, inputOffset, outputs, outputOffset, length);
    if (length > 0) {
      run(inputs, inputOffset, outputs, outputOffset, length, false);
    }
  }

  @Override
  public final void multiplyAdd(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    check(inputs, inputOffset, outputs, outputOffset, length);
    if (length > 0) {
      run(inputs, inputOffset, outputs, outputOffset, length, true);
    }
  }

  /** Computes the product of checked arguments; the length is positive. */
  abstract void run(
      byte[][] inputs,
      int inputOffset,
      byte[][] outputs,
      int outputOffset,
      int length,
      boolean accumulate);

  /** Bytes of a buffer that are copied at once where a kernel works on arrays. */
  private static final int BUFFER_CHUNK = 8192;

  @Override
  public final void multiply(ByteBuffer[] inputs, ByteBuffer[] outputs) {
    int length = BufferChecks.check(inputs, inputRows, outputs, outputRows);
    if (length > 0) {
      run(inputs, outputs, length, false);
    }
  }

  @Override
  public final void multiplyAdd(ByteBuffer[] inputs, ByteBuffer[] outputs) {
    int length = BufferChecks.check(inputs, inputRows, outputs, outputRows);
    if (length > 0) {
      run(inputs, outputs, length, true);
    }
  }

  /**
   * Computes the product of checked buffers; the length is positive. Unless a kernel knows better,
   * chunks are copied to arrays and back.
   */
  void run(ByteBuffer[] inputs, ByteBuffer[] outputs, int length, boolean accumulate) {
    int chunk = Math.min(BUFFER_CHUNK, length);
    byte[][] from = new byte[inputs.length][];
    byte[][] to = new byte[outputs.length][];
    for (int row : inputRows) {
      from[row] = new byte[chunk];
    }
    for (int row : outputRows) {
      to[row] = new byte[chunk];
    }
    for (int done = 0; done < length; done += chunk) {
      int count = Math.min(chunk, length - done);
      for (int row : inputRows) {
        inputs[row].get(inputs[row].position() + done, from[row], 0, count);
      }
      for (int row : outputRows) {
        outputs[row].get(outputs[row].position() + done, to[row], 0, count);
      }
      run(from, 0, to, 0, count, accumulate);
      for (int row : outputRows) {
        outputs[row].put(outputs[row].position() + done, to[row], 0, count);
      }
    }
    for (int row : inputRows) {
      Arrays.fill(from[row], (byte) 0);
    }
    for (int row : outputRows) {
      Arrays.fill(to[row], (byte) 0);
    }
  }

  private void check(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    if (length < 0) {
      throw new IllegalArgumentException("length (%d) must not be negative".formatted(length));
    }
    checkRows("input", inputs, inputRows, inputOffset, length);
    checkRows("output", outputs, outputRows, outputOffset, length);
    boolean rangesMeet = Math.abs((long) inputOffset - outputOffset) < length;
    for (int r = 0; r < outputRows.length; r++) {
      byte[] output = outputs[outputRows[r]];
      for (int c = 0; rangesMeet && c < inputRows.length; c++) {
        if (output == inputs[inputRows[c]]) {
          throw new IllegalArgumentException(
              "outputs[%d] overlaps inputs[%d]".formatted(outputRows[r], inputRows[c]));
        }
      }
      for (int s = 0; length > 0 && s < r; s++) {
        if (output == outputs[outputRows[s]]) {
          throw new IllegalArgumentException(
              "outputs[%d] overlaps outputs[%d]".formatted(outputRows[r], outputRows[s]));
        }
      }
    }
  }

  private static void checkRows(String kind, byte[][] rows, int[] used, int offset, int length) {
    if (rows == null) {
      throw new IllegalArgumentException(kind + "s must not be null");
    }
    if (offset < 0) {
      throw new IllegalArgumentException(
          "%sOffset (%d) must not be negative".formatted(kind, offset));
    }
    for (int row : used) {
      if (row >= rows.length) {
        throw new IllegalArgumentException(
            "%ss.length (%d) must exceed row %d".formatted(kind, rows.length, row));
      }
      if (rows[row] == null) {
        throw new IllegalArgumentException("%ss[%d] must not be null".formatted(kind, row));
      }
      if (rows[row].length - (long) offset < length) {
        throw new IllegalArgumentException(
            "%ss[%d].length (%d) must be at least %sOffset (%d) + length (%d)"
                .formatted(kind, row, rows[row].length, kind, offset, length));
      }
    }
  }
}
