package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.stream.ShardSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes missing and damaged shard files anew. */
@Command(
    name = "repair",
    description = {
      "Writes every shard file in OUTDIR that is missing, damaged or wrong anew, byte for byte as",
      "it was, also where another file holds the same shard. Foreign files and sound duplicates are",
      "named and left alone.",
      "",
      "Exits 0 if all shards are there and right now, 4 if the file cannot be decoded, 7 if shards",
      "are wrong and it cannot be told which; nothing is written then."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the parameter: it is required
final class RepairVerb extends CodeCommand {
  @Parameters(paramLabel = "OUTDIR", description = "The directory of shard files.")
  String directory;

  @Override
  int run() throws IOException {
    long start = System.nanoTime();
    try (ShardSet set = ShardSet.open(existingDirectory(LocalPaths.of(directory)));
        Meter meter = console().meter("repair")) {
      ShardSet.Repaired repaired = set.repair(progress(meter));
      meter.finish();
      tell(repaired.report().findings());
      for (Map.Entry<Integer, List<Path>> entry : repaired.written().entrySet()) {
        for (Path path : entry.getValue()) {
          String file = LocalPaths.display(path);
          console().event(Json.event("repaired").with("shard", entry.getKey()).with("file", file));
          console().say("repaired shard %d: %s".formatted(entry.getKey(), file));
        }
      }
      console()
          .event(
              Json.event("summary")
                  .with("verb", "code repair")
                  .with("scheme", set.code())
                  .with("repaired", repaired.written().keySet())
                  .with("seconds", Units.seconds(System.nanoTime() - start)));
      if (repaired.written().isEmpty()) {
        console().say("all %d shards are right".formatted(set.code().totalShards()));
      }
    }
    return DONE;
  }
}
