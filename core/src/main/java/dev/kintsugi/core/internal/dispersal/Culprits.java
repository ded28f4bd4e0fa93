package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.internal.dispersal.ShardInspector.Inspection;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.EOFException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The shards that stood in the way of one read, and what is reported of them in the end. */
final class Culprits {
  /** A whole shard may take so many times as long as a range of it. */
  private static final int PATIENCE = 10;

  private static final String TWO_ANSWERS =
      "the archive returned other bytes for a part than for the whole shard";

  private final StripeReader reader;
  private final Stripe stripe;
  private final Map<Integer, Throwable> failures = new TreeMap<>();
  private final BitSet liars = new BitSet();

  Culprits(StripeReader reader, Stripe stripe) {
    this.reader = reader;
    this.stripe = stripe;
  }

  /** Notes that a shard could not be read. */
  void failed(int shard, Throwable failure) {
    failures.put(shard, failure);
  }

  boolean hasFailed(int shard) {
    return failures.containsKey(shard);
  }

  /** Notes that what was read of a shard is wrong. */
  void lied(int shard) {
    liars.set(shard);
  }

  boolean isLiar(int shard) {
    return liars.get(shard);
  }

  /** Names the culprits of a read that went well in the end. */
  void report() throws InterruptedException {
    failures.forEach(
        (shard, failure) -> {
          if (failure instanceof NoSuchShardException) {
            report(shard, Problem.MISSING, StripeWriter.reason(failure));
          } else if (failure instanceof EOFException) {
            report(shard, Problem.DAMAGED, StripeWriter.reason(failure));
          }
        });
    for (int shard = liars.nextSetBit(0); shard >= 0; shard = liars.nextSetBit(shard + 1)) {
      if (!reader.avoid(stripe, shard)) {
        inspect(shard);
      }
    }
  }

  /** Reads the whole shard to tell what is wrong with it; the read does not wait long for that. */
  private void inspect(int shard) throws InterruptedException {
    int archive = stripe.archive(shard);
    CompletableFuture<Void> judged =
        reader
            .pool()
            .submit(archive, () -> reader.inspector().inspect(stripe, shard))
            .thenAccept(found -> judge(shard, found));
    if (ArchivePool.endsWithin(judged, PATIENCE * reader.patience(archive))) {
      ArchivePool.await(judged);
    } else {
      report(
          shard, Problem.DAMAGED, "a part of it is wrong, and the archive is slow with the rest");
    }
  }

  private void judge(int shard, Inspection found) {
    byte[] record = found.record();
    if (record != null) {
      reader.buffers().giveBack(record);
    }
    ShardProblem problem = found.problem();
    if (problem != null) {
      reader.report(stripe, problem);
    } else {
      report(shard, Problem.TAMPERED, TWO_ANSWERS);
    }
  }

  /** Reports an archive whose answer for a part is not that part of the intact shard. */
  void compare(int shard, byte[] record, List<Fetch> fetches) {
    for (Fetch fetch : fetches) {
      if (fetch.shard == shard
          && fetch.state() == Fetch.State.DONE
          && !Arrays.equals(
              fetch.bytes(),
              0,
              fetch.high - fetch.low,
              record,
              ShardPrefix.LENGTH + fetch.low,
              ShardPrefix.LENGTH + fetch.high)) {
        report(shard, Problem.TAMPERED, TWO_ANSWERS);
        return;
      }
    }
  }

  private void report(int shard, Problem problem, String detail) {
    reader.report(
        stripe,
        new ShardProblem(
            stripe.id(), shard, stripe.archive(shard), stripe.name(shard), problem, detail));
  }
}
