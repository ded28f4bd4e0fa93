package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renames. */
@Command(
    name = "mv",
    description = {
      "Renames a file or directory, or moves it into DEST if that is a directory. A file at the new",
      "name is replaced. Takes one small transaction, however much lies below."
    })
final class MvVerb extends Verb {
  @Option(names = "--dry-run", description = "Only prints what would be done.")
  boolean dryRun;

  @Parameters(index = "0", paramLabel = "/SRC", description = "What to move.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String source;

  @Parameters(index = "1", paramLabel = "/DEST", description = "Its new name, or a directory.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String destination;

  @Override
  ExitCode run() {
    VaultPath from = vaultPath(source);
    VaultPath given = vaultPath(destination);
    try (Vault vault = dryRun ? openToRead() : openToWrite()) {
      vault.stat(from);
      if (from.isRoot()) {
        throw new UsageException("the root directory cannot be moved");
      }
      boolean into =
          vault.lookup(given).filter(there -> there.kind() == Kind.DIRECTORY).isPresent();
      VaultPath to = into ? given.resolve(from.name()) : given;
      if (to.startsWith(from) && !to.equals(from)) {
        throw new UsageException(from + " cannot be moved into itself: " + to);
      }
      if (!dryRun) {
        vault.move(from, to);
      }
      console()
          .event(Json.event(dryRun ? "would-move" : "moved").with("from", from).with("to", to));
      if (dryRun) {
        console().say("would move " + from + " to " + to);
      } else {
        console().detail("moved " + from + " to " + to);
      }
    }
    return ExitCode.DONE;
  }
}
