package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes. */
@Command(
    name = "rm",
    description = {
      "Removes files, links and, with -r, directories with all below.",
      "The shards are removed from the archives. Deletion is not yet irrevocable: who kept copies",
      "of the shards and learns the keys later can still read them."
    })
final class RmVerb extends Verb {
  @Option(names = "-r", description = "Removes directories with all below.")
  boolean recursive;

  @Option(names = "--dry-run", description = "Only prints what would be removed.")
  boolean dryRun;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "/PATH...",
      description = "What to remove.")
  List<String> words = List.of();

  @Override
  ExitCode run() {
    List<VaultPath> paths = words.stream().map(Verb::vaultPath).toList();
    if (paths.contains(VaultPath.ROOT)) {
      throw new UsageException("the root directory cannot be removed");
    }
    Outcome outcome = new Outcome(console());
    boolean any = false;
    try (Vault vault = dryRun ? openToRead() : openToWrite()) {
      for (VaultPath path : paths) {
        interruption().check();
        try {
          any |= remove(vault, path, outcome);
        } catch (NamespaceException e) {
          outcome.failed(path.toString(), String.valueOf(e.getMessage()), ExitCode.USAGE);
        }
      }
    }
    return outcome.code(any);
  }

  private boolean remove(Vault vault, VaultPath path, Outcome outcome) {
    boolean directory = vault.stat(path).kind() == Kind.DIRECTORY;
    if (directory && !recursive) {
      outcome.failed(path.toString(), "is a directory; use -r", ExitCode.USAGE);
      return false;
    }
    if (dryRun) {
      preview(vault, path, directory);
      return true;
    }
    if (directory) {
      vault.removeTree(path);
    } else {
      vault.remove(path);
    }
    console().event(Json.event("removed").with("path", path));
    console().detail("removed " + path);
    return true;
  }

  private void preview(Vault vault, VaultPath path, boolean directory) {
    if (directory) {
      for (DirectoryEntry entry : vault.list(path)) {
        preview(vault, path.resolve(entry.name()), entry.attributes().kind() == Kind.DIRECTORY);
      }
    }
    console().event(Json.event("would-remove").with("path", path));
    console().say("would remove " + path);
  }
}
