package dev.kintsugi.erasure.stream;

/** A shard file was written by a later version of this library. */
public final class UnsupportedShardVersionException extends ShardFormatException {
  private static final long serialVersionUID = 1L;

  private final int version;

  UnsupportedShardVersionException(int version, int known) {
    super("format version (%d) is newer than %d, the latest known".formatted(version, known));
    this.version = version;
  }

  /** Returns the version of the file. */
  public int version() {
    return version;
  }
}
