package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.gf.Gf256;

/**
 * Plain Java on packed tables: one look-up gives the products of an input byte with the
 * coefficients of four outputs.
 *
 * <p>Each group of four outputs has one table of 256 ints per input. Sums are kept in a small array
 * of ints, one per position, which every thread keeps for itself, and unpacked at the end.
 */
final class PortableKernel implements GaloisKernel {
  static final String NAME = "portable";

  /** Positions summed at once: 8 KiB of sums and the tables share the first-level cache. */
  private static final int CHUNK = 2048;

  private static final ThreadLocal<int[]> SUMS = ThreadLocal.withInitial(() -> new int[CHUNK]);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean constantTime() {
    return false;
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
    private static final int LANES = 4;

    /** For each group of four outputs and each input, 256 packed products. */
    private final int[][][] tables;

    Prepared(byte[] matrix, int[] inputRows, int[] outputRows) {
      super(matrix, inputRows, outputRows);
      int inputs = inputRows.length;
      int groups = (outputRows.length + LANES - 1) / LANES;
      tables = new int[groups][inputs][Gf256.SIZE];
      for (int r = 0; r < outputRows.length; r++) {
        for (int c = 0; c < inputs; c++) {
          int coefficient = matrix[r * inputs + c] & 0xff;
          int[] table = tables[r / LANES][c];
          for (int value = 0; value < Gf256.SIZE; value++) {
            table[value] |= Gf256.multiply(coefficient, value) << (8 * (r % LANES));
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
      int[] sums = SUMS.get();
      for (int done = 0; done < length; done += CHUNK) {
        int count = Math.min(CHUNK, length - done);
        for (int group = 0; group < tables.length; group++) {
          sum(tables[group], inputs, inputOffset + done, sums, count);
          int end = Math.min(outputRows.length, (group + 1) * LANES);
          for (int r = group * LANES; r < end; r++) {
            int shift = 8 * (r % LANES);
            byte[] output = outputs[outputRows[r]];
            if (accumulate) {
              unpackAdding(sums, shift, output, outputOffset + done, count);
            } else {
              unpack(sums, shift, output, outputOffset + done, count);
            }
          }
        }
      }
    }

    private void sum(int[][] table, byte[][] inputs, int start, int[] sums, int count) {
      int c = inputRows.length % 2;
      if (c == 0) {
        java.util.Arrays.fill(sums, 0, count, 0);
      } else {
        look(table[0], inputs[inputRows[0]], start, sums, count);
      }
      for (; c < inputRows.length; c += 2) {
        lookAdding(
            table[c],
            inputs[inputRows[c]],
            table[c + 1],
            inputs[inputRows[c + 1]],
            start,
            sums,
            count);
      }
    }

    private static void look(int[] table, byte[] input, int start, int[] sums, int count) {
      for (int i = 0; i < count; i++) {
        sums[i] = table[input[start + i] & 0xff];
      }
    }

    private static void lookAdding(
        int[] table, byte[] input, int[] table2, byte[] input2, int start, int[] sums, int count) {
      for (int i = 0; i < count; i++) {
        sums[i] ^= table[input[start + i] & 0xff] ^ table2[input2[start + i] & 0xff];
      }
    }

    private static void unpack(int[] sums, int shift, byte[] output, int start, int count) {
      for (int i = 0; i < count; i++) {
        output[start + i] = (byte) (sums[i] >>> shift);
      }
    }

    private static void unpackAdding(int[] sums, int shift, byte[] output, int start, int count) {
      for (int i = 0; i < count; i++) {
        output[start + i] ^= (byte) (sums[i] >>> shift);
      }
    }
  }
}
