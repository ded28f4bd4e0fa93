package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.VaultOptions;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a vault. */
@Command(
    name = "init",
    description = {
      "Makes a vault in the directory VAULT, which must not exist or be empty, over archives.",
      "Export a recovery kit next ('kintsugi kit export'): with it and enough archives everything",
      "can be recovered if VAULT is lost."
    })
final class InitVerb extends Verb {
  @Mixin ArchiveWords archives = new ArchiveWords();

  @Option(
      names = "--scheme",
      defaultValue = VaultOptions.DEFAULT_SCHEME,
      description = {
        "How stripes become shards; default ${DEFAULT-VALUE}: any 4 of 6 suffice.",
        "Also raid6:K, raid5:K, lrc:K+L+G, and replicate:N: N copies,",
        "each of which suffices, and none of which looks like another."
      })
  String scheme = VaultOptions.DEFAULT_SCHEME;

  @Option(
      names = "--margin",
      defaultValue = "1",
      paramLabel = "N",
      description = {
        "A write is acknowledged once N shards more than reading needs are stored in different",
        "failure domains; default ${DEFAULT-VALUE}."
      })
  int margin = 1;

  @Parameters(paramLabel = "VAULT", description = "The directory to make.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String vault;

  @Override
  ExitCode run() {
    Path directory = LocalPaths.of(vault);
    List<ArchiveSpec> specs = archives.specs();
    String shown = LocalPaths.display(directory);
    try (Unlock unlock = root().passphrases().fresh(shown)) {
      root().vaults.create(directory, options(specs), unlock);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    console()
        .event(
            Json.event("created")
                .with("vault", shown)
                .with("scheme", scheme)
                .with("margin", margin)
                .with("archives", specs.stream().map(ArchiveSpec::name).toList()));
    console()
        .say("made the vault " + shown + ": " + scheme + " over " + specs.size() + " archives");
    return ExitCode.DONE;
  }

  private VaultOptions options(List<ArchiveSpec> specs) {
    return new VaultOptions(specs, scheme, margin);
  }
}
