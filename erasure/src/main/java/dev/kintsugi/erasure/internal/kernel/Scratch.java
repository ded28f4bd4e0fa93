package dev.kintsugi.erasure.internal.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Rows that every thread keeps for itself, so that products which must copy allocate nothing. The
 * rows hold whatever was copied last: users overwrite what was secret before they return.
 */
final class Scratch {
  /** Bytes of every row. */
  static final int CHUNK = 8192;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  /** Rows for the kernels themselves, by the index that the caller's row has. */
  final Rows inputs = new Rows();

  /** Rows for the kernels themselves. */
  final Rows outputs = new Rows();

  /** Rows for what is around kernels: comparison, and buffers. */
  final Rows outerInputs = new Rows();

  /** Rows for what is around kernels. */
  final Rows outerOutputs = new Rows();

  /** The caller's rows, one array after another. */
  final Rows borrowedInputs = new Rows();

  /** The caller's rows. */
  final Rows borrowedOutputs = new Rows();

  /** A part of a buffer that is compared. */
  final byte[] compared = new byte[CHUNK];

  private Scratch() {}

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** A growing array of rows. */
  static final class Rows {
    private byte[][] rows = new byte[0][];

    /** Returns an array that has a row of {@value #CHUNK} bytes at each of the indices. */
    byte[][] at(int[] indices) {
      for (int index : indices) {
        grow(index);
        if (rows[index] == null) {
          rows[index] = new byte[CHUNK];
        }
      }
      return rows;
    }

    /** Returns an array that has the buffers' own arrays at the indices. */
    byte[][] borrow(ByteBuffer[] buffers, int[] indices) {
      for (int index : indices) {
        grow(index);
        rows[index] = buffers[index].array();
      }
      return rows;
    }

    /** Forgets the arrays of others. */
    void giveBack(int[] indices) {
      for (int index : indices) {
        rows[index] = null;
      }
    }

    /** Overwrites the beginning of the rows at the indices with zeros. */
    void wipe(int[] indices, int count) {
      for (int index : indices) {
        Arrays.fill(rows[index], 0, count, (byte) 0);
      }
    }

    private void grow(int index) {
      if (index >= rows.length) {
        rows = Arrays.copyOf(rows, Math.max(index + 1, 2 * rows.length));
      }
    }
  }
}
