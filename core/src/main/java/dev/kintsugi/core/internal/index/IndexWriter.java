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
   */
  void putContent(Rows.Content row, Collection<StripeId> stripes);

  /** Removes a file's content map and its references to data stripes, if it has one. */
  void removeContent(long ino);

  /** Removes an inode, its content map and references. Its entries must have been removed. */
  void removeInode(long ino);

  /** Inserts or replaces an entry. */
  void putEntry(Rows.Entry row);

  /** Removes an entry, if it is there. */
  void removeEntry(long parent, byte[] nameHash);

  /** Inserts a stripe with its shards. */
  void putStripe(Rows.Stripe stripe, Collection<Rows.Shard> shards);

  /** Inserts records of a manifest stripe. */
  void putRecords(Collection<Rows.ManifestRecord> records);

  /** Changes where a shard is, or whether it is missing. */
  void putShard(Rows.Shard shard);

  /**
   * Marks a stripe as retired once nothing live is in it: a data stripe when no current content
   * refers to it; a manifest stripe when each of its records is dead. A record of an inode or
   * content is live while it is the newest version of its kind for an inode that exists; a
   * tombstone is live while another record of its inode physically lies in any other stripe that
   * still has shard rows.
   *
   * @return the stripes that became retired by this call
   */
  List<StripeId> retireDead();

  /**
   * Forgets a shard of a retired stripe because the archive has confirmed that it is gone. When the
   * stripe's last shard goes, the stripe and its records go too.
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
