package dev.kintsugi.erasure.internal.rows;

import java.nio.ByteBuffer;

/** The checks that a product makes before it touches a byte of a buffer. */
public final class BufferChecks {
  private BufferChecks() {}

  /** Returns the number of bytes that all buffers in use have remaining; 0 if there are none. */
  public static int checkReadable(
      ByteBuffer[] inputs, int[] inputRows, ByteBuffer[] outputs, int[] outputRows) {
    checkNotNull("inputs", inputs, inputRows);
    checkNotNull("outputs", outputs, outputRows);
    if (inputRows.length == 0 && outputRows.length == 0) {
      return 0;
    }
    int length =
        inputRows.length > 0
            ? inputs[inputRows[0]].remaining()
            : outputs[outputRows[0]].remaining();
    checkLength("inputs", inputs, inputRows, length);
    checkLength("outputs", outputs, outputRows, length);
    return length;
  }

  /**
   * Returns the number of bytes that all buffers in use have remaining, 0 if there are none, after
   * checking that outputs can be written and overlap nothing.
   */
  public static int check(
      ByteBuffer[] inputs, int[] inputRows, ByteBuffer[] outputs, int[] outputRows) {
    int length = checkReadable(inputs, inputRows, outputs, outputRows);
    for (int r = 0; r < outputRows.length; r++) {
      ByteBuffer output = outputs[outputRows[r]];
      if (output.isReadOnly()) {
        throw new IllegalArgumentException(
            "outputs[%d] must not be read-only".formatted(outputRows[r]));
      }
      for (int row : inputRows) {
        if (BufferOverlap.overlap(output, inputs[row])) {
          throw new IllegalArgumentException(
              "outputs[%d] overlaps inputs[%d]".formatted(outputRows[r], row));
        }
      }
      for (int s = 0; s < r; s++) {
        if (BufferOverlap.overlap(output, outputs[outputRows[s]])) {
          throw new IllegalArgumentException(
              "outputs[%d] overlaps outputs[%d]".formatted(outputRows[r], outputRows[s]));
        }
      }
    }
    return length;
  }

  private static void checkNotNull(String name, ByteBuffer[] buffers, int[] rows) {
    if (buffers == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
    for (int row : rows) {
      if (row >= buffers.length) {
        throw new IllegalArgumentException(
            "%s.length (%d) must exceed row %d".formatted(name, buffers.length, row));
      }
      if (buffers[row] == null) {
        throw new IllegalArgumentException("%s[%d] must not be null".formatted(name, row));
      }
    }
  }

  private static void checkLength(String name, ByteBuffer[] buffers, int[] rows, int length) {
    for (int row : rows) {
      if (buffers[row].remaining() != length) {
        throw new IllegalArgumentException(
            "%s[%d].remaining() (%d) must be that of the other buffers (%d)"
                .formatted(name, row, buffers[row].remaining(), length));
      }
    }
  }
}
