package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects what failed while the rest goes on. A long reason is told to people once; the items it
 * holds for too refer to the first. Safe for use by many threads.
 */
final class Outcome {
  private static final int SHORT_REASON = 80;
  private static final int MOST_REASONS = 100;

  private final Console console;
  private final AtomicLong failures = new AtomicLong();
  private final Map<String, String> firstByReason = new HashMap<>();
  private ExitCode gravest = ExitCode.DONE;

  Outcome(Console console) {
    this.console = console;
  }

  /** Reports that one item failed. */
  void failed(String item, String reason, ExitCode kind) {
    failures.incrementAndGet();
    worsen(kind);
    console.event(
        Json.event("failed").with("item", item).with("reason", reason).with("exit", kind.number()));
    complain(item, reason);
  }

  /** Within the lock, so that the item that others refer to is printed before them. */
  private synchronized void complain(String item, String reason) {
    String key = reason.length() > SHORT_REASON ? Reasons.key(reason, item) : "";
    String first = firstByReason.get(key);
    if (first != null) {
      console.complain("kintsugi: " + item + ": for the same reason as " + first);
      return;
    }
    if (!key.isEmpty() && firstByReason.size() < MOST_REASONS) {
      firstByReason.put(key, item);
    }
    boolean named = Reasons.names(reason, item);
    console.complain("kintsugi: " + (named ? "" : item + ": ") + reason);
  }

  /** Makes the exit code at least as grave. */
  synchronized void worsen(ExitCode kind) {
    gravest = gravest.or(kind);
  }

  long failures() {
    return failures.get();
  }

  /** Returns whether items failed because archives are away or hold too little. */
  synchronized boolean archivesFailed() {
    return gravest == ExitCode.UNRECOVERABLE || gravest == ExitCode.UNAVAILABLE;
  }

  /**
   * Returns the code to exit with.
   *
   * @param somethingDone whether anything succeeded; then a mere usage error of another item makes
   *     the run partly done
   */
  synchronized ExitCode code(boolean somethingDone) {
    return gravest == ExitCode.USAGE && somethingDone ? ExitCode.PARTLY : gravest;
  }
}
