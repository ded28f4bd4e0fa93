package dev.kintsugi.bench;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The {@code isa-l} kernel and ISA-L called by C, in turn, over the same buffers.
 *
 * <p>Two processes cannot be compared to better than a fifth where rows do not fit into the
 * second-level cache: which pages of memory a process gets decides that much, in C alone (the
 * program of {@code bench/native/isal_encode.c} shows it). Here both loops have the same pages and
 * the same seconds.
 *
 * <p>The argument is the path of the library built of {@code bench/native/isal_encode.c}; {@code
 * bench/isal-against-c} builds it and runs this.
 */
public final class IsalAgainstC {
  private static final int K = 10;
  private static final int M = 4;
  private static final int ROUNDS = 100;
  private static final double SECONDS_OF_ROUND = 0.05;
  private static final int MOST_OF_ROUND = 10_000;
  private static final int CACHE_LINE = 64;
  private static final int TABLE_BYTES = 32;

  private IsalAgainstC() {}

  /** The loop in C. */
  public interface Loop {
    /** Times calls of {@code ec_encode_data}, in seconds, and returns how many. */
    int time_encode(
        int length, ByteBuffer tables, ByteBuffer rows, double seconds, double[] samples, int most);
  }

  /** What makes the tables, in ISA-L. */
  public interface Tables {
    /** Fills the generator matrix of a Cauchy code. */
    void gf_gen_cauchy1_matrix(byte[] matrix, int total, int data);

    /** Expands coefficients into tables. */
    void ec_init_tables(int data, int parity, byte[] coefficients, ByteBuffer tables);
  }

  /** Compares shards of 64 KiB and of 1 MiB. */
  public static void main(String[] args) {
    if (args.length != 1) {
      throw new IllegalArgumentException("the one argument is the path of the library in C");
    }
    Loop loop = LibraryLoader.create(Loop.class).load(args[0]);
    compare(loop, 1 << 16);
    compare(loop, 1 << 20);
  }

  private static void compare(Loop loop, int length) {
    ErasureCode code =
        ErasureCodes.parse("rs:%d+%d:cauchy".formatted(K, M))
            .withKernel(GaloisKernels.named("isa-l"));
    ByteBuffer[] shards = new ByteBuffer[K + M];
    Random random = new Random(1);
    byte[] bytes = new byte[length];
    for (int i = 0; i < shards.length; i++) {
      random.nextBytes(bytes);
      shards[i] = aligned(length).put(0, bytes);
    }
    ByteBuffer tables = tables();
    ByteBuffer rows = addresses(shards);
    checkSame(loop, code, length, shards, tables, rows);
    double[] inC = new double[ROUNDS * MOST_OF_ROUND];
    double[] inJava = new double[ROUNDS * MOST_OF_ROUND];
    double[] ofRound = new double[MOST_OF_ROUND];
    int countC = 0;
    int countJava = 0;
    for (int round = -ROUNDS / 2; round < ROUNDS; round++) {
      int measured =
          loop.time_encode(length, tables, rows, SECONDS_OF_ROUND, ofRound, ofRound.length);
      if (round >= 0) {
        System.arraycopy(ofRound, 0, inC, countC, measured);
        countC += measured;
      }
      measured = timeEncode(code, shards, ofRound);
      if (round >= 0) {
        System.arraycopy(ofRound, 0, inJava, countJava, measured);
        countJava += measured;
      }
    }
    Arrays.sort(inC, 0, countC);
    Arrays.sort(inJava, 0, countJava);
    System.out.printf(
        "10+4, %7d-byte shards, same buffers: C min %.2f us, median %.2f us; Java min %.2f us,"
            + " median %.2f us; of C's rate %.3f by minima, %.3f by medians%n",
        length,
        inC[0] * 1e6,
        inC[countC / 2] * 1e6,
        inJava[0] * 1e6,
        inJava[countJava / 2] * 1e6,
        inC[0] / inJava[0],
        inC[countC / 2] / inJava[countJava / 2]);
  }

  /** The same loop as in C. */
  private static int timeEncode(ErasureCode code, ByteBuffer[] shards, double[] samples) {
    int count = 0;
    long start = System.nanoTime();
    for (long end = start;
        (end - start) * 1e-9 < SECONDS_OF_ROUND && count < samples.length;
        count++) {
      long before = end;
      code.encode(shards);
      end = System.nanoTime();
      samples[count] = (end - before) * 1e-9;
    }
    return count;
  }

  /** Both must do the same work: parity of one is that of the other. */
  private static void checkSame(
      Loop loop,
      ErasureCode code,
      int length,
      ByteBuffer[] shards,
      ByteBuffer tables,
      ByteBuffer rows) {
    loop.time_encode(length, tables, rows, SECONDS_OF_ROUND, new double[1], 1);
    if (!code.verify(shards)) {
      throw new IllegalStateException("C and Java differ in what they encode");
    }
  }

  private static ByteBuffer tables() {
    byte[] matrix = new byte[(K + M) * K];
    Tables isal = LibraryLoader.create(Tables.class).load("libisal.so.2");
    isal.gf_gen_cauchy1_matrix(matrix, K + M, K);
    ByteBuffer tables = aligned(TABLE_BYTES * K * M);
    isal.ec_init_tables(K, M, Arrays.copyOfRange(matrix, K * K, matrix.length), tables);
    return tables;
  }

  private static ByteBuffer addresses(ByteBuffer[] shards) {
    ByteBuffer addresses =
        ByteBuffer.allocateDirect(shards.length * Long.BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < shards.length; i++) {
      addresses.putLong(
          i * Long.BYTES, Pointer.wrap(Runtime.getSystemRuntime(), shards[i]).address());
    }
    return addresses;
  }

  private static ByteBuffer aligned(int length) {
    ByteBuffer memory = ByteBuffer.allocateDirect(length + CACHE_LINE);
    int start = (CACHE_LINE - memory.alignmentOffset(0, CACHE_LINE)) % CACHE_LINE;
    return memory.slice(start, length);
  }
}
