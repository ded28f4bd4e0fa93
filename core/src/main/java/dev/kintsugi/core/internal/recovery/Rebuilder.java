package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refills one archive. Every shard it should hold is asked for by its length, so that an
 * interrupted rebuild goes on where it was; what is inside the shards a scrub checks.
 */
final class Rebuilder {
  private static final Logger LOG = LoggerFactory.getLogger(Rebuilder.class);

  private final Mending mending;
  private final int archive;
  private final Progress progress;
  private final AtomicLong done = new AtomicLong();

  Rebuilder(Mending mending, int archive, Progress progress) {
    this.mending = mending;
    this.archive = archive;
    this.progress = progress;
  }

  RepairReport run() {
    mending
        .archives()
        .unavailable(archive)
        .ifPresent(
            why -> {
              throw new ArchiveUnavailableException(
                  "archive %s cannot be rebuilt: %s"
                      .formatted(mending.archives().name(archive), why));
            });
    StripeMender mender = mending.mender();
    long total = mending.index().read(reader -> reader.stripeCount());
    try (Sweep sweep = new Sweep(Mending.STRIPES_AT_ONCE)) {
      mending.forEachStripe(stripe -> sweep.submit(() -> rebuild(mender, stripe, total)));
      sweep.finish();
    }
    return mender.report(mending.pathsIn(mender.beyondRepair()));
  }

  private void rebuild(StripeMender mender, Stripe stripe, long total) {
    List<Integer> wanted = new ArrayList<>();
    for (Rows.Shard shard : stripe.shards()) {
      // One that is marked is read whole, for it may be there and damaged.
      if (shard.archive() == archive && (shard.missing() || !isThere(stripe, shard))) {
        wanted.add(shard.index());
      }
    }
    if (!wanted.isEmpty()) {
      mender.mend(stripe, wanted);
    }
    progress.update("rebuild", done.incrementAndGet(), total, "stripes");
  }

  private boolean isThere(Stripe stripe, Rows.Shard shard) {
    try {
      return mending.archives().backend(archive).size(shard.name())
          == ShardRecord.recordLength(stripe.row().shardLength());
    } catch (NoSuchShardException e) {
      return false;
    } catch (IOException e) {
      LOG.warn("shard {}: {}", shard.name(), e.toString());
      return false;
    }
  }
}
