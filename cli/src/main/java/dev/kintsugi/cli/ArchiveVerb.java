package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.Vault;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Groups the verbs about archives. */
@Command(
    name = "archive",
    description = "Lists, adds and tries archives.",
    synopsisSubcommandLabel = "ls|add|validate",
    subcommands = {ArchiveVerb.Ls.class, ArchiveVerb.Add.class, ArchiveVerb.Validate.class})
final class ArchiveVerb {

  /** Lists archives. */
  @Command(name = "ls", description = "Lists the archives, and how they are.")
  static final class Ls extends Verb {
    @Override
    ExitCode run() {
      List<ArchiveStatus> archives;
      try (Vault vault = openToRead()) {
        archives = vault.archives();
      }
      if (console().json()) {
        archives.forEach(archive -> console().event(StatusVerb.line(archive)));
      } else {
        StatusVerb.archives(console(), archives);
      }
      return ExitCode.DONE;
    }
  }

  /** Adds an archive. */
  @Command(
      name = "add",
      description = {
        "Adds an archive. With the name of an archive that cannot be reached, gives that archive a",
        "new place; run 'kintsugi rebuild NAME' to refill it."
      })
  static final class Add extends Verb {
    @Option(
        names = "--replace",
        description = "Allows the name of an archive that can still be reached.")
    boolean replace;

    @Option(names = "--dry-run", description = "Only tries whether the place can be an archive.")
    boolean dryRun;

    @Parameters(
        paramLabel = "NAME=URL[,domain=DOMAIN]",
        description = "The archive, such as g=file:/mnt/disk7/archive.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String word;

    @Override
    ExitCode run() {
      ArchiveSpec spec = ArchiveWords.parse(word);
      if (dryRun) {
        root().vaults.validate(spec);
        console().event(Json.event("would-add").with("name", spec.name()).with("url", spec.url()));
        console().say("would add " + spec.name() + " at " + spec.url());
        return ExitCode.DONE;
      }
      try (Vault vault = openToWrite()) {
        Optional<ArchiveStatus> there =
            vault.archives().stream()
                .filter(archive -> archive.spec().name().equals(spec.name()))
                .findFirst();
        boolean known = there.isPresent();
        if (!replace && there.filter(a -> a.state() == ArchiveStatus.State.AVAILABLE).isPresent()) {
          throw new UsageException(
              "archive "
                  + spec.name()
                  + " is there and works at "
                  + there.get().spec().url()
                  + "; choose another name, or move it with --replace");
        }
        vault.addArchive(spec, replace);
        console().event(Json.event("added").with("name", spec.name()).with("url", spec.url()));
        console()
            .say(
                known
                    ? "archive "
                        + spec.name()
                        + " is now at "
                        + spec.url()
                        + "; run 'kintsugi rebuild "
                        + spec.name()
                        + "' to refill it"
                    : "added archive " + spec.name() + " at " + spec.url());
      }
      return ExitCode.DONE;
    }
  }

  /** Tries a place. */
  @Command(
      name = "validate",
      description = {
        "Tries whether a place can be an archive: writes, reads, lists, deletes and measures, and",
        "leaves nothing behind. Needs no vault."
      })
  static final class Validate extends Verb {
    @Parameters(paramLabel = "NAME=URL", description = "The place.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String word;

    @Override
    ExitCode run() {
      ArchiveSpec spec = ArchiveWords.parse(word);
      root().vaults.validate(spec);
      console().event(Json.event("valid").with("name", spec.name()).with("url", spec.url()));
      console().say(spec.url() + " can be an archive");
      return ExitCode.DONE;
    }
  }
}
