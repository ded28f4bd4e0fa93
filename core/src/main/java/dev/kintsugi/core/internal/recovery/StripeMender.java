package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Placement;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeRestorer;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.RepairReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores shards of stripes, keeps the index in step, and adds up what was done. One stripe's
 * failure never ends the work on others. Thread-safe.
 */
final class StripeMender {
  private static final Logger LOG = LoggerFactory.getLogger(StripeMender.class);

  private final Index index;
  private final Archives archives;
  private final StripeRestorer restorer;
  private final Mending.Gate gate;
  private final Consumer<Stripe> restored;
  private final LongAdder stripes = new LongAdder();
  private final LongAdder shards = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder pending = new LongAdder();
  private final Set<StripeId> beyondRepair = new TreeSet<>(); // guarded by itself

  /**
   * Makes a mender.
   *
   * @param restored is told of every stripe of which a shard was restored
   */
  StripeMender(
      Index index,
      Archives archives,
      StripeRestorer restorer,
      Mending.Gate gate,
      Consumer<Stripe> restored) {
    this.index = index;
    this.archives = archives;
    this.restorer = restorer;
    this.gate = gate;
    this.restored = restored;
  }

  /** Returns a stripe that is not retired, with its shards. */
  static Optional<Stripe> load(IndexReader reader, StripeId id) {
    return reader
        .stripe(id)
        .filter(row -> !row.retired())
        .map(row -> new Stripe(row, reader.shards(id)));
  }

  /**
   * Restores shards of a stripe where they belong. A shard whose archive is not available goes to
   * one that has none of the stripe, in a failure domain of its own where there is one, and waits
   * if there is no such archive.
   *
   * @param wanted indices of shards that are missing or damaged
   * @return the indices of shards that are whole now
   */
  Set<Integer> mend(Stripe stripe, Collection<Integer> wanted) {
    stripes.increment();
    Map<Integer, Rows.Shard> target = new HashMap<>();
    Map<Integer, Integer> homes = new HashMap<>();
    stripe.shards().forEach(shard -> homes.put(shard.index(), shard.archive()));
    long waiting = 0;
    for (int shard : wanted) {
      Optional<Rows.Shard> place = place(stripe.shards().get(shard), homes);
      if (place.isPresent()) {
        target.put(shard, place.get());
      } else {
        waiting++;
      }
    }
    pending.add(waiting);
    if (target.isEmpty()) {
      return Set.of();
    }
    // A shard that moves lies on its archive before the index knows its name.
    gate.enter();
    try {
      return restore(moved(stripe, target), target);
    } finally {
      gate.leave();
    }
  }

  /**
   * Chooses where a shard goes.
   *
   * @param homes the archive of each shard of the stripe; changed if this one moves
   */
  private Optional<Rows.Shard> place(Rows.Shard shard, Map<Integer, Integer> homes) {
    if (archives.unavailable(shard.archive()).isEmpty()) {
      return Optional.of(shard);
    }
    Set<String> domains = new HashSet<>();
    homes.forEach(
        (other, archive) -> {
          if (other != shard.index()) {
            domains.add(archives.domain(archive));
          }
        });
    List<Integer> free =
        Placement.rank(archives, shard.stripe()).stream()
            .filter(a -> archives.unavailable(a).isEmpty() && !homes.containsValue(a))
            .toList();
    Optional<Integer> home =
        free.stream()
            .filter(archive -> !domains.contains(archives.domain(archive)))
            .findFirst()
            .or(() -> free.stream().findFirst());
    home.ifPresent(archive -> homes.put(shard.index(), archive));
    return home.map(
        archive ->
            new Rows.Shard(shard.stripe(), shard.index(), archive, ShardName.random(), true));
  }

  private static Stripe moved(Stripe stripe, Map<Integer, Rows.Shard> target) {
    List<Rows.Shard> rows = new ArrayList<>();
    for (Rows.Shard shard : stripe.shards()) {
      rows.add(target.getOrDefault(shard.index(), shard));
    }
    return new Stripe(stripe.row(), rows);
  }

  private Set<Integer> restore(Stripe stripe, Map<Integer, Rows.Shard> target) {
    StripeRestorer.Restoration done;
    try {
      done = restorer.restore(stripe, target.keySet());
    } catch (UnrecoverableException e) {
      LOG.warn("{}", e.getMessage());
      synchronized (beyondRepair) {
        beyondRepair.add(stripe.id());
      }
      return Set.of();
    } catch (KintsugiException e) {
      LOG.warn("stripe {} waits for the next repair: {}", stripe.id(), e.toString());
      pending.add(target.size());
      return Set.of();
    }
    shards.add(done.restored().size());
    bytesRead.add(done.bytesRead());
    bytesWritten.add(done.bytesWritten());
    pending.add(done.pending().size());
    done.pending()
        .forEach((shard, why) -> LOG.warn("stripe {} shard {} waits: {}", stripe.id(), shard, why));
    Set<Integer> whole = new TreeSet<>(done.present());
    whole.addAll(done.restored());
    record(stripe, target, whole);
    if (!done.restored().isEmpty()) {
      restored.accept(stripe);
    }
    return whole;
  }

  private void record(Stripe stripe, Map<Integer, Rows.Shard> target, Set<Integer> whole) {
    if (whole.isEmpty()) {
      return;
    }
    index.write(
        writer -> {
          // Meanwhile the stripe may have been retired and its shards forgotten.
          boolean there = load(writer, stripe.id()).isPresent();
          for (int shard : there ? whole : Set.<Integer>of()) {
            Rows.Shard row = target.get(shard);
            if (row != null) {
              writer.putShard(
                  new Rows.Shard(row.stripe(), row.index(), row.archive(), row.name(), false));
            }
          }
          return there;
        });
  }

  /**
   * Sets whether shards are known to be missing, but for those whose rows are not any more what
   * they were when the stripe was loaded: who changed them knows better.
   */
  void mark(Stripe stripe, Predicate<Integer> missing) {
    List<Rows.Shard> wrong =
        stripe.shards().stream().filter(s -> s.missing() != missing.test(s.index())).toList();
    if (!wrong.isEmpty()) {
      index.write(
          writer -> {
            List<Rows.Shard> now = load(writer, stripe.id()).map(Stripe::shards).orElse(List.of());
            for (Rows.Shard s : wrong) {
              if (now.contains(s)) {
                writer.putShard(
                    new Rows.Shard(s.stripe(), s.index(), s.archive(), s.name(), !s.missing()));
              }
            }
            return wrong.size();
          });
    }
  }

  /** Notes that a stripe cannot be decoded now. */
  void giveUp(StripeId stripe) {
    synchronized (beyondRepair) {
      beyondRepair.add(stripe);
    }
  }

  /** Returns the stripes that cannot be decoded now. */
  List<StripeId> beyondRepair() {
    synchronized (beyondRepair) {
      return List.copyOf(beyondRepair);
    }
  }

  /** Returns what was done. */
  RepairReport report(List<String> unrecoverable) {
    return new RepairReport(
        stripes.sum(),
        shards.sum(),
        bytesRead.sum(),
        bytesWritten.sum(),
        pending.sum(),
        unrecoverable);
  }
}
