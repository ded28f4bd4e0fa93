package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.ShardProblem;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeAuditor;
import dev.kintsugi.core.internal.index.RecoveryGaps;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Reads and checks every shard, a few stripes at once, and compares archives with the index. */
final class Scrubber {
  private final Mending mending;
  private final boolean repair;
  private final boolean readOnly;
  private final Progress progress;
  private final StripeMender mender;
  private final AtomicLong stripes = new AtomicLong();
  private final LongAdder shards = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder mended = new LongAdder();
  private final FindingLog findings;

  Scrubber(Mending mending, ScrubOptions options, boolean readOnly, Progress progress) {
    this.mending = mending;
    this.repair = options.repair();
    this.findings = new FindingLog(options.listener(), ScrubReport.MOST_FINDINGS);
    this.readOnly = readOnly;
    this.progress = progress;
    this.mender = mending.mender();
  }

  ScrubReport run() {
    Set<String> unavailable = new TreeSet<>();
    for (int archive : mending.archives().numbers()) {
      if (mending.archives().unavailable(archive).isPresent()) {
        unavailable.add(mending.archives().name(archive));
      }
    }
    Orphans orphans = new Orphans(mending, Orphans.MOST_AT_ONCE);
    long taken = orphans.find(unavailable, repair, findings);
    long total = mending.index().read(reader -> reader.stripeCount());
    progress.update("scrub", 0, total, "stripes");
    try (Sweep sweep = new Sweep(Mending.STRIPES_AT_ONCE)) {
      mending.forEachStripe(stripe -> sweep.submit(() -> check(stripe, total)));
      sweep.finish();
    }
    Map<ShardFinding.Problem, Long> counts = findings.counts();
    long left = counts.getOrDefault(ShardFinding.Problem.ORPHAN, 0L) - taken;
    Orphans.Removal removal =
        repair && left > 0 ? orphans.remove(unavailable) : new Orphans.Removal(0, left);
    return new ScrubReport(
        stripes.get(),
        shards.sum(),
        bytes.sum(),
        findings.first(),
        counts,
        List.copyOf(unavailable),
        mended.sum(),
        taken + removal.removed(),
        removal.left(),
        mending.pathsIn(mender.beyondRepair()),
        orphans.reasons(),
        mending.index().read(RecoveryGaps::of).lostCommits());
  }

  private void check(Stripe stripe, long total) {
    Optional<Stripe> now = Optional.of(stripe);
    while (now.isPresent()) {
      Stripe checked = now.get();
      StripeAuditor.Audit audit = mending.auditor().audit(checked);
      bytes.add(audit.bytesRead());
      // While it was checked the stripe may have been retired, or a shard restored elsewhere: what
      // was found then says nothing of the stripe as it is.
      now = mending.index().read(reader -> StripeMender.load(reader, stripe.id()));
      if (now.filter(checked::equals).isPresent()) {
        shards.add(checked.shards().size());
        judge(checked, audit);
        break;
      }
    }
    progress.update("scrub", stripes.incrementAndGet(), total, "stripes");
  }

  private void judge(Stripe stripe, StripeAuditor.Audit audit) {
    Set<Integer> bad = new TreeSet<>();
    Set<Integer> out = new TreeSet<>();
    for (ShardProblem problem : audit.problems()) {
      if (problem.index() < 0) {
        findings.add(finding("", "", problem));
      } else if (mending.archives().unavailable(problem.archive()).isPresent()) {
        out.add(problem.index()); // the archive is reported, not each of its shards
      } else {
        if (!audit.intact().contains(problem.index())) {
          bad.add(problem.index()); // an authentic shard is nobody's to overwrite on suspicion
        }
        findings.add(
            finding(
                mending.archives().name(problem.archive()), problem.name().toString(), problem));
      }
    }
    if (!readOnly) {
      mender.mark(
          stripe,
          shard ->
              out.contains(shard) ? stripe.shards().get(shard).missing() : bad.contains(shard));
    }
    if (!Scheme.parse(stripe.row().scheme()).decodable(audit.intact())
        && !mending.restorer().recoverable(stripe)) {
      mender.giveUp(stripe.id());
    } else if (repair && !bad.isEmpty()) {
      mended.add(mender.mend(stripe, bad).size());
    }
  }

  private static ShardFinding finding(String archive, String shard, ShardProblem problem) {
    return new ShardFinding(
        archive,
        shard,
        problem.stripe().toString(),
        problem.index(),
        problem.problem(),
        problem.detail());
  }
}
