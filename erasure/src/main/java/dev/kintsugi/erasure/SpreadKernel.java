package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.rows.BufferChecks;
import dev.kintsugi.erasure.internal.rows.RowChecks;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** Cuts products into ranges of positions and lets an executor help with them. */
final class SpreadKernel implements GaloisKernel {
  /** No part is made shorter than this, in bytes of a row: waking a thread costs microseconds. */
  private static final int SHORTEST_PART = 16384;

  private final GaloisKernel kernel;
  private final Executor executor;
  private final int parts;

  SpreadKernel(GaloisKernel kernel, Executor executor, int parts) {
    this.kernel = kernel;
    this.executor = executor;
    this.parts = parts;
  }

  @Override
  public String name() {
    return kernel.name();
  }

  @Override
  public boolean constantTime() {
    return kernel.constantTime();
  }

  @Override
  public PreparedMatrix prepare(byte[] matrix, int[] inputRows, int[] outputRows) {
    return new Prepared(kernel.prepare(matrix, inputRows, outputRows), inputRows, outputRows);
  }

  @Override
  public String toString() {
    return kernel + " in " + parts + " parts";
  }

  /** One range of positions of a product; returns whether it matches, if it compares. */
  @FunctionalInterface
  private interface Part {
    boolean run(int from, int count);
  }

  private final class Prepared implements PreparedMatrix {
    private final PreparedMatrix whole;
    private final int[] inputRows;
    private final int[] outputRows;

    Prepared(PreparedMatrix whole, int[] inputRows, int[] outputRows) {
      this.whole = whole;
      this.inputRows = inputRows.clone();
      this.outputRows = outputRows.clone();
    }

    @Override
    public int inputs() {
      return whole.inputs();
    }

    @Override
    public int outputs() {
      return whole.outputs();
    }

    @Override
    public void multiply(
        byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
      RowChecks.check(inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
      spread(
          length,
          (from, count) -> {
            whole.multiply(inputs, inputOffset + from, outputs, outputOffset + from, count);
            return true;
          });
    }

    @Override
    public void multiplyAdd(
        byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
      RowChecks.check(inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
      spread(
          length,
          (from, count) -> {
            whole.multiplyAdd(inputs, inputOffset + from, outputs, outputOffset + from, count);
            return true;
          });
    }

    @Override
    public boolean matches(
        byte[][] inputs, int inputOffset, byte[][] outputs, int outputOffset, int length) {
      RowChecks.checkReadable(
          inputs, inputRows, inputOffset, outputs, outputRows, outputOffset, length);
      return spread(
          length,
          (from, count) ->
              whole.matches(inputs, inputOffset + from, outputs, outputOffset + from, count));
    }

    @Override
    public void multiply(ByteBuffer[] inputs, ByteBuffer[] outputs) {
      spread(
          BufferChecks.check(inputs, inputRows, outputs, outputRows),
          (from, count) -> {
            whole.multiply(
                slices(inputs, inputRows, from, count), slices(outputs, outputRows, from, count));
            return true;
          });
    }

    @Override
    public void multiplyAdd(ByteBuffer[] inputs, ByteBuffer[] outputs) {
      spread(
          BufferChecks.check(inputs, inputRows, outputs, outputRows),
          (from, count) -> {
            whole.multiplyAdd(
                slices(inputs, inputRows, from, count), slices(outputs, outputRows, from, count));
            return true;
          });
    }

    @Override
    public boolean matches(ByteBuffer[] inputs, ByteBuffer[] outputs) {
      return spread(
          BufferChecks.checkReadable(inputs, inputRows, outputs, outputRows),
          (from, count) ->
              whole.matches(
                  slices(inputs, inputRows, from, count),
                  slices(outputs, outputRows, from, count)));
    }

    private ByteBuffer[] slices(ByteBuffer[] buffers, int[] rows, int from, int count) {
      ByteBuffer[] slices = new ByteBuffer[buffers.length];
      for (int row : rows) {
        slices[row] = buffers[row].slice(buffers[row].position() + from, count);
      }
      return slices;
    }
  }

  private boolean spread(int length, Part part) {
    int count = Math.min(parts, length / SHORTEST_PART);
    if (count <= 1) {
      return length == 0 || part.run(0, length);
    }
    // Whole cache lines, so that no two threads write to one.
    int partLength = (int) Math.min(length, ((length + (long) count - 1) / count + 63) & -64L);
    SharedWork work =
        new SharedWork(
            (length + partLength - 1) / partLength,
            index -> {
              int from = index * partLength;
              return part.run(from, Math.min(partLength, length - from));
            });
    return work.run(executor);
  }
}
