package dev.kintsugi.erasure.internal.rows;

import java.util.HashSet;
import java.util.Set;

/** The checks that a product makes before it touches a byte of an array. */
public final class RowChecks {
  private RowChecks() {}

  /** Checks that a matrix has the size that its rows ask for, and that no output is named twice. */
  public static void checkMatrix(byte[] matrix, int[] inputRows, int[] outputRows) {
    checkNotNull("matrix", matrix);
    checkNotNull("inputRows", inputRows);
    checkNotNull("outputRows", outputRows);
    if (matrix.length != (long) inputRows.length * outputRows.length) {
      throw new IllegalArgumentException(
          "matrix.length (%d) must be outputs (%d) × inputs (%d)"
              .formatted(matrix.length, outputRows.length, inputRows.length));
    }
    for (int row : inputRows) {
      if (row < 0) {
        throw new IllegalArgumentException("inputRows (%d) must not be negative".formatted(row));
      }
    }
    Set<Integer> written = new HashSet<>();
    for (int i = 0; i < outputRows.length; i++) {
      if (outputRows[i] < 0) {
        throw new IllegalArgumentException(
            "outputRows[%d] (%d) must not be negative".formatted(i, outputRows[i]));
      }
      if (!written.add(outputRows[i])) {
        throw new IllegalArgumentException(
            "outputRows names row %d twice".formatted(outputRows[i]));
      }
    }
  }

  private static void checkNotNull(String name, Object argument) {
    if (argument == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
  }

  /** Checks that all rows in use are there and hold their range. */
  public static void checkReadable(
      byte[][] inputs,
      int[] inputRows,
      int inputOffset,
      byte[][] outputs,
      int[] outputRows,
      int outputOffset,
      int length) {
    if (length < 0) {
      throw new IllegalArgumentException("length (%d) must not be negative".formatted(length));
    }
    checkRows("input", inputs, inputRows, inputOffset, length);
    checkRows("output", outputs, outputRows, outputOffset, length);
  }

  /** Checks that all rows in use are there, hold their range, and that outputs overlap nothing. */
  public static void check(
      byte[][] inputs,
      int[] inputRows,
      int inputOffset,
      byte[][] outputs,
      int[] outputRows,
      int outputOffset,
      int length) {
    checkReadable(inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
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
