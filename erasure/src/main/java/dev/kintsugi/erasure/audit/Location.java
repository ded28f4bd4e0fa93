package dev.kintsugi.erasure.audit;

import java.util.BitSet;
import java.util.stream.Collectors;

/**
 * What {@link ErrorLocator} found out about the shards of a stripe.
 *
 * @param outcome what is known
 * @param shards the indices of the wrong shards; empty unless located
 * @param unchecked the indices of present shards that take part in no relation between the present
 *     shards: whatever they hold, it would not be noticed
 */
public record Location(Outcome outcome, BitSet shards, BitSet unchecked) {
  /** What is known about the shards. */
  public enum Outcome {
    /** All relations between the present shards hold. */
    CLEAN,
    /** One set of wrong shards explains what was seen, and it is small enough to be certain. */
    LOCATED,
    /** Shards are wrong, or may be, and several sets of them explain what was seen. */
    AMBIGUOUS,
    /** Shards are wrong, and no set of them that is small enough to be certain explains it. */
    BEYOND
  }

  /**
   * Copies the sets.
   *
   * @throws IllegalArgumentException if shards are named though none were located, or none are
   *     named though some were
   */
  public Location {
    if ((outcome == Outcome.LOCATED) == shards.isEmpty()) {
      throw new IllegalArgumentException(
          "shards (%s) must be empty unless located, and only then; the outcome is %s"
              .formatted(shards, outcome));
    }
    shards = (BitSet) shards.clone();
    unchecked = (BitSet) unchecked.clone();
  }

  @Override
  public BitSet shards() {
    return (BitSet) shards.clone();
  }

  @Override
  public BitSet unchecked() {
    return (BitSet) unchecked.clone();
  }

  /** Returns {@code clean}, {@code located 3,7}, {@code ambiguous} or {@code beyond}. */
  @Override
  public String toString() {
    return switch (outcome) {
      case CLEAN -> "clean";
      case AMBIGUOUS -> "ambiguous";
      case BEYOND -> "beyond";
      case LOCATED ->
          "located " + shards.stream().mapToObj(Integer::toString).collect(Collectors.joining(","));
    };
  }
}
