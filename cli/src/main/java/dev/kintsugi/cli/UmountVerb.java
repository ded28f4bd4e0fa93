package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.fs.Mount;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a mount away. */
@Command(
    name = "umount",
    description = "Takes a mount of 'kintsugi mount' away and returns when it is gone.")
final class UmountVerb extends Verb {
  @Option(
      names = "--lazy",
      description = "Even if programs use it; they go on reading the files they have open.")
  boolean lazy;

  @Parameters(paramLabel = "DIR", description = "The mount point.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String directory;

  @Override
  ExitCode run() {
    Path place = LocalPaths.of(directory);
    Mount.unmount(place, lazy);
    String shown = LocalPaths.display(place);
    console().event(Json.event("unmounted").with("directory", shown));
    console().detail("unmounted " + shown);
    return ExitCode.DONE;
  }
}
