package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.Padme;
import dev.kintsugi.crypto.ExtentSealer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the sealed blocks of a stripe's extents lie: next-fill.
 *
 * <p>Blocks, in order, fill data shard 0, then 1, and so on; none straddles two shards. The shard
 * length is the least for which all blocks fit, rounded up by Padmé, but never above the scheme's
 * full length. Example for k = 2 and blocks of 60, 50 and 40 bytes: the least length is 90, padded
 * to 96; block 0 lies at (0, 0), block 1 at (1, 0), block 2 at (1, 50).
 *
 * @param shardLength payload bytes of every shard, at least 1
 * @param addresses where each extent starts
 * @param used how many bytes of each data shard hold blocks; the rest is padding
 */
record StripeLayout(int shardLength, List<ExtentAddress> addresses, List<Integer> used) {
  StripeLayout {
    addresses = List.copyOf(addresses);
    used = List.copyOf(used);
  }

  /**
   * Lays out extents.
   *
   * @param plainLengths plaintext lengths of the extents in order, each at least 0
   * @throws IllegalArgumentException if they do not fit into one stripe
   */
  static StripeLayout of(Scheme scheme, List<Integer> plainLengths) {
    int most = scheme.fullShardLength();
    if (!fits(scheme.dataShards(), most, plainLengths)) {
      throw new IllegalArgumentException(
          plainLengths.size() + " extents do not fit into one stripe of " + scheme);
    }
    int least = 1;
    while (least < most) {
      int middle = (least + most) >>> 1;
      if (fits(scheme.dataShards(), middle, plainLengths)) {
        most = middle;
      } else {
        least = middle + 1;
      }
    }
    int length = (int) Math.min(scheme.fullShardLength(), Padme.padded(most));
    StripeFill filler = new StripeFill(scheme.dataShards(), length);
    List<ExtentAddress> addresses = new ArrayList<>(plainLengths.size());
    Integer[] used = new Integer[scheme.dataShards()];
    java.util.Arrays.fill(used, 0);
    for (int plain : plainLengths) {
      int blocks = Math.toIntExact(ExtentSealer.blocks(plain));
      for (int b = 0; b < blocks; b++) {
        int sealed = sealedBlock(plain, b, blocks);
        if (!filler.place(sealed)) {
          throw new IllegalStateException("a greater length cannot hold less");
        }
        if (b == 0) {
          addresses.add(new ExtentAddress(filler.shard(), filler.offset() - sealed));
        }
        used[filler.shard()] = filler.offset();
      }
    }
    return new StripeLayout(length, addresses, List.of(used));
  }

  private static boolean fits(int dataShards, int shardLength, List<Integer> plainLengths) {
    StripeFill filler = new StripeFill(dataShards, shardLength);
    for (int plain : plainLengths) {
      if (!filler.add(plain)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns where the blocks of an extent lie.
   *
   * @param dataShards k of the stripe's scheme
   * @param shardLength payload bytes of its shards
   * @param address where the extent starts
   * @param plainLength its plaintext length in bytes
   * @throws FormatException if the extent would reach beyond the stripe
   */
  static List<BlockPosition> blocks(
      int dataShards, int shardLength, ExtentAddress address, int plainLength) {
    int blocks = Math.toIntExact(ExtentSealer.blocks(plainLength));
    long most = (long) dataShards * (1 + shardLength / ExtentSealer.SEALED_BLOCK_SIZE);
    if (blocks > most) {
      throw beyond(dataShards, shardLength, address, plainLength);
    }
    List<BlockPosition> positions = new ArrayList<>(blocks);
    StripeFill filler = new StripeFill(dataShards, shardLength).from(address);
    for (int b = 0; b < blocks; b++) {
      int sealed = sealedBlock(plainLength, b, blocks);
      boolean starts = b > 0 || address.offset() <= shardLength - sealed;
      if (!starts || !filler.place(sealed)) {
        throw beyond(dataShards, shardLength, address, plainLength);
      }
      positions.add(new BlockPosition(filler.shard(), filler.offset() - sealed, sealed));
    }
    return positions;
  }

  private static FormatException beyond(
      int dataShards, int shardLength, ExtentAddress address, int plainLength) {
    return new FormatException(
        "extent of %d bytes at shard %d offset %d reaches beyond %d shards of %d bytes"
            .formatted(plainLength, address.shard(), address.offset(), dataShards, shardLength));
  }

  static int sealedBlock(int plainLength, int block, int blocks) {
    int plain =
        block < blocks - 1
            ? ExtentSealer.BLOCK_SIZE
            : plainLength - block * ExtentSealer.BLOCK_SIZE;
    return plain + ExtentSealer.TAG_SIZE;
  }
}
