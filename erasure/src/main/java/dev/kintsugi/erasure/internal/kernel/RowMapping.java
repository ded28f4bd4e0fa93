package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.rows.BufferChecks;
import dev.kintsugi.erasure.internal.rows.RowChecks;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The part of a prepared matrix that is the same for every kernel: which rows it picks, the checks
 * that every product makes before it touches a byte, and the way from buffers to arrays.
 */
abstract class RowMapping implements PreparedMatrix {
  private static final int CHUNK = Scratch.CHUNK;

  /** The element of the array of inputs that meets each column. */
  final int[] inputRows;

  /** The element of the array of outputs that each row makes. */
  final int[] outputRows;

  RowMapping(byte[] matrix, int[] inputRows, int[] outputRows) {
    RowChecks.checkMatrix(matrix, inputRows, outputRows);
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

  /** Computes the product of checked arguments; the length is positive. */
  abstract void run(
      byte[][] inputs,
      int inputOffset,
      byte[][] outputs,
      int outputOffset,
      int length,
      boolean accumulate);

  @Override
  public final void multiply(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    RowChecks.check(inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
    if (length > 0) {
      run(inputs, inputOffset, outputs, outputOffset, length, false);
    }
  }

  @Override
  public final void multiplyAdd(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    RowChecks.check(inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
    if (length > 0) {
      run(inputs, inputOffset, outputs, outputOffset, length, true);
    }
  }

  @Override
  public final boolean matches(
      byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
    RowChecks.checkReadable(
        inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
    Scratch.Rows rows = Scratch.ofThread().outerOutputs;
    byte[][] products = rows.at(outputRows);
    boolean matches = true;
    for (int done = 0; done < length && matches; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      run(inputs, inputOffset + done, products, 0, count, false);
      int start = outputOffset + done;
      for (int row : outputRows) {
        matches &= Arrays.equals(products[row], 0, count, outputs[row], start, start + count);
      }
    }
    rows.wipe(outputRows, Math.min(CHUNK, length));
    return matches;
  }

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

  @Override
  public final boolean matches(ByteBuffer[] inputs, ByteBuffer[] outputs) {
    int length = BufferChecks.checkReadable(inputs, inputRows, outputs, outputRows);
    return length == 0 || runMatches(inputs, outputs, length);
  }

  /**
   * Computes the product of checked buffers; the length is positive. Unless a kernel knows better,
   * the arrays of heap buffers are used as they are if their ranges start alike, and chunks are
   * copied to arrays and back otherwise.
   */
  void run(ByteBuffer[] inputs, ByteBuffer[] outputs, int length, boolean accumulate) {
    Scratch scratch = Scratch.ofThread();
    int in = commonStart(inputs, inputRows);
    int out = commonStart(outputs, outputRows);
    if (in >= 0 && out >= 0) {
      try {
        run(
            scratch.borrowedInputs.borrow(inputs, inputRows),
            in,
            scratch.borrowedOutputs.borrow(outputs, outputRows),
            out,
            length,
            accumulate);
      } finally {
        scratch.borrowedInputs.giveBack(inputRows);
        scratch.borrowedOutputs.giveBack(outputRows);
      }
      return;
    }
    byte[][] from = scratch.outerInputs.at(inputRows);
    byte[][] to = scratch.outerOutputs.at(outputRows);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      copyIn(inputs, inputRows, done, from, count);
      if (accumulate) {
        copyIn(outputs, outputRows, done, to, count);
      }
      run(from, 0, to, 0, count, accumulate);
      for (int row : outputRows) {
        outputs[row].put(outputs[row].position() + done, to[row], 0, count);
      }
    }
    scratch.outerInputs.wipe(inputRows, Math.min(CHUNK, length));
    scratch.outerOutputs.wipe(outputRows, Math.min(CHUNK, length));
  }

  /** Compares checked buffers with the product; the length is positive. */
  boolean runMatches(ByteBuffer[] inputs, ByteBuffer[] outputs, int length) {
    Scratch scratch = Scratch.ofThread();
    byte[][] from = scratch.outerInputs.at(inputRows);
    byte[][] to = scratch.outerOutputs.at(outputRows);
    boolean matches = true;
    for (int done = 0; done < length && matches; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      copyIn(inputs, inputRows, done, from, count);
      run(from, 0, to, 0, count, false);
      for (int row : outputRows) {
        outputs[row].get(outputs[row].position() + done, scratch.compared, 0, count);
        matches &= Arrays.equals(to[row], 0, count, scratch.compared, 0, count);
      }
    }
    scratch.outerInputs.wipe(inputRows, Math.min(CHUNK, length));
    scratch.outerOutputs.wipe(outputRows, Math.min(CHUNK, length));
    Arrays.fill(scratch.compared, 0, Math.min(CHUNK, length), (byte) 0);
    return matches;
  }

  private static void copyIn(ByteBuffer[] from, int[] rows, int done, byte[][] to, int count) {
    for (int row : rows) {
      from[row].get(from[row].position() + done, to[row], 0, count);
    }
  }

  /** Returns where the range of every buffer starts in its array; -1 if that differs. */
  private static int commonStart(ByteBuffer[] buffers, int[] rows) {
    int start = rows.length == 0 ? 0 : -1;
    for (int i = 0; i < rows.length; i++) {
      ByteBuffer buffer = buffers[rows[i]];
      if (!buffer.hasArray()) {
        return -1;
      }
      int own = buffer.arrayOffset() + buffer.position();
      if (i > 0 && own != start) {
        return -1;
      }
      start = own;
    }
    return start;
  }
}
