package dev.kintsugi.core.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a scrub found.
 *
 * @param stripes stripes checked
 * @param shards shards checked
 * @param bytes bytes read
 * @param findings shards that are not as they should be, in the order of archives: all, or the
 *     first {@value #MOST_FINDINGS} that were found; {@link ScrubOptions#listener} is told of all
 * @param counts how many shards were found with each problem, those that {@code findings} leaves
 *     out included; a problem that was not found is absent
 * @param unavailable archives that could not be asked
 * @param mended how many of the findings that are no orphans were mended
 * @param removed orphans that were removed or taken back; those that came up after they had been
 *     counted are among them
 * @param leftovers orphans that are still there, neither taken back nor removed
 * @param unrecoverable paths of objects with bytes or records in a stripe that cannot be decoded
 *     from what is available now. A read of such an object still returns what lies in shards that
 *     are left, which may be all of it
 * @param whyLeft why a repair let orphans stay, in words; empty if none did, or without repair
 * @param lostCommits how many commits the recovery that made this vault could not read, 0 if none
 *     or if it was not recovered: what only they recorded is not in it, and shards that may be
 *     theirs are kept for a recovery from more archives
 */
public record ScrubReport(
    long stripes,
    long shards,
    long bytes,
    List<ShardFinding> findings,
    Map<ShardFinding.Problem, Long> counts,
    List<String> unavailable,
    long mended,
    long removed,
    long leftovers,
    List<String> unrecoverable,
    List<String> whyLeft,
    long lostCommits) {
  /** How many findings a report names at most. */
  public static final int MOST_FINDINGS = 10_000;

  /** Copies the collections. */
  public ScrubReport {
    findings = List.copyOf(findings);
    counts = Map.copyOf(counts);
    unavailable = List.copyOf(unavailable);
    unrecoverable = List.copyOf(unrecoverable);
    whyLeft = List.copyOf(whyLeft);
  }

  /** Returns how many findings there were of certain problems. */
  public long count(Collection<ShardFinding.Problem> problems) {
    return problems.stream().mapToLong(problem -> counts.getOrDefault(problem, 0L)).sum();
  }

  /** Returns how many findings there were, whether or not {@link #findings} names them. */
  public long total() {
    return count(counts.keySet());
  }

  /** Returns how much was put in order: what was mended, removed or taken back. */
  public long repaired() {
    return mended + removed;
  }

  /** Returns whether everything is as it should be. */
  public boolean clean() {
    return counts.isEmpty() && unavailable.isEmpty() && unrecoverable.isEmpty() && lostCommits == 0;
  }
}
