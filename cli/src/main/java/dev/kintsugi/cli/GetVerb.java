package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.cli.local.Restorer;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores files and trees. */
@Command(
    name = "get",
    description = {
      "Restores files and, with -r, directories into DESTDIR, with mode and times, and with their",
      "owner when root runs it. 'get -r /tree out' makes out/tree; out is made if it is missing.",
      "A single file may also be given a new name: 'get /a.txt b.txt'.",
      "",
      "Existing files are replaced, each at once. Links in DESTDIR are never followed.",
      "What cannot be restored is named, and the rest goes on."
    })
final class GetVerb extends Verb {
  @Option(names = "-r", description = "Restores directories with all below.")
  boolean recursive;

  @Option(names = "--no-owner", description = "Does not restore owner and group, even as root.")
  boolean noOwner;

  @Option(names = "--dry-run", description = "Only prints what would be restored.")
  boolean dryRun;

  @Parameters(
      arity = "2..*",
      hideParamSyntax = true,
      paramLabel = "/SRC... DESTDIR",
      description = "Paths; a directory.")
  List<String> words = List.of();

  @Override
  ExitCode run() {
    List<VaultPath> sources =
        words.subList(0, words.size() - 1).stream().map(Verb::vaultPath).toList();
    String destination = words.get(words.size() - 1);
    Outcome outcome = new Outcome(console());
    CipherWarmUp.start();
    try (Vault vault = openToRead()) {
      boolean into = intoDirectory(vault, sources, destination);
      if (dryRun) {
        return preview(vault, sources, outcome);
      }
      Path target = LocalPaths.of(destination);
      if (into) {
        makeDirectory(target);
      }
      return restore(vault, sources, target, into, outcome);
    }
  }

  /** Returns whether DESTDIR holds what is restored; otherwise it is the name of a single file. */
  private static boolean intoDirectory(Vault vault, List<VaultPath> sources, String word) {
    if (sources.size() > 1 || word.endsWith("/") || Files.isDirectory(LocalPaths.of(word))) {
      return true;
    }
    return vault
        .lookup(sources.get(0))
        .map(attributes -> attributes.kind() == Kind.DIRECTORY)
        .orElse(false);
  }

  private static void makeDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UsageException(
          "cannot make the directory "
              + LocalPaths.display(directory)
              + ": "
              + LocalTree.reason(e));
    }
  }

  private ExitCode restore(
      Vault vault, List<VaultPath> sources, Path target, boolean into, Outcome outcome) {
    Restorer restorer = new Restorer(restoresOwner());
    restorer.removeLeftovers(into ? target : target.resolveSibling(""));
    GetRun run = new GetRun(vault, restorer, console(), interruption(), outcome);
    boolean interrupted = false;
    try (run) {
      for (VaultPath source : sources) {
        Attributes attributes = find(vault, source, outcome);
        if (attributes != null) {
          if (sources.size() == 1) {
            run.countAhead(source, attributes);
          }
          run.get(source, attributes, into ? inside(target, source) : target);
        }
      }
    } catch (InterruptedRunException e) {
      interrupted = true;
    }
    run.summarize();
    Reports.damageMet(vault).ifPresent(console()::warn);
    return interrupted || interruption().requested()
        ? ExitCode.INTERRUPTED
        : outcome.code(run.restoredAnything());
  }

  private static Path inside(Path directory, VaultPath source) {
    return source.isRoot() ? directory : LocalPaths.child(directory, source.name().toBytes());
  }

  private @Nullable Attributes find(Vault vault, VaultPath source, Outcome outcome) {
    try {
      Attributes attributes = vault.stat(source);
      if (attributes.kind() == Kind.DIRECTORY && !recursive) {
        outcome.failed(source.toString(), "is a directory; use -r", ExitCode.USAGE);
        return null;
      }
      return attributes;
    } catch (NamespaceException e) {
      outcome.failed(source.toString(), String.valueOf(e.getMessage()), ExitCode.USAGE);
      return null;
    }
  }

  private boolean restoresOwner() {
    return !noOwner && Self.isRoot();
  }

  private ExitCode preview(Vault vault, List<VaultPath> sources, Outcome outcome) {
    boolean any = false;
    for (VaultPath source : sources) {
      Attributes attributes = find(vault, source, outcome);
      if (attributes != null) {
        any = true;
        preview(vault, source, attributes);
      }
    }
    return outcome.code(any);
  }

  private void preview(Vault vault, VaultPath source, Attributes attributes) {
    interruption().check();
    console()
        .event(
            Json.event("would-restore")
                .with("path", source)
                .with("kind", Entries.word(attributes.kind()))
                .with("size", attributes.size()));
    console().say("would restore " + source);
    if (attributes.kind() == Kind.DIRECTORY) {
      for (DirectoryEntry entry : vault.list(source)) {
        preview(vault, source.resolve(entry.name()), entry.attributes());
      }
    }
  }
}
