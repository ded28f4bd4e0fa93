package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.crypto.split.ShareHeader;
import dev.kintsugi.crypto.split.ShareReport;
import dev.kintsugi.crypto.split.ShareReport.Status;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How verdicts on share files are shown. */
final class SecretReports {
  private SecretReports() {}

  /** Returns a line about a sharing, with the fields that name it. */
  static Json sharing(String event, ShareHeader header) {
    return Json.event(event)
        .with("scheme", header.splitter())
        .with("split", HexFormat.of().formatHex(header.splitId()))
        .with("generation", header.generation());
  }

  /**
   * Names every file and every missing share as events, and what is not right on standard error.
   */
  static void verdicts(Console console, ShareReport report, Map<String, String> failures) {
    for (ShareReport.Verdict verdict : report.verdicts()) {
      String detail = failures.getOrDefault(verdict.name(), verdict.detail());
      console.event(
          Json.event("share")
              .with("file", verdict.name())
              .with("share", verdict.number() == 0 ? null : verdict.number())
              .with("status", verdict.status())
              .with("detail", detail));
      if (verdict.status() != Status.GOOD) {
        console.complain(
            "kintsugi: warning: "
                + verdict.name()
                + (verdict.number() == 0 ? "" : ": share " + verdict.number())
                + ": "
                + verdict.status()
                + ": "
                + detail);
      }
    }
    for (int number : report.missing()) {
      console.event(
          Json.event("share").with("file", null).with("share", number).with("status", "MISSING"));
    }
    if (!report.missing().isEmpty()) {
      console.note("kintsugi: missing: " + numbers(report.missing()) + " of " + of(report));
    }
  }

  private static String of(ShareReport report) {
    return report.header().splitter().toString();
  }

  /** Returns numbers as text, such as {@code shares 1, 2 and 5}. */
  static String numbers(List<Integer> numbers) {
    String list =
        numbers.size() < 2
            ? numbers.stream().map(String::valueOf).collect(Collectors.joining())
            : numbers.subList(0, numbers.size() - 1).stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "))
                + " and "
                + numbers.get(numbers.size() - 1);
    return String.format(Locale.ROOT, numbers.size() == 1 ? "share %s" : "shares %s", list);
  }

  /** Returns the code for a verb that did what it should with some of these files. */
  static ExitCode done(ShareReport report) {
    boolean lied = report.verdicts().stream().anyMatch(v -> v.status() == Status.WRONG);
    return lied ? ExitCode.TAMPERED : ExitCode.DONE;
  }
}
