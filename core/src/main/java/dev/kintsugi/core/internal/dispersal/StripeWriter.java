package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.internal.index.Rows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Writes stripes to archives, each shard on its archive's thread.
 *
 * <p>A stripe is stored when as many shards as {@linkplain Scheme#sufficient suffice}, and the
 * margin, are durable on independent failure domains; the others are marked missing and wait for
 * repair. When an archive fails while another one holds no shard of the stripe yet, that one takes
 * its place. When too few take shards, those that were written are deleted again as far as
 * possible, and nothing is stored.
 *
 * <p>Memory is bounded by the number of builders that are open at once. Thread-safe.
 */
public final class StripeWriter {
  private final Archives archives;
  private final ArchivePool pool;
  private final Scheme scheme;
  private final int margin;
  private final GroupKeys keys;
  private final ShardBuffers buffers;
  private final Semaphore room;

  /**
   * Makes a writer.
   *
   * @param margin how many shards beyond those that suffice must be durable, 0 to as many as the
   *     scheme can always lose
   * @param keys the group's keys; they stay the caller's
   * @param mostInFlight how many builders may be open at once, at least 1
   */
  public StripeWriter(
      Archives archives,
      ArchivePool pool,
      Scheme scheme,
      int margin,
      GroupKeys keys,
      int mostInFlight) {
    if (margin < 0 || margin > scheme.totalShards() - scheme.sufficient()) {
      throw new IllegalArgumentException(
          "margin (%d) must be in 0..%d with %s"
              .formatted(margin, scheme.totalShards() - scheme.sufficient(), scheme));
    }
    this.archives = archives;
    this.pool = pool;
    this.scheme = scheme;
    this.margin = margin;
    this.keys = keys;
    this.room = new Semaphore(mostInFlight);
    this.buffers =
        new ShardBuffers((long) mostInFlight * scheme.totalShards() * scheme.fullShardLength());
  }

  /** Returns the scheme. */
  public Scheme scheme() {
    return scheme;
  }

  /** Starts a stripe; waits while as many as allowed are open: that is the back-pressure. */
  public StripeBuilder builder() {
    try {
      room.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while waiting for stripes to be written", e);
    }
    return new StripeBuilder(scheme, buffers, room::release);
  }

  /**
   * Writes a complete stripe and closes its builder, whatever happens.
   *
   * @param builder made by {@link #builder} and complete
   * @param id the stripe's id
   * @param role what it holds
   * @param sequence the commit that writes it
   * @param head sealed bytes of a manifest stripe's commit header, 0 for a data stripe
   * @param epoch the epoch it is written in
   * @return completes when every archive has answered; fails with {@link
   *     ArchiveUnavailableException} if the stripe is not stored
   */
  public CompletableFuture<StoredStripe> write(
      StripeBuilder builder, StripeId id, Role role, long sequence, int head, long epoch) {
    Job job;
    try {
      Rows.Stripe row =
          new Rows.Stripe(
              id, role, scheme.toString(), builder.shardLength(), sequence, head, false);
      job = new Job(row, epoch, builder.completed());
      job.start();
    } catch (Throwable e) {
      builder.close();
      throw e;
    }
    return job.done.whenComplete((stored, failure) -> builder.close());
  }

  /** The writing of one stripe. Its state is guarded by this. */
  private final class Job {
    private final Rows.Stripe row;
    private final long epoch;
    private final byte[][] payloads;
    private final Placement.Plan plan;
    private final Iterator<Integer> spare;
    private final Rows.@Nullable Shard[] shards;
    private final Map<Integer, String> problems = new HashMap<>();
    private final Map<Integer, ArchiveFullException> full = new HashMap<>();
    private final CompletableFuture<StoredStripe> done = new CompletableFuture<>();
    private int open;

    Job(Rows.Stripe row, long epoch, byte[][] payloads) {
      this.row = row;
      this.epoch = epoch;
      this.payloads = payloads;
      this.plan = Placement.choose(archives, scheme.totalShards(), row.id());
      this.spare = plan.spare().iterator();
      this.shards = new Rows.Shard[scheme.totalShards()];
      this.open = shards.length;
    }

    void start() {
      for (int i = 0; i < shards.length; i++) {
        submit(i, plan.archives().get(i));
      }
    }

    private void submit(int index, int archive) {
      ShardName name = ShardName.random();
      CompletableFuture<Boolean> written;
      try {
        written = pool.submit(archive, () -> writeShard(index, archive, name));
      } catch (RuntimeException e) {
        // The others are at work on the buffers already, so this shard fails and not the stripe.
        written = CompletableFuture.failedFuture(e);
      }
      var unused = written.whenComplete((ok, failure) -> ended(index, archive, name, failure));
    }

    private boolean writeShard(int index, int archive, ShardName name) throws IOException {
      Backend backend = archives.backend(archive, row.role());
      ShardHeader header = Stripe.header(row, keys, epoch, index);
      byte[] payload = payloads[index];
      Stripe.mask(row, keys, name, 0, payload, 0, row.shardLength());
      boolean written = false;
      try {
        backend.write(name, ShardRecord.encode(keys.shards(), name, header, payload, 0));
        written = true;
      } finally {
        if (!written) { // another archive may get it, under another name
          Stripe.mask(row, keys, name, 0, payload, 0, row.shardLength());
        }
      }
      return true;
    }

    private void ended(int index, int archive, ShardName name, @Nullable Throwable failure) {
      Integer next = null;
      boolean last;
      synchronized (this) {
        if (failure != null) {
          problems.put(archive, reason(failure));
          if (failure instanceof ArchiveFullException e) {
            full.put(archive, e);
          }
          next = spare.hasNext() ? spare.next() : null;
        }
        if (next == null) {
          int home = failure == null ? archive : plan.archives().get(index);
          shards[index] = new Rows.Shard(row.id(), index, home, name, failure != null);
          open--;
        }
        last = open == 0;
      }
      if (next != null) {
        submit(index, next);
      } else if (last) {
        try {
          finish();
        } catch (Throwable e) { // whatever it is, somebody waits for it
          done.completeExceptionally(e);
        }
      }
    }

    private void finish() {
      List<Rows.Shard> all = new ArrayList<>();
      List<List<Integer>> places = new ArrayList<>();
      Map<Integer, String> reasons;
      synchronized (this) {
        for (Rows.Shard shard : shards) {
          if (shard == null) {
            throw new IllegalStateException("a shard was lost count of");
          }
          all.add(shard);
          if (!shard.missing()) {
            places.add(List.of(shard.archive()));
          }
        }
        reasons = new TreeMap<>(problems);
      }
      int happy = Placement.happiness(archives, places);
      int needed = scheme.sufficient() + margin;
      if (happy >= needed) {
        done.complete(new StoredStripe(new Stripe(row, all), reasons));
        return;
      }
      ArchiveUnavailableException failure =
          new ArchiveUnavailableException(
              "shards could be stored in %d independent failure domains, %d are needed (%s,"
                      .formatted(happy, needed, scheme)
                  + " margin "
                  + margin
                  + "); nothing was stored. "
                  + describe(reasons));
      full.values().forEach(failure::addSuppressed);
      try {
        withdraw(all);
      } catch (RuntimeException e) {
        failure.addSuppressed(e); // the pool was closed: scrub finds the shards as orphans
      }
      done.completeExceptionally(failure);
    }

    private String describe(Map<Integer, String> reasons) {
      List<String> lines = new ArrayList<>();
      reasons.forEach(
          (archive, why) -> {
            // An archive that is not available says its own name.
            String name = "archive " + archives.name(archive) + ": ";
            lines.add(why.startsWith(name) ? why : name + why);
          });
      return lines.isEmpty() ? "All archives answered." : String.join("; ", lines);
    }

    /** Deletes what was written, without waiting: what stays is an orphan that a scrub removes. */
    private void withdraw(List<Rows.Shard> written) {
      for (Rows.Shard shard : written) {
        if (!shard.missing()) {
          var unused =
              pool.submit(
                  shard.archive(), () -> archives.backend(shard.archive()).delete(shard.name()));
        }
      }
    }
  }

  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isEmpty() ? failure.toString() : message;
  }
}
