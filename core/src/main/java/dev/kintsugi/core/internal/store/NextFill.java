package dev.kintsugi.core.internal.store;

import dev.kintsugi.crypto.ExtentSealer;

/** Tells which extents fit into one stripe, before there is one: places their blocks in order. */
final class NextFill {
  private final int dataShards;
  private final int fullShardLength;
  private int shard;
  private int offset;

  /**
   * Starts with an empty stripe.
   *
   * @param dataShards the scheme's number of data shards
   * @param fullShardLength the greatest length of a shard's payload
   */
  NextFill(int dataShards, int fullShardLength) {
    this.dataShards = dataShards;
    this.fullShardLength = fullShardLength;
  }

  /**
   * Places an extent if it fits.
   *
   * @param plainLength its plaintext length in bytes
   * @return whether it fits; otherwise nothing has changed
   */
  boolean add(int plainLength) {
    int atShard = shard;
    int atOffset = offset;
    int left = plainLength;
    do {
      int sealed = Math.min(left, ExtentSealer.BLOCK_SIZE) + ExtentSealer.TAG_SIZE;
      if (atOffset + sealed > fullShardLength) {
        atShard++;
        atOffset = 0;
      }
      atOffset += sealed;
      left -= ExtentSealer.BLOCK_SIZE;
    } while (left > 0 && atShard < dataShards);
    if (atShard >= dataShards) {
      return false;
    }
    shard = atShard;
    offset = atOffset;
    return true;
  }
}
