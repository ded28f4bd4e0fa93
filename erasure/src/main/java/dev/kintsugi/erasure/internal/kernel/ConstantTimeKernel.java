package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import java.util.Arrays;
import java.util.List;

/**
 * Plain Java without tables: every product is a fixed sequence of exclusive-ors and doublings of
 * whole rows, see {@link RowProgram}.
 *
 * <p>The sequence of instructions and addresses is a function of the matrix and the lengths alone,
 * so the bytes of the rows cannot leak through time or caches. Copies that it has to make are
 * overwritten before it returns.
 *
 * <p>The loops of {@link RowLoops} are shaped for HotSpot's automatic vectorisation, which needs
 * every array of a loop to be indexed alike: where the offsets of inputs and outputs differ, chunks
 * are copied first.
 */
final class ConstantTimeKernel implements GaloisKernel {
  static final String NAME = "constant-time";

  /** Bytes of a row handled at once, so that the rows in use stay in the first-level cache. */
  private static final int CHUNK = 4096;

  private static final int[] PRODUCT_AND_BEFORE = {0, 1};

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean constantTime() {
    return true;
  }

  @Override
  public PreparedMatrix prepare(byte[] matrix, int[] inputRows, int[] outputRows) {
    return new Prepared(matrix, inputRows, outputRows);
  }

  @Override
  public String toString() {
    return NAME;
  }

  private static final class Prepared extends RowMapping {
    /** For each output, its steps, each {1 if it doubles else 0, input, input, …}. */
    private final int[][][] programs;

    Prepared(byte[] matrix, int[] inputRows, int[] outputRows) {
      super(matrix, inputRows, outputRows);
      programs = new int[outputRows.length][][];
      for (int r = 0; r < programs.length; r++) {
        List<RowProgram.Step> steps = RowProgram.of(matrix, r, inputRows.length);
        programs[r] = new int[steps.size()][];
        for (int s = 0; s < steps.size(); s++) {
          List<Integer> inputs = steps.get(s).inputs();
          programs[r][s] = new int[1 + inputs.size()];
          programs[r][s][0] = steps.get(s).doubles() ? 1 : 0;
          for (int i = 0; i < inputs.size(); i++) {
            programs[r][s][1 + i] = inputRows[inputs.get(i)];
          }
        }
      }
    }

    @Override
    void run(
        byte[][] inputs,
        int inputOffset,
        byte[][] outputs,
        int outputOffset,
        int length,
        boolean accumulate) {
      if (accumulate || inputOffset != outputOffset) {
        runOnCopies(inputs, inputOffset, outputs, outputOffset, length, accumulate);
        return;
      }
      for (int done = 0; done < length; done += CHUNK) {
        int from = inputOffset + done;
        int to = from + Math.min(CHUNK, length - done);
        for (int r = 0; r < outputRows.length; r++) {
          runRow(programs[r], inputs, outputs[outputRows[r]], from, to);
        }
      }
    }

    private void runOnCopies(
        byte[][] inputs,
        int inputOffset,
        byte[][] outputs,
        int outputOffset,
        int length,
        boolean accumulate) {
      int chunk = Math.min(CHUNK, length);
      Scratch scratch = Scratch.ofThread();
      byte[][] copies = scratch.inputs.at(inputRows);
      byte[][] products = scratch.outputs.at(PRODUCT_AND_BEFORE);
      byte[] product = products[0];
      byte[] before = products[1];
      for (int done = 0; done < length; done += chunk) {
        int count = Math.min(chunk, length - done);
        for (int row : inputRows) {
          System.arraycopy(inputs[row], inputOffset + done, copies[row], 0, count);
        }
        for (int r = 0; r < outputRows.length; r++) {
          byte[] output = outputs[outputRows[r]];
          runRow(programs[r], copies, product, 0, count);
          if (accumulate) {
            System.arraycopy(output, outputOffset + done, before, 0, count);
            RowLoops.add(product, before, 0, count);
          }
          System.arraycopy(product, 0, output, outputOffset + done, count);
        }
      }
      scratch.inputs.wipe(inputRows, chunk);
      scratch.outputs.wipe(PRODUCT_AND_BEFORE, chunk);
    }

    private static void runRow(int[][] program, byte[][] rows, byte[] sum, int from, int to) {
      if (program.length == 0) {
        Arrays.fill(sum, from, to, (byte) 0);
      }
      for (int s = 0; s < program.length; s++) {
        int[] step = program[s];
        int next = s == 0 ? first(step, rows, sum, from, to) : 1;
        if (step[0] == 1) {
          next = doubled(step, rows, sum, from, to);
        }
        for (; next + 4 <= step.length; next += 4) {
          RowLoops.add(
              sum,
              rows[step[next]],
              rows[step[next + 1]],
              rows[step[next + 2]],
              rows[step[next + 3]],
              from,
              to);
        }
        for (; next < step.length; next++) {
          RowLoops.add(sum, rows[step[next]], from, to);
        }
      }
    }

    /** Overwrites the sum with inputs of the first step; returns the next element of the step. */
    private static int first(int[] step, byte[][] rows, byte[] sum, int from, int to) {
      if (step.length > 4) {
        RowLoops.set(sum, rows[step[1]], rows[step[2]], rows[step[3]], rows[step[4]], from, to);
        return 5;
      }
      System.arraycopy(rows[step[1]], from, sum, from, to - from);
      return 2;
    }

    /** Doubles the sum and adds inputs; returns the next element of the step. */
    private static int doubled(int[] step, byte[][] rows, byte[] sum, int from, int to) {
      if (step.length > 4) {
        RowLoops.doubleAndAdd(
            sum, rows[step[1]], rows[step[2]], rows[step[3]], rows[step[4]], from, to);
        return 5;
      }
      if (step.length > 2) {
        RowLoops.doubleAndAdd(sum, rows[step[1]], rows[step[2]], from, to);
        return 3;
      }
      if (step.length > 1) {
        RowLoops.doubleAndAdd(sum, rows[step[1]], from, to);
        return 2;
      }
      RowLoops.twice(sum, from, to);
      return 1;
    }
  }
}
