package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.Vault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restores the shards that are known to be missing or damaged. */
@Command(
    name = "repair",
    description = {
      "Restores the shards known to be missing or damaged, byte for byte, riskiest stripes first.",
      "'scrub' finds them; 'rebuild NAME' refills an archive that lost shards nobody looked for.",
      "Exits 0 if nothing is left to do, 4 if objects cannot be recovered now, 6 if shards still",
      "wait for an archive."
    })
final class RepairVerb extends Verb {
  @Option(names = "--dry-run", description = "Only prints how many shards wait, by archive.")
  boolean dryRun;

  @Override
  ExitCode run() {
    if (dryRun) {
      return preview();
    }
    try (Vault vault = openToWrite();
        Meter meter = console().meter("repair")) {
      RepairReport report = interruption().cutOff(() -> vault.repair(meter));
      meter.finish();
      Reports.repaired(console(), "repair", vault, report, meter.elapsed());
      return Reports.verdict(report);
    }
  }

  private ExitCode preview() {
    boolean any = false;
    try (Vault vault = openToRead()) {
      for (ArchiveStatus archive : vault.archives()) {
        String name = archive.spec().name();
        console()
            .event(
                Json.event("would-restore")
                    .with("archive", name)
                    .with("shards", archive.missing()));
        if (archive.missing() > 0) {
          any = true;
          console().say("would restore " + Units.count(archive.missing(), "shard") + " on " + name);
        }
      }
      if (!any) {
        console().say("no shard waits for repair");
      }
    }
    return ExitCode.DONE;
  }
}
