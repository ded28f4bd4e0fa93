package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.Vault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Refills an archive. */
@Command(
    name = "rebuild",
    description = {
      "Refills an archive that was lost or replaced: every shard it should hold is looked for, and",
      "restored if missing. May be interrupted and run again. To give a lost archive a new place,",
      "run 'archive add NAME=URL' first.",
      "Exits as 'repair' does."
    })
final class RebuildVerb extends Verb {
  @Option(names = "--dry-run", description = "Only prints how many shards the archive should hold.")
  boolean dryRun;

  @Parameters(paramLabel = "NAME", description = "The archive.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String name;

  @Override
  ExitCode run() {
    CipherWarmUp.start();
    try (Vault vault = dryRun ? openToRead() : openToWrite();
        Meter meter = console().meter("rebuild")) {
      ArchiveStatus archive = find(vault);
      if (dryRun) {
        console()
            .event(
                Json.event("would-check").with("archive", name).with("shards", archive.shards()));
        console()
            .say(
                "would look for "
                    + Units.count(archive.shards(), "shard")
                    + ", "
                    + Units.bytes(archive.bytes())
                    + ", on "
                    + name);
        return ExitCode.DONE;
      }
      if (archive.state() != ArchiveStatus.State.AVAILABLE) {
        throw new ArchiveUnavailableException(
            "archive "
                + name
                + " cannot be refilled: "
                + archive.detail()
                + ". Bring it back, or give it a new or empty place first, with 'kintsugi archive add "
                + name
                + "=URL'; at the place it has now: 'kintsugi archive add "
                + name
                + "="
                + archive.spec().url()
                + "'");
      }
      RepairReport report = interruption().cutOff(() -> vault.rebuild(name, meter));
      meter.finish();
      Reports.repaired(console(), "rebuild", vault, report, meter.elapsed());
      return Reports.verdict(report);
    }
  }

  private ArchiveStatus find(Vault vault) {
    return vault.archives().stream()
        .filter(archive -> archive.spec().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no archive is named '" + name + "'; 'kintsugi archive ls' names them"));
  }
}
