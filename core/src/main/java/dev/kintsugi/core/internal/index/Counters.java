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

  /** Names this vault among its copies that were recovered; random. See {@link Lineage}. */
  public static final String LINEAGE = "lineage";

  /** How many recoveries lie between the lineage and the vault's first, plus one. */
  public static final String GENERATION = "generation";

  /** Grows when a writer opens the vault and when it closes it. */
  public static final String CLAIM = "claim";

  /** Tells claims of one number apart; random. */
  public static final String TOKEN = "token";

  /** How many lineages the vault was recovered from. */
  public static final String PARENTS = "parents";

  /** How many commits the recovery of this index could not read. See {@link RecoveryGaps}. */
  public static final String LOST_COMMITS = "lost-commits";

  /** 1 if commits may have gone unseen in the recovery of this index, else 0 or absent. */
  public static final String UNSEEN_COMMITS = "unseen-commits";

  /** The first leaf id of a new vault. */
  public static final long FIRST_LEAF = 1;

  /** The first inode number after the root's. */
  public static final long FIRST_INODE = 2;

  private Counters() {}

  /** Returns the name of the counter that holds the incarnation of the i-th writer that ended. */
  public static String endedIncarnation(long i) {
    return "ended-" + i + "-incarnation";
  }

  /** Returns the name of the counter that holds the i-th lineage the vault was recovered from. */
  public static String parentLineage(long i) {
    return "parent-" + i + "-lineage";
  }

  /** Returns the name of the counter that holds the highest claim that was seen of it. */
  public static String parentClaim(long i) {
    return "parent-" + i + "-claim";
  }

  /** Returns the name of the counter that holds the last sequence number the i-th could use. */
  public static String endedSequence(long i) {
    return "ended-" + i + "-sequence";
  }
}
