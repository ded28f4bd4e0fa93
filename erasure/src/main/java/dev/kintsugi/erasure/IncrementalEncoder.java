package dev.kintsugi.erasure;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Computes parity while data shards arrive one at a time, in any order, so that no more than one of
 * them needs to be in memory.
 *
 * <p>Not thread-safe. The parity rows belong to the caller and hold partial sums until {@link
 * #isComplete}.
 */
public final class IncrementalEncoder {
  private static final int[] NONE = {};

  private final ErasureCode code;

  /** The ranges of the parity rows. */
  private final ByteBuffer[] parity;

  /** The same at their places among all shards. */
  private final ByteBuffer[] shards;

  private final int[] all;
  private final int offset;

  /** The length of a row that holds the range at the offset. */
  private final int rowLength;

  private final BitSet added = new BitSet();

  /**
   * Starts an encoding and sets the range of every parity row to zero.
   *
   * @param code the code
   * @param parity {@code parityShards()} rows to fill
   * @param offset where the range starts in every parity and every data row
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public IncrementalEncoder(ErasureCode code, byte[][] parity, int offset, int length) {
    this(code, ranges(code, parity, offset, length), offset, parity[0].length);
  }

  /**
   * Starts an encoding into buffers and sets each of them to zero from its position to its limit.
   * Positions and limits do not change; what others change about them later is not noticed.
   *
   * @param code the code
   * @param parity {@code parityShards()} buffers to fill
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public IncrementalEncoder(ErasureCode code, ByteBuffer[] parity) {
    this(code, ranges(code, parity), 0, parity[0].remaining());
  }

  private IncrementalEncoder(ErasureCode code, ByteBuffer[] parity, int offset, int rowLength) {
    this.code = code;
    this.parity = parity;
    this.shards = new ByteBuffer[code.totalShards()];
    this.all = Rows.range(0, parity.length);
    this.offset = offset;
    this.rowLength = rowLength;
    System.arraycopy(parity, 0, shards, code.dataShards(), parity.length);
    for (ByteBuffer range : parity) {
      for (int i = range.position(); i < range.limit(); i++) {
        range.put(i, (byte) 0);
      }
    }
  }

  private static ByteBuffer[] ranges(ErasureCode code, byte[][] parity, int offset, int length) {
    Shapes.checkNotNull("code", code);
    Shapes.checkCount("parity", parity, code.parityShards());
    int[] all = Rows.range(0, parity.length);
    Shapes.checkProduct("parity", parity, NONE, "parity", parity, all, offset, length);
    ByteBuffer[] ranges = new ByteBuffer[parity.length];
    for (int r = 0; r < ranges.length; r++) {
      ranges[r] = ByteBuffer.wrap(parity[r], offset, length);
    }
    return ranges;
  }

  private static ByteBuffer[] ranges(ErasureCode code, ByteBuffer[] parity) {
    Shapes.checkNotNull("code", code);
    Shapes.checkCount("parity", parity, code.parityShards());
    int[] all = Rows.range(0, parity.length);
    Shapes.checkProduct("parity", parity, NONE, "parity", parity, all);
    ByteBuffer[] ranges = new ByteBuffer[parity.length];
    for (int r = 0; r < ranges.length; r++) {
      ranges[r] = parity[r].duplicate();
    }
    return ranges;
  }

  /**
   * Adds one data shard.
   *
   * @param dataShard its index
   * @param data a row as long as the parity rows, with the shard's bytes in the range; if the
   *     parity is in buffers, a row of as many bytes as they have; not modified and not kept
   * @throws IllegalStateException if the shard was added before
   * @throws IllegalArgumentException if the index is not that of a data shard or the row is null,
   *     of another length or one that is filled; nothing has changed then
   */
  public void add(int dataShard, byte[] data) {
    checkNew(dataShard);
    Shapes.checkNotNull("data", data);
    if (data.length != rowLength) {
      throw new IllegalArgumentException(
          "data.length (%d) must be that of the parity rows (%d)"
              .formatted(data.length, rowLength));
    }
    addRange(dataShard, ByteBuffer.wrap(data, offset, parity[0].remaining()));
  }

  /**
   * Adds one data shard.
   *
   * @param dataShard its index
   * @param data a buffer with the shard's bytes from its position to its limit, as many as every
   *     parity row or buffer gets; not modified and not kept
   * @throws IllegalStateException if the shard was added before
   * @throws IllegalArgumentException if the index is not that of a data shard or the buffer is
   *     null, of another length or overlaps what is filled; nothing has changed then
   */
  public void add(int dataShard, ByteBuffer data) {
    checkNew(dataShard);
    addRange(dataShard, data);
  }

  private void addRange(int dataShard, ByteBuffer data) {
    Shapes.checkUpdate("data", data, "parity", parity, all);
    code.updateParity(shards, dataShard, data);
    added.set(dataShard);
  }

  private void checkNew(int dataShard) {
    if (dataShard < 0 || dataShard >= code.dataShards()) {
      throw new IllegalArgumentException(
          "dataShard (%d) must be in 0..%d".formatted(dataShard, code.dataShards() - 1));
    }
    if (added.get(dataShard)) {
      throw new IllegalStateException("data shard %d was added before".formatted(dataShard));
    }
  }

  /** Returns whether all data shards have been added and the parity rows are final. */
  public boolean isComplete() {
    return added.cardinality() == code.dataShards();
  }

  /** Returns the indices of the data shards that have not been added. */
  public BitSet missing() {
    BitSet missing = new BitSet();
    missing.set(0, code.dataShards());
    missing.andNot(added);
    return missing;
  }
}
