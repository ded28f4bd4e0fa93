package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.index.Counters;
import dev.kintsugi.core.internal.index.Incarnations;
import dev.kintsugi.core.internal.index.IndexWriter;
import java.util.random.RandomGenerator;

/**
 * Counters of a recovered index. They jump far ahead by a random distance, so that a leaf or inode
 * number that the old writer had taken, unseen by any commit that was found, is never used again.
 */
final class RecoveredNumbers {
  private static final int LEAF_SHIFT = 32;
  private static final int LEAF_STEPS = 1 << 16;
  private static final int INODE_SHIFT = 24;
  private static final int INODE_STEPS = 1 << 8;

  private RecoveredNumbers() {}

  static void set(IndexWriter writer, CommitChoice commits, RandomGenerator random) {
    writer.setCounter(Counters.SEQUENCE, commits.maxSequence());
    writer.setCounter(Counters.INCARNATION, commits.maxIncarnation() + 1);
    writer.setCounter(
        Counters.CLOSED, commits.maxIncarnation() + 1); // its unseen commits may be real
    Incarnations.restore(writer, commits.ended());
    writer.setCounter(
        Counters.NEXT_LEAF, jump(commits.maxNextLeaf(), LEAF_SHIFT, random.nextInt(LEAF_STEPS)));
    writer.setCounter(
        Counters.NEXT_INODE, jump(commits.maxNextIno(), INODE_SHIFT, random.nextInt(INODE_STEPS)));
  }

  /** Returns a multiple of {@code 1 << shift} above {@code seen}, {@code steps} further. */
  static long jump(long seen, int shift, int steps) {
    long unit = Math.addExact(Math.addExact(seen >>> shift, 1), steps);
    return Math.multiplyExact(unit, 1L << shift);
  }
}
