package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.gf.Gf256;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Products by vector instructions, through {@code jdk.incubator.vector}.
 *
 * <p>A byte is split into two nibbles, and each selects one of 16 products that lie in a vector
 * register; rows that need only exclusive-ors and doublings (XOR, P and Q of RAID-6) are computed
 * so.
 *
 * <p>Compiled code is constant-time: the shuffles select among registers, not memory. Until the
 * virtual machine has compiled the loops, it emulates a shuffle by indexing an array of at most 64
 * bytes, one or two cache lines, with data.
 */
final class VectorKernel implements GaloisKernel {
  static final String NAME = "vector";

  /** Bytes of a row handled at once, so that the rows in use stay near the processor. */
  private static final int CHUNK = 4096;

  /** Creates the kernel; called by {@link VectorKernelProvider}. */
  VectorKernel() {}

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
    /** The sizes of the groups of outputs that share a pass: as many fours as possible, 2, 1. */
    private final int[] groups;

    /** For each group and input, the nibble tables of its outputs; one more input if odd. */
    private final byte[][][] tables;

    /** For each output, the rows whose exclusive-or it is; null if it is not that simple. */
    private final int[][] sums;

    /** For each output, the rows of Horner's rule for powers of two; null if it is not one. */
    private final int[][] powers;

    private final boolean[] needsTables;
    private final boolean isRaid6;

    Prepared(byte[] matrix, int[] inputRows, int[] outputRows) {
      super(matrix, inputRows, outputRows);
      int inputs = inputRows.length;
      int outputs = outputRows.length;
      sums = new int[outputs][];
      powers = new int[outputs][];
      for (int r = 0; r < outputs; r++) {
        simplify(RowProgram.of(matrix, r, inputs), r);
      }
      int tail = outputs % 4;
      groups =
          IntStream.concat(
                  IntStream.generate(() -> 4).limit(outputs / 4),
                  IntStream.of(tail & 2, tail & 1).filter(size -> size > 0))
              .toArray();
      tables = new byte[groups.length][inputs + inputs % 2][];
      needsTables = new boolean[groups.length];
      int first = 0;
      for (int g = 0; g < groups.length; g++) {
        for (int c = 0; c < tables[g].length; c++) {
          int[] coefficients = new int[groups[g]];
          for (int r = 0; c < inputs && r < groups[g]; r++) {
            coefficients[r] = matrix[(first + r) * inputs + c] & 0xff;
          }
          tables[g][c] = table(coefficients);
        }
        for (int r = first; r < first + groups[g]; r++) {
          needsTables[g] |= sums[r] == null && powers[r] == null;
        }
        first += groups[g];
      }
      isRaid6 =
          outputs == 2
              && sums[0] != null
              && powers[1] != null
              && powers[1].length == sums[0].length
              && Arrays.equals(sorted(sums[0]), sorted(powers[1]));
    }

    private static int[] sorted(int[] rows) {
      return Arrays.stream(rows).sorted().toArray();
    }

    private void simplify(List<RowProgram.Step> steps, int row) {
      if (steps.size() == 1) {
        sums[row] = rows(steps.get(0).inputs());
      } else if (steps.size() > 1 && steps.stream().allMatch(step -> step.inputs().size() == 1)) {
        powers[row] = rows(steps.stream().map(step -> step.inputs().get(0)).toList());
      }
    }

    private int[] rows(List<Integer> columns) {
      return columns.stream().mapToInt(column -> inputRows[column]).toArray();
    }

    private static byte[] table(int[] coefficients) {
      int width = VectorLoops.WIDTH;
      byte[] table = new byte[coefficients.length * 2 * width];
      for (int r = 0; r < coefficients.length; r++) {
        for (int i = 0; i < width; i++) {
          table[2 * r * width + i] = (byte) Gf256.multiply(coefficients[r], i & 15);
          table[(2 * r + 1) * width + i] = (byte) Gf256.multiply(coefficients[r], (i & 15) << 4);
        }
      }
      return table;
    }

    @Override
    void run(
        byte[][] inputs,
        int inputOffset,
        byte[][] outputs,
        int outputOffset,
        int length,
        boolean accumulate) {
      int whole = length - length % VectorLoops.STRIDE;
      for (int done = 0; done < whole; done += CHUNK) {
        int count = Math.min(CHUNK, whole - done);
        runWhole(inputs, inputOffset + done, outputs, outputOffset + done, count, accumulate);
      }
      if (whole < length) {
        runTail(
            inputs, inputOffset + whole, outputs, outputOffset + whole, length - whole, accumulate);
      }
    }

    /** Computes fewer bytes than vectors hold on copies that are long enough. */
    private void runTail(
        byte[][] inputs, int in, byte[][] outputs, int out, int count, boolean accumulate) {
      Scratch scratch = Scratch.ofThread();
      byte[][] from = scratch.inputs.at(inputRows);
      byte[][] to = scratch.outputs.at(outputRows);
      for (int row : inputRows) {
        System.arraycopy(inputs[row], in, from[row], 0, count);
      }
      for (int row : outputRows) {
        System.arraycopy(outputs[row], out, to[row], 0, count);
      }
      runWhole(from, 0, to, 0, VectorLoops.STRIDE, accumulate);
      for (int row : outputRows) {
        System.arraycopy(to[row], 0, outputs[row], out, count);
      }
      scratch.inputs.wipe(inputRows, VectorLoops.STRIDE);
      scratch.outputs.wipe(outputRows, VectorLoops.STRIDE);
    }

    private void runWhole(
        byte[][] inputs, int in, byte[][] outputs, int out, int count, boolean accumulate) {
      if (isRaid6 && !accumulate) {
        VectorLoops.raid6(
            inputs, powers[1], in, outputs[outputRows[0]], outputs[outputRows[1]], out, count);
        return;
      }
      int first = 0;
      for (int g = 0; g < groups.length; g++) {
        int size = groups[g];
        if (needsTables[g] || accumulate) {
          if (!accumulate) {
            for (int r = first; r < first + size; r++) {
              Arrays.fill(outputs[outputRows[r]], out, out + count, (byte) 0);
            }
          }
          runGroup(tables[g], size, first, inputs, in, outputs, out, count);
        } else {
          for (int r = first; r < first + size; r++) {
            runSimple(r, inputs, in, outputs[outputRows[r]], out, count);
          }
        }
        first += size;
      }
    }

    private void runSimple(int r, byte[][] inputs, int in, byte[] output, int out, int count) {
      if (sums[r] != null) {
        VectorLoops.sum(inputs, sums[r], in, output, out, count);
      } else {
        VectorLoops.powers(inputs, powers[r], in, output, out, count);
      }
    }

    private void runGroup(
        byte[][] table,
        int size,
        int first,
        byte[][] inputs,
        int in,
        byte[][] outputs,
        int out,
        int count) {
      byte[] o0 = outputs[outputRows[first]];
      for (int c = 0; c < table.length; c += 2) {
        byte[] a = inputs[inputRows[c]];
        // An odd last input is paired with itself and a table of zeros.
        byte[] b = c + 1 < inputRows.length ? inputs[inputRows[c + 1]] : a;
        byte[] ta = table[c];
        byte[] tb = table[c + 1];
        if (size == 4) {
          byte[] o1 = outputs[outputRows[first + 1]];
          byte[] o2 = outputs[outputRows[first + 2]];
          byte[] o3 = outputs[outputRows[first + 3]];
          VectorLoops.add4(ta, tb, a, b, in, o0, o1, o2, o3, out, count);
        } else if (size == 2) {
          VectorLoops.add2(ta, tb, a, b, in, o0, outputs[outputRows[first + 1]], out, count);
        } else {
          VectorLoops.add1(ta, tb, a, b, in, o0, out, count);
        }
      }
    }
  }
}
