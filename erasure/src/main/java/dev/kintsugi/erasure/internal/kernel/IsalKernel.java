package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Intel ISA-L 2, called in place on direct buffers; heap rows are copied through a direct buffer
 * that every thread keeps for itself, in chunks that stay in the first-level cache.
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
  private static final int CHUNK = 4096;

  /** The shortest range that the library's assembly takes without falling back to C. */
  private static final int SHORTEST = 64;

  /** The most outputs that the library computes while it reads the inputs once. */
  private static final int OUTPUTS_PER_PASS = 4;

  /** Bytes of all inputs of a piece, if they are read more than once: half a second-level cache. */
  private static final int PIECE_INPUTS = 1 << 18;

  private static final int TABLE_BYTES = 32;

  /** The most rows that are copied at once; more go without a buffer kept for the thread. */
  private static final int KEPT_ROWS = 64;

  private static final int MANY_ROWS = 512;

  private static final byte[] ZEROS = new byte[CHUNK];

  private final IsalLibrary library;
  private final ThreadLocal<Native> memories;

  IsalKernel(IsalLibrary library) {
    this.library = library;
    this.memories = ThreadLocal.withInitial(() -> new Native(library));
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
    return new Prepared(library, memories, matrix, inputRows, outputRows);
  }

  @Override
  public String toString() {
    return NAME;
  }

  /** Memory that a thread keeps for itself. */
  private static final class Native {
    private final IsalLibrary library;

    /** Room for the addresses of the rows of a call. */
    private final IsalLibrary.Memory pointers;

    /** Room for a chunk of every row. */
    private final IsalLibrary.Memory copies;

    /** A chunk of a row that is compared: what it should be. */
    private final byte[] expected = new byte[CHUNK];

    /** A chunk of a row that is compared: what it is. */
    private final byte[] found = new byte[CHUNK];

    /** Room for the arguments of an update. */
    private final IsalLibrary.Arguments arguments;

    Native(IsalLibrary library) {
      this.library = library;
      this.pointers = library.allocate(MANY_ROWS * Long.BYTES);
      this.copies = library.allocate(KEPT_ROWS * CHUNK);
      this.arguments = library.arguments();
    }

    IsalLibrary.Memory pointers(int rows) {
      return rows <= MANY_ROWS ? pointers : library.allocate(rows * Long.BYTES);
    }

    IsalLibrary.Memory copies(int rows) {
      return rows <= KEPT_ROWS ? copies : library.allocate(rows * CHUNK);
    }
  }

  private static final class Prepared extends RowMapping {
    private final IsalLibrary library;
    private final ThreadLocal<Native> memories;
    private final IsalLibrary.Memory tables;

    /** The most bytes of a row that are coded by one call of the library. */
    private final int piece;

    Prepared(
        IsalLibrary library,
        ThreadLocal<Native> memories,
        byte[] matrix,
        int[] inputRows,
        int[] outputRows) {
      super(matrix, inputRows, outputRows);
      this.library = library;
      this.memories = memories;
      this.tables = library.allocate(Math.max(1, TABLE_BYTES * matrix.length));
      IsalLibrary.Memory coefficients = library.allocate(Math.max(1, matrix.length));
      coefficients.bytes.put(matrix);
      if (matrix.length > 0) {
        try {
          library.initTables(inputRows.length, outputRows.length, coefficients, tables);
        } finally {
          Reference.reachabilityFence(coefficients);
        }
      }
      int cached = PIECE_INPUTS / Math.max(1, inputRows.length) / CHUNK * CHUNK;
      piece = outputRows.length <= OUTPUTS_PER_PASS ? Integer.MAX_VALUE : Math.max(CHUNK, cached);
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
      Native memory = memories.get();
      IsalLibrary.Memory copies = memory.copies(rows);
      IsalLibrary.Memory pointers = memory.pointers(rows);
      for (int i = 0; i < rows; i++) {
        pointers.bytes.putLong(i * Long.BYTES, copies.address + (long) i * CHUNK);
      }
      try {
        for (int done = 0; done < length; done += CHUNK) {
          int count = Math.min(CHUNK, length - done);
          for (int c = 0; c < inputRows.length; c++) {
            copyIn(inputs[inputRows[c]], inputOffset + done, copies.bytes, c * CHUNK, count);
          }
          for (int r = 0; accumulate && r < outputRows.length; r++) {
            int row = inputRows.length + r;
            copyIn(outputs[outputRows[r]], outputOffset + done, copies.bytes, row * CHUNK, count);
          }
          code(pointers, Math.max(SHORTEST, count), accumulate);
          for (int r = 0; r < outputRows.length; r++) {
            int row = inputRows.length + r;
            copies.bytes.get(row * CHUNK, outputs[outputRows[r]], outputOffset + done, count);
          }
        }
      } finally {
        wipe(copies.bytes, rows, Math.min(CHUNK, Math.max(SHORTEST, length)));
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

    private static void wipe(ByteBuffer copies, int rows, int count) {
      for (int row = 0; row < rows; row++) {
        copies.put(row * CHUNK, ZEROS, 0, count);
      }
    }

    @Override
    void run(ByteBuffer[] inputs, ByteBuffer[] outputs, int length, boolean accumulate) {
      boolean inPlace = areDirect(inputs, inputRows) && areDirect(outputs, outputRows);
      if (!inPlace || length < SHORTEST || inputRows.length == 0) {
        super.run(inputs, outputs, length, accumulate);
        return;
      }
      IsalLibrary.Memory pointers = memories.get().pointers(inputRows.length + outputRows.length);
      int next = 0;
      for (int row : inputRows) {
        pointers.bytes.putLong(next, library.address(inputs[row]) + inputs[row].position());
        next += Long.BYTES;
      }
      for (int row : outputRows) {
        pointers.bytes.putLong(next, library.address(outputs[row]) + outputs[row].position());
        next += Long.BYTES;
      }
      try {
        int done = 0;
        while (length - done > (long) piece + SHORTEST) {
          code(pointers, piece, accumulate);
          advance(pointers, piece);
          done += piece;
        }
        code(pointers, length - done, accumulate);
      } finally {
        Reference.reachabilityFence(inputs);
        Reference.reachabilityFence(outputs);
      }
    }

    private void advance(IsalLibrary.Memory pointers, int count) {
      for (int i = 0; i < inputRows.length + outputRows.length; i++) {
        pointers.bytes.putLong(i * Long.BYTES, pointers.bytes.getLong(i * Long.BYTES) + count);
      }
    }

    @Override
    boolean runMatches(ByteBuffer[] inputs, ByteBuffer[] outputs, int length) {
      if (!areDirect(inputs, inputRows) || length < SHORTEST || inputRows.length == 0) {
        return super.runMatches(inputs, outputs, length);
      }
      Native memory = memories.get();
      IsalLibrary.Memory products = memory.copies(outputRows.length);
      IsalLibrary.Memory pointers = memory.pointers(inputRows.length + outputRows.length);
      for (int r = 0; r < outputRows.length; r++) {
        pointers.bytes.putLong(
            (inputRows.length + r) * Long.BYTES, products.address + (long) r * CHUNK);
      }
      try {
        boolean matches = true;
        for (int done = 0; done < length && matches; done += CHUNK) {
          // The last chunk reaches back over the one before it where it would be too short.
          int start = Math.max(0, Math.min(done, length - SHORTEST));
          int count = Math.min(CHUNK, length - start);
          for (int c = 0; c < inputRows.length; c++) {
            ByteBuffer input = inputs[inputRows[c]];
            pointers.bytes.putLong(
                c * Long.BYTES, library.address(input) + input.position() + start);
          }
          code(pointers, count, false);
          for (int r = 0; r < outputRows.length; r++) {
            ByteBuffer output = outputs[outputRows[r]];
            products.bytes.get(r * CHUNK, memory.expected, 0, count);
            output.get(output.position() + start, memory.found, 0, count);
            matches &= Arrays.equals(memory.expected, 0, count, memory.found, 0, count);
          }
        }
        return matches;
      } finally {
        wipe(products.bytes, outputRows.length, Math.min(CHUNK, length));
        Arrays.fill(memory.expected, (byte) 0);
        Arrays.fill(memory.found, (byte) 0);
        Reference.reachabilityFence(inputs);
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

    private void code(IsalLibrary.Memory pointers, int length, boolean accumulate) {
      if (inputRows.length == 0 || outputRows.length == 0) {
        return;
      }
      try {
        if (accumulate) {
          IsalLibrary.Arguments arguments = memories.get().arguments;
          for (int c = 0; c < inputRows.length; c++) {
            library.update(
                length, inputRows.length, outputRows.length, c, tables, pointers, arguments);
          }
        } else {
          library.encode(length, inputRows.length, outputRows.length, tables, pointers);
        }
      } finally {
        Reference.reachabilityFence(tables);
        Reference.reachabilityFence(pointers);
      }
    }
  }
}
