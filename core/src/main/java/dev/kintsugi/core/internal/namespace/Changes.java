package dev.kintsugi.core.internal.namespace;

import java.util.List;

/**
 * What a commit has to write, and what dies by it.
 *
 * @param records one record at most of each kind and inode, in the order of inode numbers
 * @param tombstones the inodes removed that older commits know, in rising order
 * @param deadLeaves leaves to be punctured once the transaction is committed, not before: if it is
 *     rolled back they live on
 */
public record Changes(List<SealedRecord> records, List<Long> tombstones, List<Long> deadLeaves) {
  /** Copies the lists. */
  public Changes {
    records = List.copyOf(records);
    tombstones = List.copyOf(tombstones);
    deadLeaves = List.copyOf(deadLeaves);
  }

  /** Returns whether there is nothing to write. */
  public boolean isEmpty() {
    return records.isEmpty() && tombstones.isEmpty();
  }
}
