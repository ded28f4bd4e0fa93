package dev.kintsugi.core.internal.archive;

import java.time.Duration;

/**
 * How often and how soon to try again: the wait doubles from attempt to attempt up to a longest
 * one, and each is shortened by a random part of up to a half, so that many clients do not come
 * back at once.
 *
 * @param attempts how often to try in all, at least 1
 * @param first the wait before the second attempt
 * @param longest no wait is longer
 */
public record RetryPolicy(int attempts, Duration first, Duration longest) {
  /** Four attempts within about a second. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(4, Duration.ofMillis(50), Duration.ofSeconds(1));

  /** Validates the ranges. */
  public RetryPolicy {
    if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "attempts (%d) must be at least 1, and waits (%s to %s) must not shrink"
              .formatted(attempts, first, longest));
    }
  }

  /**
   * Returns how long to wait before an attempt.
   *
   * @param attempt 2 for the first repetition
   * @param random in 0..1
   */
  Duration before(int attempt, double random) {
    long nanos = first.toNanos();
    for (int i = 2; i < attempt && nanos < longest.toNanos(); i++) {
      nanos *= 2;
    }
    return Duration.ofNanos((long) (Math.min(nanos, longest.toNanos()) * (1 - random / 2)));
  }
}
