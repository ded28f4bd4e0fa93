package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a vault from archives and a recovery kit, or words. */
@Command(
    name = "recover",
    description = {
      "Makes a new vault from the archives that survive and a recovery kit, or the words of",
      "'kintsugi kit words'; needs neither the old vault nor its index. Archives are told apart by",
      "their markers: names and order do not matter. Do not write to the old vault afterwards.",
      "",
      "The passphrase opens the kit and protects the new vault; --kit-passphrase-file opens the kit",
      "with another. Words need no passphrase: the one given protects the new vault. Exits 4 if",
      "something cannot be recovered from the given archives."
    })
final class RecoverVerb extends Verb {
  private static final int MOST_WORDS = 1 << 20;

  @Mixin ArchiveWords archives = new ArchiveWords();
  @Mixin KitVerb.KitPassphrase kitPassphrase = new KitVerb.KitPassphrase();

  @Option(names = "--kit", paramLabel = "FILE", description = "The recovery kit.")
  @Nullable String kit;

  @Option(
      names = "--words",
      paramLabel = "FILE",
      description =
          "A file of words, one person's on a line; may be repeated. - is standard input.")
  List<String> words = List.of();

  @Parameters(paramLabel = "NEWVAULT", description = "The directory to make.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String vault;

  @Override
  ExitCode run() {
    Path directory = LocalPaths.of(vault);
    List<ArchiveSpec> specs = archives.specs();
    String file = kit;
    if ((file == null) == words.isEmpty()) {
      throw new UsageException("give either --kit FILE or --words FILE");
    }
    RecoverReport report =
        file == null ? fromWords(directory, specs) : fromKit(directory, LocalPaths.of(file), specs);
    return report.unrecoverable().isEmpty() && report.lostCommits().isEmpty()
        ? ExitCode.DONE
        : ExitCode.UNRECOVERABLE;
  }

  private RecoverReport fromKit(Path directory, Path kitFile, List<ArchiveSpec> specs) {
    if (!Files.isRegularFile(kitFile)) {
      throw new UsageException("there is no recovery kit at " + LocalPaths.display(kitFile));
    }
    Passphrases own = kitPassphrase.given(interruption());
    try (Unlock unlock = unlock(own == null, directory, kitFile);
        Unlock kitUnlock = own == null ? unlock : own.existing("the kit");
        Meter meter = console().meter("recover")) {
      RecoverReport report =
          interruption()
              .cutOff(
                  () -> root().vaults.recover(directory, kitFile, kitUnlock, specs, unlock, meter));
      return printed(report, meter.elapsed());
    }
  }

  private RecoverReport fromWords(Path directory, List<ArchiveSpec> specs) {
    if (kitPassphrase.given(interruption()) != null) {
      throw new UsageException("words need no passphrase of a kit");
    }
    List<String> mnemonics = new ArrayList<>();
    for (String file : words) {
      mnemonics.addAll(lines(file));
    }
    try (Unlock unlock = root().passphrases().fresh(LocalPaths.display(directory));
        Meter meter = console().meter("recover")) {
      RecoverReport report =
          interruption()
              .cutOff(() -> root().vaults.recover(directory, mnemonics, specs, unlock, meter));
      return printed(report, meter.elapsed());
    }
  }

  private static List<String> lines(String file) {
    boolean standard = file.equals("-");
    String shown = standard ? "standard input" : LocalPaths.display(LocalPaths.of(file));
    try (InputStream in =
        standard
            ? new BufferedInputStream(new FileInputStream(FileDescriptor.in)) // which may not seek
            : Files.newInputStream(LocalPaths.of(file))) {
      byte[] bytes = in.readNBytes(MOST_WORDS + 1);
      if (bytes.length > MOST_WORDS) {
        throw new UsageException(shown + " is too long to be a file of words");
      }
      return new String(bytes, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
    } catch (NoSuchFileException e) {
      throw new UsageException("there is no file of words at " + shown);
    } catch (IOException e) {
      throw new UsageException("cannot read the words in " + shown + ": " + e.getMessage());
    }
  }

  private Unlock unlock(boolean alsoOpensKit, Path directory, Path kitFile) {
    return alsoOpensKit
        ? root().passphrases().existing("the kit " + LocalPaths.display(kitFile))
        : root().passphrases().fresh(LocalPaths.display(directory));
  }

  private RecoverReport printed(RecoverReport report, long nanos) {
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
    return report;
  }
}
