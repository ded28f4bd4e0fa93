package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.store.ArchiveChange;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.Vault;
import java.util.List;
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
        "new place; run 'kintsugi rebuild NAME' to refill it. A place that holds that archive",
        "itself, as when its disk is mounted elsewhere, is taken as it is."
      })
  static final class Add extends Verb {
    @Option(
        names = "--replace",
        description = "Allows the name of an archive that can still be reached.")
    boolean replace;

    @Option(
        names = "--dry-run",
        description =
            "Only tells what would be done, and tries whether the place can be an archive.")
    boolean dryRun;

    @Parameters(
        paramLabel = "NAME=URL[,domain=DOMAIN]",
        description = "The archive, such as g=file:/mnt/disk7/archive.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String word;

    @Override
    ExitCode run() {
      ArchiveSpec spec = ArchiveWords.parse(word);
      try (Vault vault = dryRun ? openToRead() : openToWrite()) {
        refuseIfItWorks(vault, spec);
        ArchiveChange change =
            dryRun ? vault.tryAddArchive(spec, replace) : vault.addArchive(spec, replace);
        if (dryRun && change.kind() != ArchiveChange.Kind.MOVED) {
          root().vaults.validate(spec);
        }
        tell(spec, change);
      }
      return ExitCode.DONE;
    }

    private void refuseIfItWorks(Vault vault, ArchiveSpec spec) {
      if (replace) {
        return;
      }
      for (ArchiveStatus there : vault.archives()) {
        if (there.spec().name().equals(spec.name())
            && there.state() == ArchiveStatus.State.AVAILABLE) {
          throw new UsageException(
              "archive "
                  + spec.name()
                  + " is there and works at "
                  + there.spec().url()
                  + "; choose another name, or move it with --replace");
        }
      }
    }

    private void tell(ArchiveSpec spec, ArchiveChange change) {
      String name = spec.name();
      boolean moved = change.kind() == ArchiveChange.Kind.MOVED;
      Json event =
          Json.event(
                  dryRun
                      ? (moved ? "would-move-archive" : "would-add")
                      : (moved ? "archive-moved" : "added"))
              .with("name", name)
              .with("url", spec.url());
      console()
          .event(
              moved
                  ? event.with("from", change.from()).with("missedWrites", change.missedWrites())
                  : event);
      console()
          .say(
              switch (change.kind()) {
                case ADDED ->
                    dryRun
                        ? "would add " + name + " at " + spec.url()
                        : "added archive " + name + " at " + spec.url();
                case REPLACED ->
                    dryRun
                        ? "would give archive %s the vacant place %s instead of %s"
                            .formatted(name, spec.url(), change.from())
                        : "archive %s is now at %s; run 'kintsugi rebuild %s' to refill it"
                            .formatted(name, spec.url(), name);
                case MOVED ->
                    (dryRun
                                ? "archive %s would move from %s to %s"
                                : "archive %s moved from %s to %s")
                            .formatted(name, change.from(), spec.url())
                        + (change.missedWrites()
                            ? "; it has missed writes: 'kintsugi scrub --repair' restores what it lacks"
                            : "");
              });
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
