package dev.kintsugi.core.internal.index;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.StripeId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What can be asked of one snapshot of the index. */
public interface IndexReader {
  /** Returns the inode, if it exists. */
  Optional<Rows.Inode> inode(long ino);

  /** Returns a file's content map, if it has one. */
  Optional<Rows.Content> content(long ino);

  /** Returns the entry of a directory with a name's keyed hash. */
  Optional<Rows.Entry> entry(long parent, byte[] nameHash);

  /**
   * Visits the entries of a directory, in the order of their hashes. The visitor may read, but not
   * write.
   */
  void entries(long parent, Consumer<Rows.Entry> visitor);

  /**
   * Returns up to {@code limit} entries of a directory, in the order of their hashes.
   *
   * @param after only entries with a greater hash; null for the first page
   */
  List<Rows.Entry> entries(long parent, byte @Nullable [] after, int limit);

  /** Returns whether a directory has an entry. */
  boolean hasEntries(long parent);

  /** Returns all entries that name an inode. */
  List<Rows.Entry> entriesNaming(long ino);

  /** Visits every inode, in the order of their numbers. The visitor may read, but not write. */
  void inodes(Consumer<Rows.Inode> visitor);

  /** Returns a stripe. */
  Optional<Rows.Stripe> stripe(StripeId id);

  /**
   * Returns the shards of a stripe in the order of their indices, those of absent archives
   * included.
   */
  List<Rows.Shard> shards(StripeId id);

  /**
   * Returns up to {@code limit} stripes, retired ones included, in the order of their ids.
   *
   * @param after only stripes with a greater id; null for the first page
   */
  List<Rows.Stripe> stripes(@Nullable StripeId after, int limit);

  /** Returns the number of stripes, retired ones included. */
  long stripeCount();

  /** Returns the shard that an archive holds or should hold under a name. */
  Optional<Rows.Shard> shardNamed(int archive, ShardName name);

  /**
   * Returns up to {@code limit} stripes that are not retired and have a shard that is marked
   * missing.
   */
  List<Rows.Stripe> stripesWithMissingShards(@Nullable StripeId after, int limit);

  /** Returns up to {@code limit} retired stripes that still have shard rows, those of least id. */
  default List<Rows.Stripe> retiredStripes(int limit) {
    return retiredStripes(null, limit);
  }

  /**
   * Returns up to {@code limit} retired stripes that still have shard rows, in the order of their
   * ids.
   *
   * @param after only stripes with a greater id; null for the first page
   */
  List<Rows.Stripe> retiredStripes(@Nullable StripeId after, int limit);

  /**
   * Returns the inodes whose current content lies in a data stripe, or whose newest records lie in
   * a manifest stripe, in the order of their numbers.
   */
  List<Long> inodesIn(StripeId id);

  /** Returns the records that physically lie in a manifest stripe, dead ones included. */
  List<Rows.ManifestRecord> records(StripeId id);

  /**
   * Shards, their payload bytes and how many of them are marked missing, of one archive, retired
   * stripes excluded.
   */
  ArchiveTotals archiveTotals(int archive);

  /** Returns a counter's value, if it was ever set. */
  OptionalLong counter(String name);

  /**
   * Totals of one archive.
   *
   * @param shards shards that should be there
   * @param payloadBytes sum of their payloads
   * @param missing how many of them are marked missing
   */
  record ArchiveTotals(long shards, long payloadBytes, long missing) {}
}
