package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Restores shards that are marked missing, riskiest stripes first. */
final class Repairer {
  private static final int PAGE = 512;

  private final Mending mending;
  private final Progress progress;

  private record Task(StripeId stripe, int spare) {}

  Repairer(Mending mending, Progress progress) {
    this.mending = mending;
    this.progress = progress;
  }

  RepairReport run() {
    mending.retryDeletions();
    StripeMender mender = mending.mender();
    List<Task> tasks = tasks();
    AtomicLong done = new AtomicLong();
    progress.update("repair", 0, tasks.size(), "stripes");
    try (Sweep sweep = new Sweep(Mending.STRIPES_AT_ONCE)) {
      for (Task task : tasks) {
        sweep.submit(
            () -> {
              mending
                  .index()
                  .read(reader -> StripeMender.load(reader, task.stripe))
                  .ifPresent(
                      stripe -> {
                        if (missing(stripe).isEmpty()) {
                          mender.giveUp(stripe.id()); // too many archives are away
                        } else {
                          mender.mend(stripe, missing(stripe));
                        }
                      });
              progress.update("repair", done.incrementAndGet(), tasks.size(), "stripes");
            });
      }
      sweep.finish();
    }
    return mender.report(mending.pathsIn(mender.beyondRepair()));
  }

  private static List<Integer> missing(Stripe stripe) {
    return stripe.shards().stream().filter(Rows.Shard::missing).map(Rows.Shard::index).toList();
  }

  /**
   * Lists all stripes with missing shards, and those that cannot be read because archives are away;
   * the fewest shards to spare first.
   */
  private List<Task> tasks() {
    Archives archives = mending.archives();
    boolean away =
        archives.numbers().stream().anyMatch(number -> archives.unavailable(number).isPresent());
    List<Task> tasks = new ArrayList<>();
    StripeId last = null;
    while (true) {
      @Nullable StripeId after = last;
      List<Stripe> live = new ArrayList<>();
      List<Rows.Stripe> page =
          mending
              .index()
              .read(
                  reader -> {
                    List<Rows.Stripe> rows =
                        away
                            ? reader.stripes(after, PAGE)
                            : reader.stripesWithMissingShards(after, PAGE);
                    rows.stream()
                        .filter(row -> !row.retired())
                        .forEach(row -> live.add(new Stripe(row, reader.shards(row.id()))));
                    return rows;
                  });
      if (page.isEmpty()) {
        tasks.sort((a, b) -> Integer.compare(a.spare, b.spare));
        return tasks;
      }
      for (Stripe stripe : live) {
        int spare = spare(stripe);
        if (spare < 0 || !missing(stripe).isEmpty()) {
          tasks.add(new Task(stripe.id(), spare));
        }
      }
      last = page.get(page.size() - 1).id();
    }
  }

  /** Returns how many more shards a stripe can lose; -1 if it cannot be read. */
  private int spare(Stripe stripe) {
    List<Integer> there = new ArrayList<>();
    for (Rows.Shard shard : stripe.shards()) {
      if (!shard.missing() && mending.archives().unavailable(shard.archive()).isEmpty()) {
        there.add(shard.index());
      }
    }
    return Scheme.parse(stripe.row().scheme()).redundancyLeft(there);
  }
}
