package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.core.store.Vault;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks every shard. */
@Command(
    name = "scrub",
    description = {
      "Reads and checks every shard of every archive, names each one that is not as it should be,",
      "and remembers it for 'repair'; with --repair mends at once and removes leftovers.",
      "",
      "Exits 0 if all is well or was mended; leftovers of writes that were never acknowledged",
      "(orphans) do no harm. Otherwise, the first that holds: 4 if objects cannot be recovered now,",
      "7 if an archive was tampered with (bytes or whole shards exchanged), also when it was mended,",
      "6 if archives could not be asked, 3 if findings are left or the vault was recovered without",
      "some commits."
    })
final class ScrubVerb extends Verb {
  /** No accident explains these: the archive altered, swapped or replayed. */
  private static final Set<Problem> TAMPERING = EnumSet.of(Problem.TAMPERED, Problem.MISPLACED);

  private static final Set<Problem> HARMFUL = EnumSet.complementOf(EnumSet.of(Problem.ORPHAN));

  @Option(names = "--repair", description = "Mends what is found.")
  boolean repair;

  @Option(names = "--dry-run", description = "With --repair: only finds, as without it.")
  boolean dryRun;

  @Override
  ExitCode run() {
    boolean mend = repair && !dryRun;
    CipherWarmUp.start();
    try (Vault vault = dryRun ? openToRead() : openToWrite();
        Meter meter = console().meter("scrub")) {
      ScrubReport report =
          interruption().cutOff(() -> vault.scrub(new ScrubOptions(mend, this::event), meter));
      meter.finish();
      print(report, mend, meter.elapsed());
      return verdict(report);
    }
  }

  /** Returns what a scrub's result means to scripts. */
  static ExitCode verdict(ScrubReport report) {
    ExitCode code = ExitCode.DONE;
    if (!report.unrecoverable().isEmpty()) {
      code = code.or(ExitCode.UNRECOVERABLE);
    }
    if (report.count(TAMPERING) > 0) {
      code = code.or(ExitCode.TAMPERED);
    }
    if (!report.unavailable().isEmpty()) {
      code = code.or(ExitCode.UNAVAILABLE);
    }
    if (report.count(HARMFUL) > report.mended() || report.lostCommits() > 0) {
      code = code.or(ExitCode.PARTLY);
    }
    return code;
  }

  private void event(ShardFinding finding) {
    console()
        .event(
            Json.event("finding")
                .with("archive", finding.archive())
                .with("shard", finding.shard())
                .with("stripe", finding.stripe().isEmpty() ? null : finding.stripe())
                .with("index", finding.index() < 0 ? null : finding.index())
                .with("problem", finding.problem().name())
                .with("detail", finding.detail()));
  }

  private void print(ScrubReport report, boolean mended, long nanos) {
    Console console = console();
    for (ShardFinding finding : report.findings()) {
      console.result(
          String.format(
              "%-10s archive %s, shard %s: %s",
              finding.problem().name().toLowerCase(Locale.ROOT),
              finding.archive(),
              finding.shard(),
              finding.detail()));
    }
    long unnamed = report.total() - report.findings().size();
    if (unnamed > 0) {
      console.result(
          String.format(Locale.ROOT, "and %,d more findings; --json names all", unnamed));
    }
    report.unavailable().forEach(name -> console.warn("archive " + name + " could not be asked"));
    report.whyLeft().forEach(why -> console.warn("leftovers are kept: " + why));
    if (report.lostCommits() > 0) {
      console.warn(Reports.lostCommits(report.lostCommits()));
    }
    Reports.unrecoverable(console, report.unrecoverable());
    console.event(
        Json.event("summary")
            .with("verb", "scrub")
            .with("stripes", report.stripes())
            .with("shardsChecked", report.shards())
            .with("bytes", report.bytes())
            .with("findings", report.total())
            .with("repaired", report.repaired())
            .with("leftovers", report.leftovers())
            .with("lostCommits", report.lostCommits())
            .with("unavailable", report.unavailable())
            .with("unrecoverable", report.unrecoverable().size())
            .with("clean", report.clean())
            .with("seconds", Units.seconds(nanos)));
    console.say(
        "checked "
            + Units.count(report.shards(), "shard")
            + " of "
            + Units.count(report.stripes(), "stripe")
            + ", "
            + Units.bytes(report.bytes())
            + " in "
            + Units.duration(nanos)
            + " ("
            + Units.rate(report.bytes(), nanos)
            + "): "
            + conclusion(report, mended));
  }

  private static String conclusion(ScrubReport report, boolean mended) {
    if (report.clean()) {
      return "clean";
    }
    long found = report.total();
    if (found == 0) {
      return report.unavailable().isEmpty() ? "no damage" : "no damage in what could be read";
    }
    long orphans = found - report.count(HARMFUL);
    StringBuilder text = new StringBuilder(Units.count(found, "finding"));
    if (orphans > 0) {
      text.append(" (").append(Units.count(orphans, "leftover")).append(')');
    }
    if (mended) {
      text.append(String.format(Locale.ROOT, ", %,d mended or removed", report.repaired()));
      if (report.leftovers() > 0) {
        text.append(", ").append(Units.count(report.leftovers(), "leftover")).append(" kept");
      }
    } else {
      text.append("; 'kintsugi scrub --repair' or 'kintsugi repair' mends");
    }
    return text.toString();
  }
}
