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

/** The shards that stood in the way of one read, and what is reported of them in the end. */
final class Culprits {
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
  void report() {
    failures.forEach(
        (shard, failure) -> {
          if (failure instanceof NoSuchShardException) {
            report(shard, Problem.MISSING, StripeWriter.reason(failure));
          } else if (failure instanceof EOFException) {
            report(shard, Problem.DAMAGED, StripeWriter.reason(failure));
          }
        });
    liars.stream().filter(shard -> !reader.avoid(stripe, shard)).forEach(this::inspect);
  }

  private void inspect(int shard) {
    Inspection found =
        ArchivePool.await(
            reader
                .pool()
                .submit(stripe.archive(shard), () -> reader.inspector().inspect(stripe, shard)));
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
