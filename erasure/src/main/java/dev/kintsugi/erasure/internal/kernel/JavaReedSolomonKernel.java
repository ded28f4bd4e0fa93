package dev.kintsugi.erasure.internal.kernel;

import com.backblaze.erasure.CodingLoop;
import com.backblaze.erasure.InputOutputByteTableCodingLoop;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;

/**
 * The inner loop of Backblaze JavaReedSolomon.
 *
 * <p>It is the reference that every other kernel is compared with. Its loop overwrites and takes
 * one offset for inputs and outputs alike, so products that accumulate or that shift go through a
 * buffer; it allocates small arrays on every call.
 */
final class JavaReedSolomonKernel implements GaloisKernel {
  static final String NAME = "javareedsolomon";

  private static final int CHUNK = 4096;

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
    private final CodingLoop loop = new InputOutputByteTableCodingLoop();
    private final byte[][] matrix;

    Prepared(byte[] matrix, int[] inputRows, int[] outputRows) {
      super(matrix, inputRows, outputRows);
      this.matrix = new byte[outputRows.length][inputRows.length];
      for (int r = 0; r < outputRows.length; r++) {
        System.arraycopy(matrix, r * inputRows.length, this.matrix[r], 0, inputRows.length);
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
      byte[][] from = pick(inputs, inputRows);
      byte[][] to = pick(outputs, outputRows);
      if (!accumulate && inputOffset == outputOffset && from.length > 0) {
        loop.codeSomeShards(matrix, from, from.length, to, to.length, inputOffset, length);
        return;
      }
      byte[][] input = new byte[from.length][CHUNK];
      byte[][] product = new byte[to.length][CHUNK];
      for (int done = 0; done < length; done += CHUNK) {
        int count = Math.min(CHUNK, length - done);
        for (int c = 0; c < from.length; c++) {
          System.arraycopy(from[c], inputOffset + done, input[c], 0, count);
        }
        if (from.length > 0) {
          loop.codeSomeShards(matrix, input, from.length, product, to.length, 0, count);
        }
        for (int r = 0; r < to.length; r++) {
          if (accumulate) {
            for (int i = 0; i < count; i++) {
              to[r][outputOffset + done + i] ^= product[r][i];
            }
          } else {
            System.arraycopy(product[r], 0, to[r], outputOffset + done, count);
          }
        }
      }
    }

    private static byte[][] pick(byte[][] rows, int[] indices) {
      byte[][] picked = new byte[indices.length][];
      for (int i = 0; i < indices.length; i++) {
        picked[i] = rows[indices[i]];
      }
      return picked;
    }
  }
}
