package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import java.util.List;

/**
 * A stripe as the headers of its shards tell of it.
 *
 * @param id its id
 * @param role what it holds
 * @param scheme its scheme
 * @param shardLength payload bytes of each shard
 * @param sequence the commit that wrote it, 0 for a data stripe
 * @param head sealed bytes of a manifest stripe's commit header, 0 for a data stripe
 * @param shards the shards found, one of each index at most, in the order of their indices
 */
record FoundStripe(
    StripeId id,
    Role role,
    String scheme,
    int shardLength,
    long sequence,
    int head,
    List<FoundShard> shards) {
  FoundStripe {
    shards = List.copyOf(shards);
  }

  /**
   * A shard with an authentic header.
   *
   * @param index its index in the stripe
   * @param archive number of the archive that has it
   * @param name its name there
   */
  record FoundShard(int index, int archive, ShardName name) {}
}
