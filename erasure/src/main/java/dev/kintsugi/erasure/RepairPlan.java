package dev.kintsugi.erasure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How to compute lost shards: which shards to read, and with which coefficients to combine them.
 *
 * <p>Example: {@code lrc:12+2+2} with shard 3 lost reads shards 0, 1, 2, 4, 5 and the local parity
 * 12 of its group, six shards where {@code rs:12+4} reads twelve.
 *
 * <p>A plan can be carried out in one place with {@link #repair}, or at several sites that each
 * hold some of the shards: every site {@linkplain #contribute computes its part}, one row per lost
 * shard however many shards it holds, and the parts are {@linkplain #merge merged} in any order.
 *
 * <p>Immutable and thread-safe.
 */
public final class RepairPlan {
  private final ErasureCode code;
  private final int[] lost;
  private final int[] reads;
  private final byte[] matrix;
  private final double cost;
  private final boolean isCheapest;
  private final PreparedMatrix product;

  RepairPlan(
      ErasureCode code, int[] lost, int[] reads, byte[] matrix, double cost, boolean isCheapest) {
    this.code = code;
    this.lost = lost;
    this.reads = reads;
    this.matrix = matrix;
    this.cost = cost;
    this.isCheapest = isCheapest;
    this.product = code.kernel().prepare(matrix, reads, lost);
  }

  /** Returns the code that the plan is for. */
  public ErasureCode code() {
    return code;
  }

  /** Returns the indices of the shards that the plan computes, ascending. */
  public List<Integer> lost() {
    return Arrays.stream(lost).boxed().toList();
  }

  /**
   * Returns the indices of the shards that the plan reads, ascending. The same range of each is
   * read as is computed of every lost shard: the bytes read are {@code reads().size()} times the
   * length of a shard.
   */
  public List<Integer> reads() {
    return Arrays.stream(reads).boxed().toList();
  }

  /** Returns the sum of the costs of the shards that are read. */
  public double cost() {
    return cost;
  }

  /**
   * Returns whether it is certain that no set of the shards that were available is cheaper. It is,
   * except in a wide {@link UniformCauchyLrc}, as {@link ErasureCode#planRepair(java.util.BitSet,
   * java.util.BitSet, double[])} tells.
   */
  public boolean isCheapest() {
    return isCheapest;
  }

  /**
   * Returns the coefficient in 0..255 with which a shard enters a lost shard; 0 if it is not read.
   *
   * @throws IllegalArgumentException if the plan does not compute the lost shard
   */
  public int coefficient(int lostShard, int readShard) {
    int row = Arrays.binarySearch(lost, lostShard);
    if (row < 0) {
      throw new IllegalArgumentException(
          "lostShard (%d) must be one of %s".formatted(lostShard, Arrays.toString(lost)));
    }
    int column = Arrays.binarySearch(reads, readShard);
    return column < 0 ? 0 : matrix[row * reads.length + column] & 0xff;
  }

  /**
   * Computes the lost shards.
   *
   * @param shards {@code totalShards()} rows: those of {@link #reads} are read, those of {@link
   *     #lost} overwritten, the others ignored
   * @param offset where the range starts in every row
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public void repair(byte[][] shards, int offset, int length) {
    int total = code.totalShards();
    Shapes.check(shards, flags(reads), flags(lost), total, offset, length);
    run(shards, offset, length);
  }

  /**
   * Computes the lost shards in buffers, each from its position to its limit.
   *
   * @param shards {@code totalShards()} buffers: those of {@link #reads} are read, those of {@link
   *     #lost} overwritten, the others ignored
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public void repair(ByteBuffer[] shards) {
    Shapes.check(shards, flags(reads), flags(lost), code.totalShards());
    run(shards);
  }

  private boolean[] flags(int[] indices) {
    boolean[] flags = new boolean[code.totalShards()];
    for (int index : indices) {
      flags[index] = true;
    }
    return flags;
  }

  /** Computes the lost shards from buffers that were checked. */
  void run(ByteBuffer[] shards) {
    product.multiply(shards, shards);
  }

  /** Computes the lost shards from rows that were checked. */
  void run(byte[][] shards, int offset, int length) {
    product.multiply(shards, offset, shards, offset, length);
  }

  /**
   * Computes what the shards of one site contribute to every lost shard.
   *
   * @param shards {@code totalShards()} rows, of which those that are both held and read by the
   *     plan are read
   * @param held the indices of the shards that this site holds; those the plan does not read are
   *     ignored
   * @param parts one row for every element of {@link #lost}, overwritten
   * @param offset where the range starts in every row of both arrays
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}: all rows of
   *     both arrays that take part are of one length
   */
  public void contribute(byte[][] shards, BitSet held, byte[][] parts, int offset, int length) {
    int[] columns = columns(shards, held, parts);
    int[] rows = IntStream.of(columns).map(c -> reads[c]).toArray();
    int[] all = Rows.range(0, lost.length);
    Shapes.checkProduct("shards", shards, rows, "parts", parts, all, offset, length);
    part(columns, rows).multiply(shards, offset, parts, offset, length);
  }

  /**
   * Computes what the shards of one site contribute to every lost shard, in buffers.
   *
   * @param shards {@code totalShards()} buffers, of which those that are both held and read by the
   *     plan are read
   * @param held the indices of the shards that this site holds; those the plan does not read are
   *     ignored
   * @param parts one buffer for every element of {@link #lost}, overwritten
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public void contribute(ByteBuffer[] shards, BitSet held, ByteBuffer[] parts) {
    int[] columns = columns(shards, held, parts);
    int[] rows = IntStream.of(columns).map(c -> reads[c]).toArray();
    int[] all = Rows.range(0, lost.length);
    Shapes.checkProduct("shards", shards, rows, "parts", parts, all);
    part(columns, rows).multiply(shards, parts);
  }

  /** Returns which of the reads are held, after a look at the numbers of rows. */
  private int[] columns(Object[] shards, BitSet held, Object[] parts) {
    Shapes.checkCount("shards", shards, code.totalShards());
    Shapes.checkNotNull("held", held);
    Shapes.checkCount("parts", parts, lost.length);
    return IntStream.range(0, reads.length).filter(c -> held.get(reads[c])).toArray();
  }

  private PreparedMatrix part(int[] columns, int[] rows) {
    byte[] part = new byte[lost.length * columns.length];
    for (int c = 0; c < columns.length; c++) {
      for (int r = 0; r < lost.length; r++) {
        part[r * columns.length + c] = matrix[r * reads.length + columns[c]];
      }
    }
    return code.kernel().prepare(part, rows, Rows.range(0, lost.length));
  }

  /**
   * Adds the parts of one site to those of another. When the parts of sites that together hold all
   * of {@link #reads}, each shard once, have been merged, they are the lost shards.
   *
   * @param into the parts to add to, one row for every element of {@link #lost}
   * @param from the parts to add; not modified
   * @param offset where the range starts in every row of both arrays
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}: all rows of
   *     both arrays that take part are of one length
   */
  public void merge(byte[][] into, byte[][] from, int offset, int length) {
    Shapes.checkCount("into", into, lost.length);
    Shapes.checkCount("from", from, lost.length);
    int[] all = Rows.range(0, lost.length);
    Shapes.checkProduct("from", from, all, "into", into, all, offset, length);
    identity().multiplyAdd(from, offset, into, offset, length);
  }

  /**
   * Adds the parts of one site to those of another, in buffers.
   *
   * @param into the parts to add to, one buffer for every element of {@link #lost}
   * @param from the parts to add; not modified
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public void merge(ByteBuffer[] into, ByteBuffer[] from) {
    Shapes.checkCount("into", into, lost.length);
    Shapes.checkCount("from", from, lost.length);
    int[] all = Rows.range(0, lost.length);
    Shapes.checkProduct("from", from, all, "into", into, all);
    identity().multiplyAdd(from, into);
  }

  private PreparedMatrix identity() {
    byte[] identity = new byte[lost.length * lost.length];
    for (int i = 0; i < lost.length; i++) {
      identity[i * lost.length + i] = 1;
    }
    return code.kernel().prepare(identity, lost.length, lost.length);
  }

  @Override
  public String toString() {
    return "%s: compute %s from %s".formatted(code, lost(), reads());
  }
}
