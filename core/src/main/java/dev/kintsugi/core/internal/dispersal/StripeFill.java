package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.crypto.ExtentSealer;

/** Places the sealed blocks of extents, in order, in the data shards of one stripe. */
public final class StripeFill {
  private final int dataShards;
  private final int shardLength;
  private int shard;
  private int offset;

  /**
   * Starts with an empty stripe.
   *
   * @param dataShards the scheme's number of data shards
   * @param shardLength the greatest length of a shard's payload, in bytes
   */
  public StripeFill(int dataShards, int shardLength) {
    this.dataShards = dataShards;
    this.shardLength = shardLength;
  }

  /**
   * Places an extent if it fits.
   *
   * @param plainLength its plaintext length in bytes
   * @return whether it fits; otherwise nothing has changed
   */
  public boolean add(int plainLength) {
    int startShard = shard;
    int startOffset = offset;
    int blocks = Math.toIntExact(ExtentSealer.blocks(plainLength));
    for (int b = 0; b < blocks; b++) {
      if (!place(StripeLayout.sealedBlock(plainLength, b, blocks))) {
        shard = startShard;
        offset = startOffset;
        return false;
      }
    }
    return true;
  }

  /** Goes on behind a place, where the next block begins. */
  StripeFill from(ExtentAddress address) {
    shard = address.shard();
    offset = address.offset();
    return this;
  }

  /** Places one block; returns false, and may be used no more, if it does not fit. */
  boolean place(int sealed) {
    if (offset + sealed > shardLength) {
      shard++;
      offset = 0;
    }
    if (shard >= dataShards || sealed > shardLength) {
      return false;
    }
    offset += sealed;
    return true;
  }

  /** Returns whether an extent would fit, without placing it. */
  boolean fits(int plainLength) {
    int startShard = shard;
    int startOffset = offset;
    boolean fits = add(plainLength);
    shard = startShard;
    offset = startOffset;
    return fits;
  }

  /** Returns the data shard in which the last placed block lies. */
  int shard() {
    return shard;
  }

  /** Returns where in that shard the last placed block ends. */
  int offset() {
    return offset;
  }
}
