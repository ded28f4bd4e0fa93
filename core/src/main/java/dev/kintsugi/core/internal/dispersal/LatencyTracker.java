package dev.kintsugi.core.internal.dispersal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long each archive usually takes and how well it behaved lately: exponentially weighted
 * averages. Thread-safe.
 */
final class LatencyTracker {
  private static final double WEIGHT = 0.2;

  private final Map<Integer, Double> nanos = new ConcurrentHashMap<>();
  private final Map<Integer, Double> trouble = new ConcurrentHashMap<>();

  /** Notes that an archive answered rightly after a time. */
  void answered(int archive, long tookNanos) {
    nanos.merge(archive, (double) tookNanos, (old, now) -> old + WEIGHT * (now - old));
    trouble.computeIfPresent(archive, (a, old) -> old < 0.01 ? null : old * (1 - WEIGHT));
  }

  /** Notes that an archive failed, lied or was too slow. */
  void failed(int archive) {
    trouble.merge(archive, WEIGHT, (old, now) -> old + WEIGHT * (1 - old));
  }

  /** Returns the usual time of an answer in nanoseconds, 0 if nothing is known. */
  long usual(int archive) {
    return nanos.getOrDefault(archive, 0.0).longValue();
  }

  /** Returns from 0 (good) to 1 (bad) how an archive behaved lately. */
  double trouble(int archive) {
    return trouble.getOrDefault(archive, 0.0);
  }
}
