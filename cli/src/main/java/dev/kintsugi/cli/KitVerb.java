package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Groups the verbs about what brings a lost vault back. */
@Command(
    name = "kit",
    description =
        "Makes what brings a lost vault back: a file under a passphrase, or words on paper.",
    synopsisSubcommandLabel = "export|words",
    subcommands = {KitVerb.Export.class, KitWordsVerb.class})
final class KitVerb {

  /** Where the kit's own passphrase comes from. */
  static final class KitPassphrase {
    @Option(
        names = "--kit-passphrase-file",
        paramLabel = "FILE",
        description = "Reads the kit's passphrase from FILE; otherwise it is the vault's.")
    @Nullable String file;

    @Option(
        names = "--kit-passphrase-fd",
        paramLabel = "N",
        description = "Reads the kit's passphrase from file descriptor N.")
    @Nullable Integer descriptor;

    /** Returns the kit's passphrases, if they are given. */
    @Nullable Passphrases given(Interruption interruption) {
      return file == null && descriptor == null
          ? null
          : new Passphrases(file, descriptor, null, interruption);
    }
  }

  /** Writes the kit. */
  @Command(
      name = "export",
      description = {
        "Writes the recovery kit to FILE, which must not exist: the root secret and the list of",
        "archives, protected by a passphrase. With it and enough archives, 'kintsugi recover' makes",
        "a new vault. Keep it where the vault is not."
      })
  static final class Export extends Verb {
    @Mixin KitPassphrase kitPassphrase = new KitPassphrase();

    @Parameters(paramLabel = "FILE", description = "The file to make.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    String file;

    @Override
    ExitCode run() {
      Path path = LocalPaths.of(file);
      String shown = LocalPaths.display(path);
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new UsageException(shown + " is there already; a kit never replaces a file");
      }
      Path directory = vaultDirectory();
      Passphrases own = kitPassphrase.given(interruption());
      try (Unlock unlock = root().passphrases().existing(LocalPaths.display(directory));
          Vault vault = root().vaults.open(directory, unlock, true)) {
        if (own == null) {
          vault.exportKit(path, unlock);
        } else {
          try (Unlock kitUnlock = own.fresh("the kit")) {
            vault.exportKit(path, kitUnlock);
          }
        }
      }
      console().event(Json.event("exported").with("file", shown));
      console().say("wrote the recovery kit " + shown + "; keep it away from the vault");
      return ExitCode.DONE;
    }
  }
}
