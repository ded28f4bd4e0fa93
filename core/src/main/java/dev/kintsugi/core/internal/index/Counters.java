package dev.kintsugi.core.internal.index;

/** The counters that the index keeps. */
public final class Counters {
  /** The sequence number of the last commit, 0 before the first. */
  public static final String SEQUENCE = "sequence";

  /** Grows each time a writer opens the vault, and when a commit failed half-way. */
  public static final String INCARNATION = "incarnation";

  /** The incarnation of the last writer that closed the vault, so that nothing of it is left. */
  public static final String CLOSED = "closed-incarnation";

  /** How many writers ended without closing the vault. */
  public static final String ENDED = "ended";

  /** A leaf id above every id ever reserved. */
  public static final String NEXT_LEAF = "next-leaf";

  /** An inode number above every number ever reserved. */
  public static final String NEXT_INODE = "next-inode";

  /** The first leaf id of a new vault. */
  public static final long FIRST_LEAF = 1;

  /** The first inode number after the root's. */
  public static final long FIRST_INODE = 2;

  private Counters() {}

  /** Returns the name of the counter that holds the incarnation of the i-th writer that ended. */
  public static String endedIncarnation(long i) {
    return "ended-" + i + "-incarnation";
  }

  /** Returns the name of the counter that holds the last sequence number the i-th could use. */
  public static String endedSequence(long i) {
    return "ended-" + i + "-sequence";
  }
}
