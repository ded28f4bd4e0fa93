package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.ShardProblem;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.ShardFinding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what reads found wrong with shards, until a writer marks it in the index for repair,
 * and how many shards that were. Thread-safe.
 */
final class DamageLog {
  private static final Logger LOG = LoggerFactory.getLogger(DamageLog.class);

  /** Shards that are remembered, and counted, at most. */
  static final int MOST = 100_000;

  private final Map<ShardName, ShardProblem> found = new LinkedHashMap<>(); // guarded by this
  private final Set<ShardName> counted = new HashSet<>(); // guarded by this

  /** Notes a shard; an archive that merely does not answer says nothing of its shards. */
  void found(ShardProblem problem) {
    LOG.warn(
        "shard {} of stripe {}: {} {}",
        problem.name(),
        problem.stripe(),
        problem.problem(),
        problem.detail());
    if (problem.problem() != ShardFinding.Problem.UNREADABLE && problem.index() >= 0) {
      synchronized (this) {
        if (found.size() < MOST) {
          found.put(problem.name(), problem);
        }
        if (counted.size() < MOST) {
          counted.add(problem.name());
        }
      }
    }
  }

  /** Returns how many different shards were found, marked or not. */
  synchronized int count() {
    return counted.size();
  }

  /** Marks what was found since the last call as missing. */
  void markIn(Index index) {
    List<ShardProblem> problems;
    synchronized (this) {
      problems = new ArrayList<>(found.values());
      found.clear();
    }
    if (!problems.isEmpty()) {
      index.write(
          writer -> {
            problems.forEach(problem -> mark(writer, problem));
            return problems.size();
          });
    }
  }

  private static void mark(IndexWriter writer, ShardProblem problem) {
    for (Rows.Shard shard : writer.shards(problem.stripe())) {
      // The shard may have been placed elsewhere since it was read.
      if (shard.index() == problem.index()
          && shard.archive() == problem.archive()
          && shard.name().equals(problem.name())) {
        writer.putShard(
            new Rows.Shard(shard.stripe(), shard.index(), shard.archive(), shard.name(), true));
      }
    }
  }
}
