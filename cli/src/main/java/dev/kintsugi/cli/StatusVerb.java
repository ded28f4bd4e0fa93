package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.StatusReport;
import dev.kintsugi.core.store.Vault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells how a vault and its archives are. */
@Command(
    name = "status",
    description = {
      "Tells what the vault holds, how its archives are, and how much redundancy is left, from the",
      "index and the archives' markers; 'scrub' looks at the shards themselves.",
      "Exits 0 whatever it finds; with --check, 4 if something cannot be read now, else 6 if an",
      "archive cannot be used, else 3 if shards wait for repair or the vault was recovered without",
      "some commits."
    })
final class StatusVerb extends Verb {
  @Option(names = "--check", description = "Tells by the exit code whether all is well.")
  boolean check;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Names at most N objects at risk; default ${DEFAULT-VALUE}.")
  int limit = 20;

  @Override
  ExitCode run() {
    if (limit < 0) {
      throw new UsageException("--limit " + limit + ": give 0 or more");
    }
    StatusReport report;
    try (Vault vault = openToRead()) {
      report = vault.status(limit);
    }
    Map<Integer, Long> left = new TreeMap<>(report.stripesByRedundancyLeft());
    if (console().json()) {
      report.archives().forEach(archive -> console().event(line(archive)));
      console().event(line(report, left));
    } else {
      print(report, left);
    }
    return check ? verdict(report, left) : ExitCode.DONE;
  }

  private static ExitCode verdict(StatusReport report, Map<Integer, Long> left) {
    if (left.getOrDefault(-1, 0L) > 0) {
      return ExitCode.UNRECOVERABLE;
    }
    if (report.archives().stream().anyMatch(a -> a.state() != ArchiveStatus.State.AVAILABLE)) {
      return ExitCode.UNAVAILABLE;
    }
    boolean waiting = report.archives().stream().anyMatch(archive -> archive.missing() > 0);
    return waiting || report.lostCommits() > 0 ? ExitCode.PARTLY : ExitCode.DONE;
  }

  /** Returns the JSON line of an archive. */
  static Json line(ArchiveStatus archive) {
    OptionalLong free = archive.free();
    return Json.event("archive")
        .with("name", archive.spec().name())
        .with("url", archive.spec().url())
        .with("domain", archive.spec().domain())
        .with("id", archive.id())
        .with("state", archive.state().name().toLowerCase(Locale.ROOT))
        .with("detail", archive.detail())
        .with("shards", archive.shards())
        .with("bytes", archive.bytes())
        .with("missing", archive.missing())
        .with("free", free.isPresent() ? free.getAsLong() : null);
  }

  private static Json line(StatusReport report, Map<Integer, Long> left) {
    Map<String, Long> byRedundancy = new LinkedHashMap<>();
    left.forEach((key, value) -> byRedundancy.put(String.valueOf(key), value));
    return Json.event("status")
        .with("vault", report.vaultId())
        .with("scheme", report.scheme())
        .with("margin", report.margin())
        .with("files", report.files())
        .with("directories", report.directories())
        .with("symlinks", report.symlinks())
        .with("bytes", report.bytes())
        .with("stripesByRedundancyLeft", byRedundancy)
        .with("atRisk", report.atRisk())
        .with("atRiskTotal", report.atRiskTotal())
        .with("lostCommits", report.lostCommits());
  }

  private void print(StatusReport report, Map<Integer, Long> left) {
    Console console = console();
    console.result("Vault       " + report.vaultId());
    console.result("Scheme      " + report.scheme() + ", margin " + report.margin());
    console.result(
        "Holds       "
            + PutRun.counts(
                report.files(), report.directories(), report.symlinks(), report.bytes()));
    console.result("");
    archives(console, report.archives());
    console.result("");
    if (left.isEmpty()) {
      console.result("Nothing is stored in shards yet.");
    }
    left.forEach(
        (key, stripes) ->
            console.result(
                String.format(
                    Locale.ROOT,
                    "%-28s%s",
                    key < 0
                        ? "Cannot be decoded now:"
                        : "Can lose " + Units.count(key, "more shard") + ":",
                    Units.count(stripes, "stripe"))));
    if (report.atRiskTotal() > 0) {
      console.result("");
      console.result(
          Units.count(report.atRiskTotal(), "object")
              + " at risk (of a stripe of each no more shards can be lost, or too few are left; 'get'"
              + " restores what it can):");
      report.atRisk().forEach(path -> console.result("  " + path));
      long more = report.atRiskTotal() - report.atRisk().size();
      if (more > 0) {
        console.result(String.format(Locale.ROOT, "  and %,d more", more));
      }
      console.result("Bring archives back or run 'kintsugi repair' or 'kintsugi rebuild NAME'.");
    }
    if (report.lostCommits() > 0) {
      console.result("");
      console.result(Reports.lostCommits(report.lostCommits()));
    }
  }

  /** Prints a table of archives. */
  static void archives(Console console, List<ArchiveStatus> archives) {
    console.result(
        String.format(
            "%-12s %-11s %10s %10s %8s %10s  %s",
            "ARCHIVE", "STATE", "SHARDS", "STORED", "MISSING", "FREE", "PLACE"));
    for (ArchiveStatus archive : archives) {
      String name = archive.spec().name();
      String domain = archive.spec().domain();
      console.result(
          String.format(
              Locale.ROOT,
              "%-12s %-11s %,10d %10s %,8d %10s  %s%s",
              name,
              archive.state().name().toLowerCase(Locale.ROOT),
              archive.shards(),
              Units.bytes(archive.bytes()),
              archive.missing(),
              archive.free().isPresent() ? Units.bytes(archive.free().getAsLong()) : "?",
              archive.spec().url(),
              domain.equals(name) ? "" : " (domain " + domain + ")"));
    }
    for (ArchiveStatus archive : archives) {
      if (!archive.detail().isEmpty()) {
        console.result("Archive " + archive.spec().name() + ": " + archive.detail());
      }
    }
  }
}
