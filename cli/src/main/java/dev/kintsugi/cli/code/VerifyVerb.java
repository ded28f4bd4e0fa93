package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.erasure.stream.ShardReport;
import dev.kintsugi.erasure.stream.ShardSet;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks shard files. */
@Command(
    name = "verify",
    description = {
      "Reads all shard files in OUTDIR: headers, the checksum of every block, the parity relation,",
      "and the SHA-256 of the file. Names what is missing, damaged, wrong, foreign or twice there.",
      "",
      "Exits 0 if all shards are there and right, 3 if not but the file can be decoded, 4 if it",
      "cannot, 7 if shards are wrong although their checksums are right."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the parameter: it is required
final class VerifyVerb extends CodeCommand {
  @Parameters(paramLabel = "OUTDIR", description = "The directory of shard files.")
  String directory;

  @Override
  int run() throws IOException {
    long start = System.nanoTime();
    try (ShardSet set = ShardSet.open(existingDirectory(LocalPaths.of(directory)));
        Meter meter = console().meter("verify")) {
      meter.total(set.fileBytes());
      ShardReport report = set.check(progress(meter));
      meter.finish();
      tell(report.findings());
      int exit = exit(report);
      console()
          .event(
              Json.event("summary")
                  .with("verb", "code verify")
                  .with("scheme", set.code())
                  .with("bytes", set.fileBytes())
                  .with("sound", report.isSound())
                  .with("bad", list(report.bad()))
                  .with("stripes", report.stripes())
                  .with("lostStripes", report.lostStripes())
                  .with("digestRight", report.isDigestRight())
                  .with("location", report.location())
                  .with("seconds", Units.seconds(System.nanoTime() - start)));
      console().result(text(set, report));
      return exit;
    }
  }

  static int exit(ShardReport report) {
    if (report.lostStripes() > 0) {
      return UNRECOVERABLE;
    }
    if (report.isTamperedWith()) {
      return TAMPERED;
    }
    return report.isSound() ? DONE : PARTLY;
  }

  private static String text(ShardSet set, ShardReport report) {
    String what = "%s, %s".formatted(set.code(), Units.bytes(set.fileBytes()));
    if (report.isSound()) {
      return "all %d shards are right (%s)".formatted(set.code().totalShards(), what);
    }
    if (report.lostStripes() > 0) {
      return "%d of %d stripes cannot be decoded (%s)"
          .formatted(report.lostStripes(), report.stripes(), what);
    }
    if (report.bad().isEmpty()) {
      return "shards are wrong: %s (%s)".formatted(report.location(), what);
    }
    return "%d of %d shards are missing, damaged or wrong: %s (%s)"
        .formatted(report.bad().cardinality(), set.code().totalShards(), list(report.bad()), what);
  }
}
