package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import dev.kintsugi.cli.console.Units;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.Vault;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the results of mending are shown. */
final class Reports {
  private static final int SHOWN = 20;

  private Reports() {}

  /** Names what cannot be recovered. */
  static void unrecoverable(Console console, List<String> paths) {
    if (paths.isEmpty()) {
      return;
    }
    paths.forEach(path -> console.event(Json.event("unrecoverable").with("path", path)));
    console.complain(
        "kintsugi: "
            + Units.count(paths.size(), "object")
            + " cannot be recovered in full from the archives that are available now:");
    List<String> shown =
        console.verbose() ? paths : paths.subList(0, Math.min(SHOWN, paths.size()));
    shown.forEach(path -> console.complain("  " + path));
    if (shown.size() < paths.size()) {
      console.complain(
          String.format(Locale.ROOT, "  and %,d more; -v names all", paths.size() - shown.size()));
    }
    console.complain(
        "A stripe with bytes or records of each has too few shards. Everything else can be read, and"
            + " 'get' restores what it can of these, which may be all. No shard of them was changed"
            + " or removed: bring back archives ('kintsugi archive ls' names those that are gone)"
            + " and try again.");
  }

  /** Says that the recovery that made the vault has missed commits. */
  static String lostCommits(long lost) {
    return "this vault was recovered without "
        + Units.count(lost, "commit")
        + "; recover again with more archives. Shards that may be theirs are kept";
  }

  /** Returns what reads met that a scrub should mend, empty if all they read was sound. */
  static Optional<String> damageMet(Vault vault) {
    int met = vault.damagedShardsMet();
    return met == 0
        ? Optional.empty()
        : Optional.of(
            Units.count(met, "shard")
                + (met == 1 ? " was" : " were")
                + " found damaged or missing and made up for by others;"
                + " 'kintsugi scrub --repair' mends what is damaged");
  }

  /** Says of each archive that could not be written to why. */
  static void troubles(Console console, Vault vault) {
    vault
        .archiveTroubles()
        .forEach(
            (name, why) -> {
              // An archive that is not available says its own name.
              String start = "archive " + name + ": ";
              console.warn(why.startsWith(start) ? why : start + why);
            });
  }

  /** Prints what a repair or rebuild did. */
  static void repaired(Console console, String verb, Vault vault, RepairReport report, long nanos) {
    unrecoverable(console, report.unrecoverable());
    console.event(
        Json.event("summary")
            .with("verb", verb)
            .with("stripes", report.stripes())
            .with("restored", report.shardsRestored())
            .with("bytesRead", report.bytesRead())
            .with("bytesWritten", report.bytesWritten())
            .with("pending", report.pending())
            .with("unrecoverable", report.unrecoverable().size())
            .with("seconds", Units.seconds(nanos)));
    console.say(
        report.stripes() == 0
            ? verdict(report) == ExitCode.DONE
                ? "no shard was missing or damaged"
                : "nothing could be restored"
            : "restored "
                + Units.count(report.shardsRestored(), "shard")
                + " of "
                + Units.count(report.stripes(), "stripe")
                + " in "
                + Units.duration(nanos)
                + ": read "
                + Units.bytes(report.bytesRead())
                + ", wrote "
                + Units.bytes(report.bytesWritten()));
    if (report.pending() > 0) {
      console.warn(
          Units.count(report.pending(), "shard")
              + " still wait for archives that cannot be used or written to now; see 'kintsugi status'");
      troubles(console, vault);
    }
  }

  /** Returns what a repair's or rebuild's result means to scripts. */
  static ExitCode verdict(RepairReport report) {
    if (!report.unrecoverable().isEmpty()) {
      return ExitCode.UNRECOVERABLE;
    }
    return report.pending() > 0 ? ExitCode.UNAVAILABLE : ExitCode.DONE;
  }
}
