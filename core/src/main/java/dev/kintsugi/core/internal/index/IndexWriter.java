package dev.kintsugi.core.internal.index;

import dev.kintsugi.core.internal.format.StripeId;
import java.util.Collection;
import java.util.List;

/** Changes to the index inside one transaction; reads see the changes made so far. */
public interface IndexWriter extends IndexReader {
  /** Inserts or replaces an inode. */
  void putInode(Rows.Inode row);

  /**
   * Inserts or replaces a file's content map.
   *
   * @param stripes the data stripes it refers to, each once; references of the version before are
   *     dropped
   * @throws IllegalArgumentException if one of them was not put, is retired or is no data stripe
   */
  void putContent(Rows.Content row, Collection<StripeId> stripes);

  /** Removes a file's content map and its references to data stripes, if it has one. */
  void removeContent(long ino);

  /**
   * Removes an inode, its content map and references, if it exists.
   *
   * @throws IllegalStateException if it still has entries or is named by some
   */
  void removeInode(long ino);

  /** Inserts or replaces an entry. */
  void putEntry(Rows.Entry row);

  /** Removes an entry, if it is there. */
  void removeEntry(long parent, byte[] nameHash);

  /**
   * Inserts a stripe with its shards.
   *
   * @param shards at least one
   * @throws IllegalArgumentException if the stripe, or a shard of that name on that archive, is
   *     there
   */
  void putStripe(Rows.Stripe stripe, Collection<Rows.Shard> shards);

  /**
   * Inserts records of manifest stripes, at most one of each kind and inode in a stripe.
   *
   * @throws IllegalArgumentException if a stripe was not put, or has such a record
   */
  void putRecords(Collection<Rows.ManifestRecord> records);

  /**
   * Changes where a shard is, or whether it is missing.
   *
   * @throws IllegalArgumentException if the stripe has no shard of that index, or another shard has
   *     that name on that archive
   */
  void putShard(Rows.Shard shard);

  /**
   * Marks a stripe as retired once nothing live is in it: a data stripe when no current content
   * refers to it; a manifest stripe when each of its records is dead. A record of an inode or
   * content is live while it is the newest version of its kind for an inode that exists; a
   * tombstone is live while a record of its inode that is no tombstone physically lies in any other
   * stripe that still has shard rows. Costs follow what changed since the last call.
   *
   * @return the stripes that became retired by this call
   */
  List<StripeId> retireDead();

  /**
   * Forgets a shard of a retired stripe because the archive has confirmed that it is gone. When the
   * stripe's last shard goes, the stripe and its records go too. Without effect if there is no such
   * shard.
   *
   * @throws IllegalStateException if the stripe is not retired
   */
  void removeShard(StripeId stripe, int index);

  /** Sets a counter. */
  void setCounter(String name, long value);

  /**
   * Adds to a counter that starts at {@code initial}.
   *
   * @return the value before
   */
  default long addToCounter(String name, long amount, long initial) {
    long before = counter(name).orElse(initial);
    setCounter(name, Math.addExact(before, amount));
    return before;
  }
}
