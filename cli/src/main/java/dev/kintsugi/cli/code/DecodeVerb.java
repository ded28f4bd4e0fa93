package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.stream.ShardSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Decodes shard files. */
@Command(
    name = "decode",
    description = {
      "Writes the file that the shard files in OUTDIR were made of to FILE. Missing and damaged",
      "shards are made up for and named. FILE appears only if its SHA-256 is right, whole,",
      "replacing what is there."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the parameters: they are required
final class DecodeVerb extends CodeCommand {
  @Parameters(index = "0", paramLabel = "OUTDIR", description = "The directory of shard files.")
  String directory;

  @Parameters(index = "1", paramLabel = "FILE", description = "The file to write.")
  String file;

  @Override
  int run() throws IOException {
    Path target = LocalPaths.of(file);
    if (Files.isDirectory(target)) {
      throw new WordsException(LocalPaths.display(target) + ": is a directory, not a file");
    }
    long start = System.nanoTime();
    try (ShardSet set = ShardSet.open(existingDirectory(LocalPaths.of(directory)));
        Meter meter = console().meter("decode")) {
      meter.total(set.fileBytes());
      tell(set.decode(target, progress(meter)));
      console()
          .event(
              Json.event("summary")
                  .with("verb", "code decode")
                  .with("scheme", set.code())
                  .with("file", LocalPaths.display(target))
                  .with("bytes", set.fileBytes())
                  .with("sha256", set.digest())
                  .with("seconds", Units.seconds(System.nanoTime() - start)));
      console()
          .say(
              "decoded %s (%s)"
                  .formatted(LocalPaths.display(target), Units.bytes(set.fileBytes())));
    }
    return DONE;
  }
}
