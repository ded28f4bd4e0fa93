package dev.kintsugi.core.internal.index;

/**
 * What the recovery that made an index may have missed. A vault that was not recovered has no gaps,
 * nor has one that was recovered from enough archives. Gaps stay as long as the index does: another
 * recovery, from more archives, makes another index.
 *
 * @param lostCommits how many commits, or records of commits, that may have been acknowledged could
 *     not be read; at least 0
 * @param unseenCommits whether so few archives were read that a commit may have shown no shard
 */
public record RecoveryGaps(long lostCommits, boolean unseenCommits) {
  /** Checks the count. */
  public RecoveryGaps {
    if (lostCommits < 0) {
      throw new IllegalArgumentException("lostCommits (" + lostCommits + ") must not be negative");
    }
  }

  /** Returns what the index says. */
  public static RecoveryGaps of(IndexReader reader) {
    return new RecoveryGaps(
        reader.counter(Counters.LOST_COMMITS).orElse(0),
        reader.counter(Counters.UNSEEN_COMMITS).orElse(0) != 0);
  }

  /** Writes them to an index. */
  public void set(IndexWriter writer) {
    writer.setCounter(Counters.LOST_COMMITS, lostCommits);
    writer.setCounter(Counters.UNSEEN_COMMITS, unseenCommits ? 1 : 0);
  }
}
