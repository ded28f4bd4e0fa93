package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.audit.Location;
import dev.kintsugi.erasure.audit.Location.Outcome;
import dev.kintsugi.erasure.stream.ShardReport;
import dev.kintsugi.erasure.stream.ShardSet;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells which shards are wrong. */
@Command(
    name = "locate",
    description = {
      "Tells which shard files in OUTDIR are damaged or wrong, also where every checksum is right:",
      "clean | located i,j | ambiguous | beyond.",
      "",
      "With --raw, the words are n bare shard files in order, data first, '-' for one that is",
      "missing, and the parity relation alone decides.",
      "",
      "Exits 0 if it is clean or located, 4 if it cannot be told which shards are wrong."
    })
final class LocateVerb extends CodeCommand {
  @Option(names = "--raw", description = "Takes bare shard files.")
  boolean raw;

  @Option(
      names = "--scheme",
      paramLabel = "SCHEME",
      description = "With --raw, the code, such as rs:4+2.")
  String scheme = "";

  @Option(
      names = "--construction",
      paramLabel = "C",
      description = "Of rs codes: vandermonde (the default), cauchy or powers.")
  String construction = "";

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "OUTDIR",
      description = "The directory of shard files; with --raw S0 S1 ...")
  List<String> words = List.of();

  @Override
  int run() throws IOException {
    if (raw) {
      if (scheme.isEmpty()) {
        throw new WordsException("--raw needs --scheme");
      }
      return tell(RawFiles.locate(code(scheme, construction), words, host()));
    }
    if (!scheme.isEmpty() || !construction.isEmpty()) {
      throw new WordsException("--scheme goes with --raw: shard files say what they are");
    }
    if (words.size() != 1) {
      throw new WordsException("expected OUTDIR, got %d words".formatted(words.size()));
    }
    try (ShardSet set = ShardSet.open(existingDirectory(LocalPaths.of(words.get(0))));
        Meter meter = console().meter("locate")) {
      meter.total(set.fileBytes());
      ShardReport report = set.check(progress(meter));
      meter.finish();
      tell(report.findings());
      return tell(report.location());
    }
  }

  private int tell(Location location) {
    console()
        .event(
            Json.event("location")
                .with("outcome", location.outcome().name().toLowerCase(Locale.ROOT))
                .with("shards", list(location.shards()))
                .with("unchecked", list(location.unchecked())));
    console().result(location.toString());
    boolean isKnown = location.outcome() == Outcome.CLEAN || location.outcome() == Outcome.LOCATED;
    return isKnown ? DONE : UNRECOVERABLE;
  }
}
