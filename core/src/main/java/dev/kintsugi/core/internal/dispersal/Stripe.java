package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
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
        && header.head() == row.head()
        && header.masked() == masked(row);
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
        row.head(),
        masked(row));
  }

  private static boolean masked(Rows.Stripe row) {
    return Scheme.parse(row.scheme()).masked();
  }

  /**
   * Turns payload bytes as they are coded into payload bytes as they are stored, or back, in place.
   * Every byte of a payload comes through here once on its way to an archive, and once on its way
   * from it; with schemes that do not mask nothing is done.
   *
   * @param position of the bytes in the payload, from 0
   */
  static void mask(
      Rows.Stripe row,
      GroupKeys keys,
      ShardName name,
      int position,
      byte[] bytes,
      int offset,
      int length) {
    if (masked(row)) {
      keys.shards().mask(name, position, bytes, offset, length);
    }
  }

  /** Masks or unmasks a part of a shard's payload; see above. */
  public void mask(GroupKeys keys, int index, int position, byte[] bytes, int offset, int length) {
    mask(row, keys, name(index), position, bytes, offset, length);
  }

  /** Masks or unmasks the payload of a shard's record. */
  void maskRecord(GroupKeys keys, int index, byte[] record) {
    mask(keys, index, 0, record, ShardPrefix.LENGTH, row.shardLength());
  }
}
