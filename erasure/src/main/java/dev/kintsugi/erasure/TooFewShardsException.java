package dev.kintsugi.erasure;

import java.util.BitSet;

/** Fewer shards are present than any decoding needs. Nothing has been written. */
public final class TooFewShardsException extends UndecodableException {
  private static final long serialVersionUID = 1L;

  private final int needed;
  private final int count;

  TooFewShardsException(String code, int needed, BitSet present) {
    super(
        "%s needs %d shards, but only %d are present: %s"
            .formatted(code, needed, present.cardinality(), present),
        present);
    this.needed = needed;
    this.count = present.cardinality();
  }

  /** Returns the number of shards that decoding needs. */
  public int needed() {
    return needed;
  }

  /** Returns the number of shards that were present. */
  public int present() {
    return count;
  }
}
