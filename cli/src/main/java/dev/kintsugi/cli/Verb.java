package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What verbs have in common. */
abstract class Verb implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the verb is called
  CommandSpec spec;

  /** Does what the verb says. */
  abstract ExitCode run();

  @Override
  public final Integer call() {
    Console console = console();
    console.configure(root().json, root().quiet, root().verbose);
    Logging.configure(root().verbose);
    return run().number();
  }

  final Kintsugi root() {
    return (Kintsugi) spec.root().userObject();
  }

  final Console console() {
    return root().console;
  }

  final Interruption interruption() {
    return root().interruption;
  }

  final Vault openToRead() {
    return open(true);
  }

  final Vault openToWrite() {
    return open(false);
  }

  private Vault open(boolean readOnly) {
    Path directory = vaultDirectory();
    try (Unlock unlock = root().passphrases().existing(LocalPaths.display(directory))) {
      return root().vaults.open(directory, unlock, readOnly);
    }
  }

  /** Returns the directory of the vault, which must exist. */
  final Path vaultDirectory() {
    Path directory = root().vaultDirectory();
    if (!Files.isDirectory(directory)) {
      throw new UsageException(
          "there is no vault at "
              + LocalPaths.display(directory)
              + "; make one with 'kintsugi init'");
    }
    return directory;
  }

  /** Reads a path in the vault from a word of the command line. */
  static VaultPath vaultPath(String word) {
    if (!word.startsWith("/")) {
      throw new UsageException(
          "a path in a vault starts with '/': " + RawText.display(RawText.encode(word)));
    }
    VaultPath path = VaultPath.ROOT;
    for (String name : word.split("/", -1)) {
      if (!name.isEmpty()) {
        path = path.resolve(Name.of(RawText.encode(name)));
      }
    }
    return path;
  }
}
