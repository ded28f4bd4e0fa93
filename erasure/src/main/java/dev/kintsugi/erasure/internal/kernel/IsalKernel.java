package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Intel ISA-L 2, called in place on direct buffers; heap rows are copied through a direct buffer
 * that every thread keeps for itself, in chunks that stay in the second-level cache.
 *
 * <p>The library expands the matrix into tables whose contents differ between its versions and
 * processors; they are never looked into.
 *
 * <p>Constant-time: on every processor that the library has assembly for it multiplies by register
 * shuffles or GF(2^8) instructions. Ranges shorter than 64 bytes, which it would hand to table
 * look-ups in C, are lengthened with zeros first.
 */
final class IsalKernel implements GaloisKernel {
  static final String NAME = "isa-l";

  /** Bytes of a heap row that are copied at once. */
  private static final int CHUNK = 8192;

  /** The shortest range that the library's assembly takes without falling back to C. */
  private static final int SHORTEST = 64;

  private static final int TABLE_BYTES = 32;

  /** The most rows that are copied at once; more go without a buffer kept for the thread. */
  private static final int KEPT_ROWS = 64;

  private static final int MANY_ROWS = 512;

  private static final ThreadLocal<ByteBuffer> COPIES =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(KEPT_ROWS * CHUNK));

  private static final byte[] ZEROS = new byte[CHUNK];

  /** Room for the addresses of the rows of a call; each thread has its own. */
  private static final ThreadLocal<ByteBuffer> POINTERS =
      ThreadLocal.withInitial(() -> allocatePointers(MANY_ROWS));

  private final IsalLibrary library;

  IsalKernel(IsalLibrary library) {
    this.library = library;
  }

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
    return new Prepared(library, matrix, inputRows, outputRows);
  }

  @Override
  public String toString() {
    return NAME;
  }

  private static final class Prepared extends RowMapping {
    private final IsalLibrary library;
    private final ByteBuffer tables;

    Prepared(IsalLibrary library, byte[] matrix, int[] inputRows, int[] outputRows) {
      super(matrix, inputRows, outputRows);
      this.library = library;
      this.tables = ByteBuffer.allocateDirect(Math.max(1, TABLE_BYTES * matrix.length));
      ByteBuffer coefficients = ByteBuffer.allocateDirect(Math.max(1, matrix.length));
      coefficients.put(matrix);
      if (matrix.length > 0) {
        library.initTables(inputRows.length, outputRows.length, coefficients, tables);
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
      int rows = inputRows.length + outputRows.length;
      int chunk = Math.min(CHUNK, Math.max(SHORTEST, length));
      ByteBuffer copies =
          rows <= KEPT_ROWS ? COPIES.get() : ByteBuffer.allocateDirect(rows * chunk);
      ByteBuffer pointers = pointers(rows);
      long base = library.address(copies);
      for (int i = 0; i < rows; i++) {
        pointers.putLong(i * Long.BYTES, base + (long) i * chunk);
      }
      try {
        for (int done = 0; done < length; done += chunk) {
          int count = Math.min(chunk, length - done);
          for (int c = 0; c < inputRows.length; c++) {
            copyIn(inputs[inputRows[c]], inputOffset + done, copies, c * chunk, count);
          }
          for (int r = 0; accumulate && r < outputRows.length; r++) {
            int row = inputRows.length + r;
            copyIn(outputs[outputRows[r]], outputOffset + done, copies, row * chunk, count);
          }
          code(pointers, Math.max(SHORTEST, count), accumulate);
          for (int r = 0; r < outputRows.length; r++) {
            int row = inputRows.length + r;
            copies.get(row * chunk, outputs[outputRows[r]], outputOffset + done, count);
          }
        }
      } finally {
        wipe(copies, Math.min(copies.capacity(), rows * chunk));
        Reference.reachabilityFence(copies);
      }
    }

    /** Copies a row and fills it up with zeros to the shortest range that the library may get. */
    private static void copyIn(byte[] row, int from, ByteBuffer copies, int to, int count) {
      copies.put(to, row, from, count);
      for (int i = count; i < SHORTEST; i++) {
        copies.put(to + i, (byte) 0);
      }
    }

    private static void wipe(ByteBuffer copies, int count) {
      for (int done = 0; done < count; done += CHUNK) {
        copies.put(done, ZEROS, 0, Math.min(CHUNK, count - done));
      }
    }

    @Override
    void run(ByteBuffer[] inputs, ByteBuffer[] outputs, int length, boolean accumulate) {
      boolean inPlace = areDirect(inputs, inputRows) && areDirect(outputs, outputRows);
      if (!inPlace || length < SHORTEST || inputRows.length == 0) {
        super.run(inputs, outputs, length, accumulate);
        return;
      }
      ByteBuffer pointers = pointers(inputRows.length + outputRows.length);
      int next = 0;
      for (int row : inputRows) {
        pointers.putLong(next, library.address(inputs[row]) + inputs[row].position());
        next += Long.BYTES;
      }
      for (int row : outputRows) {
        pointers.putLong(next, library.address(outputs[row]) + outputs[row].position());
        next += Long.BYTES;
      }
      try {
        code(pointers, length, accumulate);
      } finally {
        Reference.reachabilityFence(inputs);
        Reference.reachabilityFence(outputs);
      }
    }

    private static boolean areDirect(ByteBuffer[] buffers, int[] rows) {
      for (int row : rows) {
        if (!buffers[row].isDirect()) {
          return false;
        }
      }
      return true;
    }

    private void code(ByteBuffer pointers, int length, boolean accumulate) {
      if (inputRows.length == 0) {
        return;
      }
      try {
        if (accumulate) {
          for (int c = 0; c < inputRows.length; c++) {
            library.update(length, inputRows.length, outputRows.length, c, tables, pointers);
          }
        } else {
          library.encode(length, inputRows.length, outputRows.length, tables, pointers);
        }
      } finally {
        Reference.reachabilityFence(tables);
      }
    }

    private static ByteBuffer pointers(int count) {
      return count <= MANY_ROWS ? POINTERS.get() : allocatePointers(count);
    }
  }

  private static ByteBuffer allocatePointers(int count) {
    return ByteBuffer.allocateDirect(count * Long.BYTES).order(ByteOrder.nativeOrder());
  }
}
