package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.index.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A stripe as the index knows it.
 *
 * @param row its row
 * @param shards the rows of all its shards, in the order of their indices
 */
public record Stripe(Rows.Stripe row, List<Rows.Shard> shards) {
  /** Sorts and validates: one shard of every index from 0. */
  public Stripe {
    List<Rows.Shard> sorted = new ArrayList<>(shards);
    sorted.sort(Comparator.comparingInt(Rows.Shard::index));
    for (int i = 0; i < sorted.size(); i++) {
      if (sorted.get(i).index() != i) {
        throw new IllegalArgumentException(
            "stripe %s lacks the row of shard %d, or has it twice".formatted(row.id(), i));
      }
    }
    shards = List.copyOf(sorted);
  }

  /** Returns the stripe's id. */
  public StripeId id() {
    return row.id();
  }

  int archive(int index) {
    return shards.get(index).archive();
  }

  ShardName name(int index) {
    return shards.get(index).name();
  }

  /** Returns whether a header says what the index says of a shard. */
  boolean agrees(ShardHeader header, int index) {
    return header.stripe().equals(row.id())
        && header.index() == index
        && header.role() == row.role()
        && header.scheme().equals(row.scheme())
        && header.payloadLength() == row.shardLength()
        && header.sequence() == row.sequence()
        && header.head() == row.head();
  }

  /** Returns what a shard's header says. */
  static ShardHeader header(Rows.Stripe row, GroupKeys keys, long epoch, int index) {
    return new ShardHeader(
        row.role(),
        row.id(),
        index,
        row.scheme(),
        row.shardLength(),
        keys.group(),
        keys.version(),
        epoch,
        row.sequence(),
        row.head());
  }
}
