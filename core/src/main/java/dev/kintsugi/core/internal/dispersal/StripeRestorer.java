package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.ShardInspector.Inspection;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.erasure.RepairPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes shards again, byte for byte, from the fewest intact ones that determine them; where those
 * that are wholly intact do not, from whatever is sound of each.
 *
 * <p>What is read follows the code's repair plan: one lost shard of a local group is made from the
 * others of its group. When a shard that was planned to be read turns out bad, a new plan does
 * without it, and what was read already costs nothing.
 *
 * <p>Only shards whose MAC was checked go into the computation, so whatever other archives return,
 * what is written is what was there first. Thread-safe.
 */
public final class StripeRestorer {
  /** Reading a shard that is probably not there costs more than reading all others. */
  private static final double DOUBTFUL = 1000;

  private final Archives archives;
  private final ArchivePool pool;
  private final GroupKeys keys;
  private final ShardBuffers buffers;
  private final ShardInspector inspector;
  private final ColumnMender columns;

  /**
   * Makes a restorer.
   *
   * @param keys the group's keys; they stay the caller's
   */
  public StripeRestorer(Archives archives, ArchivePool pool, GroupKeys keys) {
    this.archives = archives;
    this.pool = pool;
    this.keys = keys;
    this.buffers = new ShardBuffers(64L << 20);
    this.inspector = new ShardInspector(archives, keys, buffers);
    this.columns = new ColumnMender(archives, pool, keys);
  }

  /**
   * What became of a stripe.
   *
   * @param present wanted shards that turned out to be there and intact
   * @param restored wanted shards that were written
   * @param pending wanted shards that could not be written, and why
   * @param problems what was found wrong with any shard on the way
   * @param bytesRead bytes read from archives
   * @param bytesWritten bytes written to archives
   */
  public record Restoration(
      Set<Integer> present,
      Set<Integer> restored,
      Map<Integer, String> pending,
      List<ShardProblem> problems,
      long bytesRead,
      long bytesWritten) {
    /** Copies the collections. */
    public Restoration {
      present = Set.copyOf(present);
      restored = Set.copyOf(restored);
      pending = Map.copyOf(pending);
      problems = List.copyOf(problems);
    }
  }

  /**
   * Restores shards to the archives and names that the index gives them. A wanted shard that is
   * there and intact is left alone; one that is there and not intact is replaced.
   *
   * @param wanted indices of the shards to restore
   * @throws UnrecoverableException if at some place of the stripe the sound shards do not determine
   *     those wanted; the message says what is wrong with each
   */
  public Restoration restore(Stripe stripe, Collection<Integer> wanted) {
    Operation operation = new Operation(stripe, new TreeSet<>(wanted));
    try {
      return operation.run();
    } finally {
      operation.intact.values().forEach(i -> give(i.record()));
      operation.made.values().forEach(this::give);
    }
  }

  /**
   * Returns whether a stripe can be mended although its intact shards do not determine the others.
   */
  public boolean recoverable(Stripe stripe) {
    return columns.mend(stripe).isPresent();
  }

  private void give(byte @Nullable [] array) {
    if (array != null) {
      buffers.giveBack(array);
    }
  }

  private final class Operation {
    private final Stripe stripe;
    private final Scheme scheme;
    private final Set<Integer> wanted;
    private final Map<Integer, Inspection> intact = new TreeMap<>();
    private final Map<Integer, byte[]> made = new HashMap<>();
    private final Map<Integer, ShardProblem> problems = new TreeMap<>();
    private long bytesRead;
    private long bytesWritten;

    Operation(Stripe stripe, Set<Integer> wanted) {
      this.stripe = stripe;
      this.scheme = Scheme.parse(stripe.row().scheme());
      this.wanted = wanted;
    }

    Restoration run() {
      inspect(wanted);
      Set<Integer> present = new TreeSet<>(wanted);
      present.retainAll(intact.keySet());
      Set<Integer> lost = new TreeSet<>(wanted);
      lost.removeAll(present);
      Map<Integer, String> pending = new TreeMap<>();
      Set<Integer> restored = new TreeSet<>();
      if (!lost.isEmpty()) {
        ShardHeader sibling;
        Optional<RepairPlan> plan = collect(Scheme.bits(lost));
        if (plan.isPresent()) {
          decode(plan.get());
          sibling = intactHeader();
        } else {
          sibling = mendColumns(lost);
        }
        write(lost, sibling, restored, pending);
      }
      return new Restoration(
          present, restored, pending, List.copyOf(problems.values()), bytesRead, bytesWritten);
    }

    /** Reads what a plan needs, with new plans while it turns out bad; empty if none is left. */
    private Optional<RepairPlan> collect(BitSet lost) {
      while (true) {
        BitSet available = new BitSet();
        double[] costs = new double[scheme.totalShards()];
        for (int i = 0; i < costs.length; i++) {
          available.set(i, !lost.get(i) && !problems.containsKey(i));
          costs[i] = cost(i);
        }
        Optional<RepairPlan> plan = scheme.plan(lost, available, costs);
        List<Integer> unread =
            plan.stream()
                .flatMap(found -> found.reads().stream())
                .filter(shard -> !intact.containsKey(shard))
                .toList();
        if (unread.isEmpty()) {
          return plan;
        }
        inspect(unread);
      }
    }

    private double cost(int shard) {
      if (intact.containsKey(shard)) {
        return 0;
      }
      boolean doubtful =
          stripe.shards().get(shard).missing()
              || archives.unavailable(stripe.archive(shard)).isPresent();
      return doubtful ? DOUBTFUL : 1;
    }

    private ShardHeader mendColumns(Set<Integer> lost) {
      ColumnMender.Mended mended =
          columns
              .mend(stripe)
              .orElseThrow(
                  () -> tooFew(archives, stripe, scheme, intact.keySet(), problems.values()));
      bytesRead += mended.bytesRead();
      lost.forEach(index -> made.put(index, mended.rows()[index]));
      return mended.header();
    }

    private ShardHeader intactHeader() {
      return intact.values().stream()
          .flatMap(found -> Stream.ofNullable(found.header()))
          .findFirst()
          .orElseThrow();
    }

    private void inspect(Collection<Integer> indices) {
      Map<Integer, CompletableFuture<Inspection>> pending = new TreeMap<>();
      for (int index : indices) {
        pending.put(
            index, pool.submit(stripe.archive(index), () -> inspector.inspect(stripe, index)));
      }
      pending.forEach(
          (index, future) -> {
            Inspection found = ArchivePool.await(future);
            bytesRead += found.bytesRead();
            ShardProblem problem = found.problem();
            if (problem == null) {
              intact.put(index, found);
            } else {
              problems.put(index, problem);
            }
          });
    }

    private void decode(RepairPlan plan) {
      byte[][] rows = new byte[scheme.totalShards()][];
      for (int index : plan.reads()) {
        rows[index] = Objects.requireNonNull(intact.get(index)).record();
      }
      int length = ShardRecord.recordLength(stripe.row().shardLength());
      for (int index : plan.lost()) {
        byte[] row = buffers.take(length);
        made.put(index, row);
        rows[index] = row;
      }
      plan.repair(rows, ShardPrefix.LENGTH, stripe.row().shardLength());
    }

    private void write(
        Set<Integer> lost,
        ShardHeader sibling,
        Set<Integer> restored,
        Map<Integer, String> pending) {
      Map<Integer, CompletableFuture<Long>> writes = new TreeMap<>();
      for (int index : lost) {
        byte[] row = Objects.requireNonNull(made.get(index));
        ShardHeader header = sibling.withIndex(index);
        writes.put(index, pool.submit(stripe.archive(index), () -> writeShard(index, header, row)));
      }
      writes.forEach(
          (index, future) -> {
            Throwable failure = future.handle((ok, e) -> e).join();
            if (failure == null) {
              restored.add(index);
              bytesWritten += future.join();
            } else {
              pending.put(index, StripeWriter.reason(failure));
            }
          });
    }

    private long writeShard(int index, ShardHeader header, byte[] row) throws IOException {
      Backend backend = archives.backend(stripe.archive(index), stripe.row().role());
      ShardName name = stripe.name(index);
      stripe.maskRecord(keys, index, row);
      ByteBuffer[] parts = ShardRecord.encode(keys.shards(), name, header, row, ShardPrefix.LENGTH);
      long length = 0;
      for (ByteBuffer part : parts) {
        length += part.remaining();
      }
      try {
        backend.write(name, parts);
      } catch (ShardExistsException taken) {
        Inspection again = inspector.inspect(stripe, index);
        if (again.problem() == null) {
          give(again.record()); // it could not be read before, and is intact
          return 0;
        }
        // Until it is replaced, the damaged one may hold the only sound copy of some run.
        backend.replace(
            name, ShardRecord.encode(keys.shards(), name, header, row, ShardPrefix.LENGTH));
      }
      return length;
    }
  }

  /** Describes a stripe that cannot be decoded now. */
  static UnrecoverableException tooFew(
      Archives archives,
      Stripe stripe,
      Scheme scheme,
      Set<Integer> intact,
      Collection<ShardProblem> problems) {
    String bad =
        problems.stream()
            .map(
                problem ->
                    "%s %s%s"
                        .formatted(
                            archives.name(problem.archive()),
                            problem.problem().name().toLowerCase(Locale.ROOT),
                            problem.problem() == Problem.UNREADABLE
                                ? " (" + problem.detail() + ")"
                                : ""))
            .collect(Collectors.joining(", "));
    String lack =
        intact.size() < scheme.dataShards()
            ? scheme.dataShards() + " are needed"
            : "which do not determine the others";
    return new UnrecoverableException(
        "stripe %s has %d intact shards, %s (%s): on %s"
            .formatted(stripe.id(), intact.size(), lack, scheme, bad));
  }
}
