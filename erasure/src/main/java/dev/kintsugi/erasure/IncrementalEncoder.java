package dev.kintsugi.erasure;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Computes parity while data shards arrive one at a time, in any order, so that no more than one of
 * them needs to be in memory.
 *
 * <p>Not thread-safe. The parity rows belong to the caller and hold partial sums until {@link
 * #isComplete}.
 */
public final class IncrementalEncoder {
  private final ErasureCode code;
  private final byte[][] shards;
  private final int offset;
  private final int length;
  private final BitSet added = new BitSet();

  /**
   * Starts an encoding and sets the range of every parity row to zero.
   *
   * @param code the code
   * @param parity {@code parityShards()} rows to fill
   * @param offset where the range starts in every parity and every data row
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong
   */
  public IncrementalEncoder(ErasureCode code, byte[][] parity, int offset, int length) {
    if (parity.length != code.parityShards()) {
      throw new IllegalArgumentException(
          "parity.length (%d) must be %d".formatted(parity.length, code.parityShards()));
    }
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offset (%d) and length (%d) must not be negative".formatted(offset, length));
    }
    this.code = code;
    this.shards = new byte[code.totalShards()][];
    this.offset = offset;
    this.length = length;
    for (int r = 0; r < parity.length; r++) {
      if (parity[r] == null || parity[r].length - (long) offset < length) {
        throw new IllegalArgumentException(
            "parity[%d] must hold offset (%d) + length (%d) bytes".formatted(r, offset, length));
      }
      for (int s = 0; s < r; s++) {
        if (parity[r] == parity[s]) {
          throw new IllegalArgumentException(
              "parity[%d] and parity[%d] must not be the same array".formatted(s, r));
        }
      }
      shards[code.dataShards() + r] = parity[r];
    }
    for (byte[] row : parity) {
      Arrays.fill(row, offset, offset + length, (byte) 0);
    }
  }

  /**
   * Adds one data shard.
   *
   * @param dataShard its index
   * @param data a row with the shard's bytes in the range; not modified and not kept
   * @throws IllegalStateException if the shard was added before
   * @throws IllegalArgumentException if the index is not that of a data shard or the row is too
   *     short; nothing has changed then
   */
  public void add(int dataShard, byte[] data) {
    if (dataShard >= 0 && added.get(dataShard)) {
      throw new IllegalStateException("data shard %d was added before".formatted(dataShard));
    }
    code.updateParity(shards, dataShard, data, offset, length);
    added.set(dataShard);
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
