package dev.kintsugi.core.store;

import java.util.List;

/**
 * What a scrub found.
 *
 * @param stripes stripes checked
 * @param shards shards checked
 * @param bytes bytes read
 * @param findings every shard that is not as it should be
 * @param unavailable archives that could not be asked
 * @param repaired findings that were mended (repair) or removed (orphans)
 * @param unrecoverable paths of objects that cannot be recovered from what is available now
 */
public record ScrubReport(
    long stripes,
    long shards,
    long bytes,
    List<ShardFinding> findings,
    List<String> unavailable,
    long repaired,
    List<String> unrecoverable) {
  /** Returns whether everything is as it should be. */
  public boolean clean() {
    return findings.isEmpty() && unavailable.isEmpty() && unrecoverable.isEmpty();
  }
}
