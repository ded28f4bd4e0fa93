package dev.kintsugi.erasure;

import java.util.BitSet;

/**
 * The shards that are present do not determine the shards that were asked for. Nothing has been
 * written.
 *
 * <p>For a code that is maximum distance separable, such as Reed-Solomon, this is always the
 * subclass {@link TooFewShardsException}; a locally repairable code can also meet a pattern of
 * losses that it cannot decode although enough shards are there.
 */
public class UndecodableException extends ErasureException {
  private static final long serialVersionUID = 1L;

  private final BitSet present;

  /** Creates an exception for a set of present shards. */
  UndecodableException(String message, BitSet present) {
    super(message);
    this.present = (BitSet) present.clone();
  }

  /** Returns the indices of the shards that were present. */
  public final BitSet presentShards() {
    return (BitSet) present.clone();
  }
}
