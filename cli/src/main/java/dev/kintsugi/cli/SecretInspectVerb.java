package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.secret.ShareInputs;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.split.SecretSplitter;
import dev.kintsugi.crypto.split.ShareFiles;
import dev.kintsugi.crypto.split.ShareHeader;
import dev.kintsugi.crypto.split.ShareReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what share files are. */
@Command(
    name = "inspect",
    description = {
      "Tells what share files say of themselves, checks their checksums, and tells which belong",
      "together and whether they suffice. Computes nothing about the secret."
    })
final class SecretInspectVerb extends SecretVerb.OnShares {
  @Parameters(
      paramLabel = "SHARE",
      arity = "1..*",
      description = "Share files; a directory stands for the files *.share in it.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  List<String> shares;

  /** The sound shares of one sharing. */
  private static final class Sharing {
    final ShareHeader header;
    final BitSet positions = new BitSet();

    Sharing(ShareHeader header) {
      this.header = header;
    }
  }

  private final Map<String, Sharing> sharings = new LinkedHashMap<>();
  private int sound;

  @Override
  ExitCode work() throws IOException {
    List<Path> files = files(shares);
    try (Meter meter = console().meter("inspect")) {
      for (Path file : files) {
        try (ShareInputs inputs = open(List.of(file), meter)) {
          inspect(file, inputs);
        }
      }
    }
    sharings.values().forEach(this::tell);
    if (sound == files.size()) {
      return ExitCode.DONE;
    }
    return sound == 0 ? ExitCode.UNRECOVERABLE : ExitCode.PARTLY;
  }

  private void inspect(Path file, ShareInputs inputs) throws IOException {
    String name = LocalPaths.display(file);
    ShareReport report;
    try {
      report = ShareFiles.inspect(inputs.list().get(0));
    } catch (CryptoException e) {
      String reason = inputs.failures().getOrDefault(name, String.valueOf(e.getMessage()));
      console()
          .event(
              Json.event("share")
                  .with("file", name)
                  .with("share", null)
                  .with("status", ShareReport.Status.UNREADABLE)
                  .with("detail", reason));
      console().complain("kintsugi: " + name + ": " + reason);
      return;
    }
    ShareHeader header = report.header();
    ShareReport.Verdict verdict = report.verdicts().get(0);
    String detail = inputs.failures().getOrDefault(name, verdict.detail());
    console()
        .event(
            SecretReports.sharing("share", header)
                .with("file", name)
                .with("share", header.number())
                .with("status", verdict.status())
                .with("detail", detail)
                .with("sharing", HexFormat.of().formatHex(header.sharingId()))
                .with("pieces", report.pieces())
                .with("pieceLength", header.pieceLength()));
    boolean good = verdict.status() == ShareReport.Status.GOOD;
    console()
        .result(
            name + ": " + header + (good ? ": sound" : ": " + verdict.status() + ": " + detail));
    if (good) {
      sound++;
      sharings
          .computeIfAbsent(
              HexFormat.of().formatHex(header.splitId())
                  + HexFormat.of().formatHex(header.sharingId()),
              key -> new Sharing(header))
          .positions
          .set(header.position());
    }
  }

  private void tell(Sharing sharing) {
    SecretSplitter splitter = sharing.header.splitter();
    boolean enough = splitter.sufficient(sharing.positions);
    List<Integer> numbers = sharing.positions.stream().mapToObj(i -> i + 1).toList();
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < splitter.shares(); i++) {
      if (!sharing.positions.get(i)) {
        missing.add(i + 1);
      }
    }
    console()
        .event(
            SecretReports.sharing("sharing", sharing.header)
                .with("sound", numbers)
                .with("missing", missing)
                .with("threshold", splitter.threshold())
                .with("enough", enough));
    console()
        .result(
            "split %s, generation %d: sound %s of %d; %d needed: %s"
                .formatted(
                    HexFormat.of().formatHex(sharing.header.splitId()),
                    sharing.header.generation(),
                    SecretReports.numbers(numbers),
                    splitter.shares(),
                    splitter.threshold(),
                    enough ? "enough" : "not enough"));
  }
}
