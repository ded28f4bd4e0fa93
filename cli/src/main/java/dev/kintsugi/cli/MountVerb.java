package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.RawText;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.fs.Mount;
import dev.kintsugi.fs.MountDaemon;
import dev.kintsugi.fs.MountOptions;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a vault as a directory. */
@Command(
    name = "mount",
    description = {
      "Shows the vault as the directory DIR, which must exist and be empty, until 'kintsugi umount",
      "DIR'. Returns when the mount is usable; its process stays. Mounts are read-only as yet:",
      "--read-only must be given."
    })
final class MountVerb extends Verb {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(names = "--read-only", description = "Mounts for reading.")
  boolean readOnly;

  @Option(names = "--foreground", description = "Stays until unmounted or interrupted.")
  boolean foreground;

  @Option(
      names = "--allow-other",
      description = "Lets other users in, subject to the files' modes and owners.")
  boolean allowOther;

  @Parameters(paramLabel = "DIR", description = "The mount point.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String directory;

  @Override
  ExitCode run() {
    if (!readOnly) {
      throw new UsageException("mounts are read-only as yet; say so with --read-only");
    }
    Path place = LocalPaths.of(directory);
    return foreground ? serve(place) : detach(place);
  }

  private ExitCode serve(Path place) {
    try (Vault vault = openToRead();
        Mount mount =
            Mount.mount(vault, place, MountOptions.readOnly().withAllowOther(allowOther))) {
      if (!MountDaemon.isDaemon()) {
        tell(mount.directory());
      }
      MountDaemon.ready();
      mount.awaitUnmount();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
    return ExitCode.DONE;
  }

  private ExitCode detach(Path place) {
    Path vault = vaultDirectory().toAbsolutePath();
    Path absolute = place.toAbsolutePath();
    String vaultWord = word(vault);
    MountDaemon.Launch launch =
        new MountDaemon.Launch(
            Main.class.getName(),
            allowOther
                ? List.of(
                    "-V",
                    vaultWord,
                    "--passphrase-fd",
                    "0",
                    "mount",
                    word(absolute),
                    "--read-only",
                    "--foreground",
                    "--allow-other")
                : List.of(
                    "-V",
                    vaultWord,
                    "--passphrase-fd",
                    "0",
                    "mount",
                    word(absolute),
                    "--read-only",
                    "--foreground"),
            absolute,
            vault.resolve("mount.log"),
            PATIENCE);
    MountDaemon.Outcome outcome;
    byte[] line = new byte[0];
    try (Unlock unlock = root().passphrases().existing(LocalPaths.display(vault))) {
      line = line(unlock);
      outcome = MountDaemon.start(launch, line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
    if (outcome.mounted()) {
      tell(absolute);
      return ExitCode.DONE;
    }
    console().complain(outcome.message());
    ExitCode code = code(outcome.exitCode());
    console()
        .event(Json.event("error").with("message", outcome.message()).with("exit", code.number()));
    return code;
  }

  private void tell(Path place) {
    String shown = LocalPaths.display(place);
    console().event(Json.event("mounted").with("directory", shown));
    console().say("mounted at " + shown + "; 'kintsugi umount " + shown + "' ends it");
  }

  private static ExitCode code(int number) {
    return Arrays.stream(ExitCode.values())
        .filter(code -> code.number() == number)
        .findFirst()
        .orElse(ExitCode.INTERNAL);
  }

  /** Returns a path as a word that another process receives as it is. */
  private static String word(Path path) {
    String text = RawText.decode(LocalPaths.bytes(path));
    if (!RawText.isPlain(text)) {
      throw new UsageException(
          LocalPaths.display(path) + " is not UTF-8; mount it with --foreground");
    }
    return text;
  }

  private static byte[] line(Unlock unlock) {
    CharBuffer chars = CharBuffer.wrap(unlock.chars());
    ByteBuffer bytes = ByteBuffer.allocate(4 * chars.length() + 1);
    StandardCharsets.UTF_8.newEncoder().encode(chars, bytes, true);
    bytes.put((byte) '\n');
    byte[] line = Arrays.copyOf(bytes.array(), bytes.position());
    Arrays.fill(bytes.array(), (byte) 0);
    return line;
  }
}
