package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.crypto.LeafKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what a commit has made useless: shards of retired stripes from the archives, leaves
 * from memory. Both wait for readers of this process that still need them, shards also for readers
 * in other processes, whatever they read.
 *
 * <p>The queue is the index itself: a shard's row goes when its archive has confirmed the deletion.
 * What fails stays and is tried again after later commits, a page each time, from where the last
 * one has stopped: stripes that wait for an archive that is away keep no others waiting. As long as
 * shards go, further pages follow for a while, so that what a long reader has held up is soon gone.
 * Used under the commit lock only.
 */
final class Graveyard {
  private static final Logger LOG = LoggerFactory.getLogger(Graveyard.class);

  /** How many stripes of earlier commits are tried again at a time. */
  private static final int PAGE = 64;

  /** After so many failures in a row an archive is asked no more for now: each takes time. */
  private static final int MOST_FAILURES = 2;

  /** How long a commit may go on with further pages. */
  private static final long MORE_NANOS = 250_000_000;

  private final Index index;
  private final Archives archives;
  private final LeafKeys leaves;
  private final SnapshotGate gate;
  private final StripePins pins;
  private final BooleanSupplier nobodyElseReads;
  private final Executor executor;
  private final List<Long> waitingLeaves = new ArrayList<>();
  private @Nullable StripeId last; // where the next page of earlier stripes starts

  Graveyard(
      Index index,
      Archives archives,
      LeafKeys leaves,
      SnapshotGate gate,
      StripePins pins,
      BooleanSupplier nobodyElseReads,
      Executor executor) {
    this.index = index;
    this.archives = archives;
    this.leaves = leaves;
    this.gate = gate;
    this.pins = pins;
    this.nobodyElseReads = nobodyElseReads;
    this.executor = executor;
  }

  /**
   * Takes away what died by a commit that is durable, and some of what could not be taken away
   * before. Never fails: the commit stands whatever becomes of this.
   */
  void bury(Collection<StripeId> retired, Collection<Long> deadLeaves) {
    try {
      waitingLeaves.addAll(deadLeaves);
      if (!retired.isEmpty() || !waitingLeaves.isEmpty()) {
        gate.quiesce();
      }
      if (pins.isEmpty() && !waitingLeaves.isEmpty()) {
        waitingLeaves.forEach(leaves::puncture);
        waitingLeaves.clear();
        leaves.commit();
      }
      if (nobodyElseReads.getAsBoolean()) {
        long until = System.nanoTime() + MORE_NANOS;
        boolean more = deleteShards(retired);
        while (more && System.nanoTime() < until) {
          more = deleteShards(List.of());
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("shards of retired stripes wait for the next commit to be deleted: {}", e, e);
    }
  }

  /** Deletes shards of these and of a page of earlier stripes; returns whether to go on. */
  private boolean deleteShards(Collection<StripeId> fresh) {
    @Nullable StripeId after = last;
    List<StripeId> page =
        index.read(
            reader -> reader.retiredStripes(after, PAGE).stream().map(Rows.Stripe::id).toList());
    last = page.size() < PAGE ? null : page.get(PAGE - 1);
    Map<Integer, List<Rows.Shard>> byArchive =
        index.read(
            reader -> {
              Set<StripeId> stripes = new LinkedHashSet<>(fresh);
              stripes.addAll(page);
              Map<Integer, List<Rows.Shard>> found = new TreeMap<>();
              for (StripeId stripe : stripes) {
                if (!pins.isPinned(stripe)) {
                  for (Rows.Shard shard : reader.shards(stripe)) {
                    found.computeIfAbsent(shard.archive(), a -> new ArrayList<>()).add(shard);
                  }
                }
              }
              return found;
            });
    List<CompletableFuture<List<Rows.Shard>>> tasks = new ArrayList<>();
    byArchive.forEach(
        (archive, shards) -> {
          if (archives.unavailable(archive).isEmpty()) {
            tasks.add(CompletableFuture.supplyAsync(() -> delete(archive, shards), executor));
          }
        });
    List<Rows.Shard> gone = new ArrayList<>();
    tasks.forEach(task -> gone.addAll(task.join()));
    if (!gone.isEmpty()) {
      index.write(
          writer -> {
            gone.forEach(shard -> writer.removeShard(shard.stripe(), shard.index()));
            return gone.size();
          });
    }
    return last != null && !gone.isEmpty();
  }

  /**
   * Deletes what the archive lets go, and returns the shards that are not there any more. An
   * archive that is gone, that this writer may not write to, or that lets nothing go is not asked
   * for each. Those that cannot be deleted keep no others waiting for ever, as the order is random.
   */
  private List<Rows.Shard> delete(int archive, List<Rows.Shard> shards) {
    List<Rows.Shard> gone = new ArrayList<>();
    List<Rows.Shard> mixed = new ArrayList<>(shards);
    Collections.shuffle(mixed);
    @Nullable IOException failure = null;
    int failures = 0; // in a row
    try {
      Backend backend = archives.backend(archive);
      for (Rows.Shard shard : mixed) {
        if (failures == MOST_FAILURES) {
          break;
        }
        try {
          backend.delete(shard.name());
          gone.add(shard);
          failures = 0;
        } catch (ArchiveGoneException | WriterClaim.NotAdmittedException e) {
          throw e;
        } catch (IOException e) {
          failures++;
          failure = Failures.firstOf(failure, e);
        }
      }
    } catch (IOException e) {
      failure = e;
    }
    if (failure != null) {
      LOG.info(
          "archive {} keeps {} shards of retired stripes for now: {}",
          archives.name(archive),
          shards.size() - gone.size(),
          failure.toString());
    }
    return gone;
  }
}
