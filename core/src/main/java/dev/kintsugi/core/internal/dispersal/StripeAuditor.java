package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.ShardInspector.Inspection;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Checks every shard of a stripe: structure and checksums, the header's seal, the payload's MAC,
 * and whether the shards satisfy the parity relation of the code, which tells of those that were
 * written wrongly and made authentic. Thread-safe.
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
   * @param problems every shard that is not as it should be, in the order of their indices, then
   *     those that are authentic and contradict the others
   * @param intact the indices of the shards that are authentic and in their place
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
    if (records.size() == stripe.shards().size()) {
      problems.addAll(contradictions(stripe, records.values().toArray(new byte[0][])));
    }
    records.values().forEach(buffers::giveBack);
    return new Audit(problems, records.keySet(), bytesRead);
  }

  /** Returns which shards the parity relation contradicts though they are all authentic. */
  private static List<ShardProblem> contradictions(Stripe stripe, byte[][] records) {
    Scheme scheme = Scheme.parse(stripe.row().scheme());
    int length = stripe.row().shardLength();
    if (scheme.code().verify(records, ShardPrefix.LENGTH, length)) {
      return List.of();
    }
    Location location = ErrorLocator.of(scheme.code()).locate(records, ShardPrefix.LENGTH, length);
    if (location.outcome() != Location.Outcome.LOCATED) {
      return List.of(
          new ShardProblem(
              stripe.id(),
              -1,
              -1,
              new ShardName(0, 0),
              Problem.TAMPERED,
              "every shard is authentic, but they do not satisfy the parity relation of "
                  + scheme
                  + ": some were written wrongly, and which cannot be told ("
                  + location
                  + ")"));
    }
    return location.shards().stream()
        .mapToObj(
            index ->
                new ShardProblem(
                    stripe.id(),
                    index,
                    stripe.archive(index),
                    stripe.name(index),
                    Problem.TAMPERED,
                    "it is authentic, but the parity relation of "
                        + scheme
                        + " says that it was written wrongly; repair restores it once it is"
                        + " deleted from its archive"))
        .toList();
  }
}
