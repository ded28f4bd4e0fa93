package dev.kintsugi.core.internal.format;

/** What a stripe holds. */
public enum Role {
  /** Sealed extents of objects. */
  DATA(1),
  /** Sealed records of one commit: inodes, contents, tombstones. */
  MANIFEST(2);

  private final int code;

  Role(int code) {
    this.code = code;
  }

  /** Returns the number that formats and index store, never reused for another role. */
  public int code() {
    return code;
  }
}
