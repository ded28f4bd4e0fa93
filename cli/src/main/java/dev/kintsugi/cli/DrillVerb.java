package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves that recovery works. */
@Command(
    name = "drill",
    description = {
      "Proves that recovery works on a directory of yours: stores DIR in a scratch vault, deletes",
      "archives, the index and the vault itself, recovers into a new vault from the archives that",
      "are left and the recovery kit, restores everything, and compares every file's content,",
      "name, mode, time and link target with what was read. DIR is only read.",
      "",
      "The scratch place is in the system's temporary directory ($TMPDIR) and removed afterwards.",
      "Exits 0 only if everything is identical, 3 if it is but parts of DIR could not be read,",
      "4 if something was not recovered."
    })
final class DrillVerb extends Verb {
  @Option(
      names = "--archives",
      paramLabel = "N",
      description = "The number of archives; otherwise as many as the scheme has shards.")
  @Nullable Integer archives;

  @Option(
      names = "--scheme",
      defaultValue = VaultOptions.DEFAULT_SCHEME,
      description = "How stripes become shards; default ${DEFAULT-VALUE}.")
  String scheme = VaultOptions.DEFAULT_SCHEME;

  @Option(
      names = "--lose",
      paramLabel = "L",
      description = "How many archives to delete; otherwise as many as the scheme can lose.")
  @Nullable Integer lose;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Works in DIR, which must not exist or be empty, and keeps it.")
  @Nullable String keep;

  @Parameters(paramLabel = "DIR", description = "The directory.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String directory;

  @Override
  ExitCode run() {
    ErasureCode code;
    try {
      code = ErasureCodes.parse(scheme);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--scheme " + scheme + ": " + e.getMessage());
    }
    int count = archives == null ? code.totalShards() : archives;
    if (count < code.totalShards() || count > 255) {
      throw new UsageException(
          "--archives " + count + ": " + scheme + " needs " + code.totalShards() + " to 255");
    }
    int lost = lose == null ? code.guaranteedLosses() : lose;
    if (lost < 0 || lost >= count) {
      throw new UsageException("--lose " + lost + ": give 0 to " + (count - 1));
    }
    Path source = LocalPaths.of(directory);
    if (!Files.isDirectory(source)) {
      throw new UsageException(LocalPaths.display(source) + " is not a directory");
    }
    try {
      // What is drilled is the directory, even if a link leads to it.
      Drill.Plan plan = new Drill.Plan(source.toRealPath(), scheme, count, lost, keep != null);
      return new Drill(root(), plan, place()).run();
    } catch (IOException e) {
      throw new UsageException(
          "cannot drill " + LocalPaths.display(source) + ": " + LocalTree.reason(e));
    }
  }

  private Path place() throws IOException {
    if (keep == null) {
      return Files.createTempDirectory("kintsugi-drill-").toRealPath();
    }
    Path place = LocalPaths.of(keep);
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      try (var entries = Files.newDirectoryStream(place)) {
        if (entries.iterator().hasNext()) {
          throw new UsageException("--keep " + LocalPaths.display(place) + ": is not empty");
        }
      }
    } else {
      Files.createDirectories(place);
    }
    return place.toRealPath();
  }
}
