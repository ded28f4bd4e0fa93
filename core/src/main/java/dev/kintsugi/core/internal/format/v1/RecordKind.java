package dev.kintsugi.core.internal.format.v1;

import java.util.Optional;

/** What an entry of a commit header announces. */
public enum RecordKind {
  /** A version of an inode, in this stripe. */
  INODE(1),
  /** A version of a file's content map, in this stripe. */
  CONTENT(2),
  /** The removal of an inode: older records of it are dead. */
  TOMBSTONE(3),
  /** A stripe in which nothing is live any more, so that its shards are to be deleted. */
  RETIRED(4),
  /** The last commit of a writer that ended without closing the vault. */
  ENDED(5);

  private final int code;

  RecordKind(int code) {
    this.code = code;
  }

  /** Returns the number that stands for it. */
  public int code() {
    return code;
  }

  static Optional<RecordKind> of(int code) {
    return code >= 1 && code <= 5 ? Optional.of(values()[code - 1]) : Optional.empty();
  }
}
