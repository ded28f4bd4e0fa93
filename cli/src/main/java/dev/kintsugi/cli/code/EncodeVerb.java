package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.stream.ShardFiles;
import dev.kintsugi.erasure.stream.Striping;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Encodes a file into shard files, or bare data files into bare parity files. */
@Command(
    name = "encode",
    description = {
      "Encodes FILE into shard files in OUTDIR, named shard-000, shard-001, ... Each describes",
      "itself: put them on different disks, rename them, and 'decode' finds out which is which.",
      "",
      "With --raw, the words are OUTDIR and the k data files in order, of equal length; the bare",
      "parity files OUTDIR/p0, p1, ... are written, replacing what is there."
    })
final class EncodeVerb extends CodeCommand {
  private static final int DEFAULT_UNIT = Striping.DEFAULT_UNIT;

  @Mixin Scheme scheme = new Scheme();

  @Option(names = "--raw", description = "Takes k bare data files, writes bare parity files.")
  boolean raw;

  @Option(
      names = "--force",
      description = "Replaces what is in OUTDIR under a name of a shard file.")
  boolean force;

  @Option(
      names = "--unit",
      paramLabel = "BYTES",
      description = "The bytes of a block, each with a checksum; default " + DEFAULT_UNIT + ".")
  @Nullable Integer unit;

  @Parameters(
      arity = "2..*",
      hideParamSyntax = true,
      paramLabel = "FILE OUTDIR",
      description =
          "The file and the directory, made if it is missing; with --raw OUTDIR D0 D1 ...")
  List<String> words = List.of();

  @Override
  int run() throws IOException {
    ErasureCode code = scheme.code();
    List<Path> paths = words.stream().map(LocalPaths::of).toList();
    if (raw) {
      if (unit != null || force) {
        throw new WordsException(
            "%s goes without --raw: bare files have no blocks, and are always replaced"
                .formatted(force ? "--force" : "--unit"));
      }
      return RawFiles.encode(code, paths.get(0), paths.subList(1, paths.size()), host());
    }
    if (paths.size() != 2) {
      throw new WordsException("expected FILE OUTDIR, got %d words".formatted(paths.size()));
    }
    Striping striping;
    try {
      striping = new Striping(code, unit == null ? DEFAULT_UNIT : unit);
    } catch (IllegalArgumentException e) {
      throw new WordsException("--unit: " + e.getMessage());
    }
    Path file = existingFile(paths.get(0));
    Path directory = paths.get(1);
    if (Files.exists(directory)) {
      existingDirectory(directory);
    }
    for (int i = 0; i <= ShardFiles.MAX_INDEX; i++) {
      refuseToReplace(file, directory.resolve(ShardFiles.name(i)));
    }
    long start = System.nanoTime();
    ShardFiles.Encoded encoded;
    try (FileChannel source = FileChannel.open(file);
        Meter meter = console().meter("encode")) {
      Files.createDirectories(directory);
      meter.total(source.size());
      encoded = ShardFiles.encode(striping, source, directory, force, progress(meter));
    }
    for (int i = 0; i < encoded.files().size(); i++) {
      Path shard = encoded.files().get(i);
      console()
          .event(
              Json.event("shard")
                  .with("index", i)
                  .with("file", LocalPaths.display(shard))
                  .with("bytes", Files.size(shard)));
    }
    console()
        .event(
            Json.event("summary")
                .with("verb", "code encode")
                .with("scheme", code)
                .with("bytes", encoded.bytes())
                .with("sha256", encoded.digest())
                .with("shards", encoded.files().size())
                .with("seconds", Units.seconds(System.nanoTime() - start)));
    console()
        .say(
            "encoded %s (%s) as %s into %d shard files in %s"
                .formatted(
                    LocalPaths.display(file),
                    Units.bytes(encoded.bytes()),
                    code,
                    encoded.files().size(),
                    LocalPaths.display(directory)));
    return DONE;
  }
}
