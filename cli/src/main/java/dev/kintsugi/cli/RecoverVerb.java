package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a vault from archives and a recovery kit. */
@Command(
    name = "recover",
    description = {
      "Makes a new vault from the archives that survive and a recovery kit; needs neither the old",
      "vault nor its index. Archives are told apart by their markers: names and order do not",
      "matter. Do not write to the old vault afterwards.",
      "",
      "The passphrase opens the kit and protects the new vault; --kit-passphrase-file opens the kit",
      "with another. Exits 4 if something cannot be recovered from the given archives."
    })
final class RecoverVerb extends Verb {
  @Mixin ArchiveWords archives = new ArchiveWords();
  @Mixin KitVerb.KitPassphrase kitPassphrase = new KitVerb.KitPassphrase();

  @Option(names = "--kit", required = true, paramLabel = "FILE", description = "The recovery kit.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
  String kit;

  @Parameters(paramLabel = "NEWVAULT", description = "The directory to make.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String vault;

  @Override
  ExitCode run() {
    Path directory = LocalPaths.of(vault);
    Path kitFile = LocalPaths.of(kit);
    List<ArchiveSpec> specs = archives.specs();
    if (!Files.isRegularFile(kitFile)) {
      throw new UsageException("there is no recovery kit at " + LocalPaths.display(kitFile));
    }
    Passphrases own = kitPassphrase.given(interruption());
    RecoverReport report;
    long nanos;
    try (Unlock unlock = unlock(own == null, directory, kitFile);
        Unlock kitUnlock = own == null ? unlock : own.existing("the kit");
        Meter meter = console().meter("recover")) {
      report =
          interruption()
              .cutOff(
                  () -> root().vaults.recover(directory, kitFile, kitUnlock, specs, unlock, meter));
      nanos = meter.elapsed();
    }
    print(report, nanos);
    return report.unrecoverable().isEmpty() && report.lostCommits().isEmpty()
        ? ExitCode.DONE
        : ExitCode.UNRECOVERABLE;
  }

  private Unlock unlock(boolean alsoOpensKit, Path directory, Path kitFile) {
    return alsoOpensKit
        ? root().passphrases().existing("the kit " + LocalPaths.display(kitFile))
        : root().passphrases().fresh(LocalPaths.display(directory));
  }

  private void print(RecoverReport report, long nanos) {
    Console console = console();
    if (!report.archivesMissing().isEmpty()) {
      console.note(
          "archives not given or not reached: "
              + String.join(", ", report.archivesMissing())
              + "; add them back with 'kintsugi archive add' and 'kintsugi rebuild'");
    }
    if (report.foreign() > 0) {
      console.note(Units.count(report.foreign(), "shard") + " belong to another vault or nobody");
    }
    Reports.unrecoverable(console, report.unrecoverable());
    if (!report.lostCommits().isEmpty()) {
      console.complain(
          "kintsugi: "
              + Units.count(report.lostCommits().size(), "commit")
              + " could not be read: what only they recorded is missing from the new vault;"
              + " recover again with more archives");
    }
    console.event(
        Json.event("summary")
            .with("verb", "recover")
            .with("archivesUsed", report.archivesUsed())
            .with("archivesMissing", report.archivesMissing())
            .with("shardsExamined", report.shards())
            .with("foreign", report.foreign())
            .with("files", report.files())
            .with("directories", report.directories())
            .with("symlinks", report.symlinks())
            .with("bytes", report.bytes())
            .with("unrecoverable", report.unrecoverable().size())
            .with("lostCommits", report.lostCommits())
            .with("seconds", Units.seconds(nanos)));
    console.say(
        "recovered "
            + PutRun.counts(report.files(), report.directories(), report.symlinks(), report.bytes())
            + " from "
            + Units.count(report.shards(), "shard")
            + " of "
            + Units.count(report.archivesUsed().size(), "archive")
            + " in "
            + Units.duration(nanos));
  }
}
