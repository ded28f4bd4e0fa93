package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.ShardInspector.Inspection;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Checks every shard of a stripe: structure and checksums, the header's seal, the payload's MAC,
 * and whether the shards satisfy the parity relation of the code. Thread-safe.
 */
public final class StripeAuditor {
  private final ArchivePool pool;
  private final ShardBuffers buffers;
  private final ShardInspector inspector;

  /**
   * Makes an auditor.
   *
   * @param keys the group's keys; they stay the caller's
   */
  public StripeAuditor(Archives archives, ArchivePool pool, GroupKeys keys) {
    this.pool = pool;
    this.buffers = new ShardBuffers(64L << 20);
    this.inspector = new ShardInspector(archives, keys, buffers);
  }

  /**
   * What was found of one stripe.
   *
   * @param problems every shard that is not as it should be, in the order of their indices
   * @param intact the indices of the shards that are
   * @param bytesRead how many bytes the archives sent
   */
  public record Audit(List<ShardProblem> problems, Set<Integer> intact, long bytesRead) {
    /** Copies the collections. */
    public Audit {
      problems = List.copyOf(problems);
      intact = Set.copyOf(intact);
    }
  }

  /** Reads and checks all shards of a stripe, those marked missing included. */
  public Audit audit(Stripe stripe) {
    List<CompletableFuture<Inspection>> pending = new ArrayList<>();
    for (int i = 0; i < stripe.shards().size(); i++) {
      int index = i;
      pending.add(pool.submit(stripe.archive(i), () -> inspector.inspect(stripe, index)));
    }
    List<Inspection> found = pending.stream().map(ArchivePool::await).toList();
    List<ShardProblem> problems = new ArrayList<>();
    Map<Integer, byte[]> records = new TreeMap<>();
    long bytesRead = 0;
    for (int i = 0; i < found.size(); i++) {
      Inspection inspection = found.get(i);
      bytesRead += inspection.bytesRead();
      if (inspection.problem() != null) {
        problems.add(inspection.problem());
      }
      if (inspection.record() != null) {
        records.put(i, inspection.record());
      }
    }
    Scheme scheme = Scheme.parse(stripe.row().scheme());
    if (records.size() == scheme.totalShards()
        && !scheme
            .code()
            .verify(
                records.values().toArray(new byte[0][]),
                ShardPrefix.LENGTH,
                stripe.row().shardLength())) {
      problems.add(
          new ShardProblem(
              stripe.id(),
              -1,
              -1,
              new ShardName(0, 0),
              Problem.TAMPERED,
              "every shard is authentic, but they do not satisfy the parity relation of "
                  + scheme
                  + ": they were written wrongly"));
    }
    records.values().forEach(buffers::giveBack);
    return new Audit(problems, records.keySet(), bytesRead);
  }
}
