package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.dispersal.ShardInspector.Inspection;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * All shards of a stripe that are intact, each checked wholly; where they do not determine the
 * others, all shards as {@link ColumnMender} makes them. Buffers are held until closed.
 */
final class VerifiedShards implements AutoCloseable {
  private final ShardBuffers buffers;
  private final Scheme scheme;
  private final Map<Integer, byte[]> intact = new TreeMap<>();
  private final Map<Integer, byte[]> mended = new TreeMap<>();

  private VerifiedShards(ShardBuffers buffers, Scheme scheme) {
    this.buffers = buffers;
    this.scheme = scheme;
  }

  /**
   * Reads and checks all shards and reports the bad ones. Archives that are slow are waited for
   * only if the others do not suffice.
   *
   * @throws dev.kintsugi.core.UnrecoverableException if at some place the sound ones do not
   *     determine the others
   */
  static VerifiedShards of(StripeReader reader, Stripe stripe, Scheme scheme)
      throws InterruptedException {
    long started = System.nanoTime();
    Map<Integer, CompletableFuture<Inspection>> pending = new TreeMap<>();
    for (int i = 0; i < scheme.totalShards(); i++) {
      int index = i;
      pending.put(
          i,
          reader.pool().submit(stripe.archive(i), () -> reader.inspector().inspect(stripe, index)));
    }
    VerifiedShards verified = new VerifiedShards(reader.buffers(), scheme);
    List<ShardProblem> problems = new ArrayList<>();
    Map<Integer, CompletableFuture<Inspection>> late = new TreeMap<>();
    for (Map.Entry<Integer, CompletableFuture<Inspection>> entry : pending.entrySet()) {
      int index = entry.getKey();
      long until = started + reader.patience(stripe.archive(index));
      if (ArchivePool.endsWithin(entry.getValue(), until - System.nanoTime())) {
        verified.add(index, ArchivePool.await(entry.getValue()), problems);
      } else {
        late.put(index, entry.getValue());
      }
    }
    while (!late.isEmpty() && !scheme.decodable(verified.intact.keySet())) {
      ArchivePool.await(CompletableFuture.anyOf(late.values().toArray(CompletableFuture[]::new)));
      late.entrySet()
          .removeIf(
              entry -> {
                boolean here = entry.getValue().isDone();
                if (here) {
                  verified.add(entry.getKey(), ArchivePool.await(entry.getValue()), problems);
                }
                return here;
              });
    }
    for (CompletableFuture<Inspection> unwanted : late.values()) {
      var unused = unwanted.thenAccept(found -> giveBack(reader.buffers(), found));
    }
    problems.stream()
        .filter(problem -> problem.problem() != Problem.UNREADABLE)
        .forEach(problem -> reader.report(stripe, problem));
    if (!scheme.decodable(verified.intact.keySet())) {
      Optional<ColumnMender.Mended> whole = reader.columns().mend(stripe);
      if (whole.isEmpty()) {
        try (verified) {
          throw StripeRestorer.tooFew(
              reader.archives(), stripe, scheme, verified.intact.keySet(), problems);
        }
      }
      byte[][] rows = whole.get().rows();
      for (int i = 0; i < rows.length; i++) {
        verified.mended.put(i, rows[i]);
      }
    }
    return verified;
  }

  private void add(int index, Inspection found, List<ShardProblem> problems) {
    byte[] record = found.record();
    if (record != null) {
      intact.put(index, record);
    }
    ShardProblem problem = found.problem();
    if (problem != null) {
      problems.add(problem);
    }
  }

  private static void giveBack(ShardBuffers buffers, Inspection found) {
    byte[] record = found.record();
    if (record != null) {
      buffers.giveBack(record);
    }
  }

  /** Returns the intact records by index. */
  Map<Integer, byte[]> intact() {
    return Collections.unmodifiableMap(intact);
  }

  /** Returns a record of which at least a run's range of the payload is right. */
  byte[] row(Run run) {
    byte[] own = intact.getOrDefault(run.shard(), mended.get(run.shard()));
    if (own != null) {
      return own;
    }
    byte[][] rows = new byte[scheme.totalShards()][];
    boolean[] there = new boolean[rows.length];
    boolean[] wanted = new boolean[rows.length];
    intact.forEach(
        (index, record) -> {
          rows[index] = record;
          there[index] = true;
        });
    byte[] row = new byte[intact.values().iterator().next().length];
    rows[run.shard()] = row;
    wanted[run.shard()] = true;
    scheme
        .code()
        .reconstruct(rows, there, wanted, ShardPrefix.LENGTH + run.low(), run.high() - run.low());
    return row;
  }

  @Override
  public void close() {
    intact.values().forEach(buffers::giveBack);
    intact.clear();
  }
}
