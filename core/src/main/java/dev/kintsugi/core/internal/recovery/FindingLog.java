package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.store.ShardFinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Counts what a scrub finds, tells a listener of all, and keeps as much as a report names.
 * Thread-safe.
 */
final class FindingLog {
  private static final Comparator<ShardFinding> ORDER =
      Comparator.comparing(ShardFinding::archive).thenComparing(ShardFinding::shard);

  private final Consumer<ShardFinding> listener;
  private final int most;
  private final List<ShardFinding> first = new ArrayList<>(); // guarded by this
  private final Map<ShardFinding.Problem, Long> counts = new EnumMap<>(ShardFinding.Problem.class);

  /**
   * Makes a log.
   *
   * @param most how many findings are kept
   */
  FindingLog(Consumer<ShardFinding> listener, int most) {
    this.listener = listener;
    this.most = most;
  }

  synchronized void add(ShardFinding finding) {
    counts.merge(finding.problem(), 1L, Long::sum);
    if (first.size() < most) {
      first.add(finding);
    }
    listener.accept(finding);
  }

  /** Returns the first findings, in the order of archives and names. */
  synchronized List<ShardFinding> first() {
    return first.stream().sorted(ORDER).toList();
  }

  /** Returns how many there were of each problem. */
  synchronized Map<ShardFinding.Problem, Long> counts() {
    return Map.copyOf(counts);
  }
}
