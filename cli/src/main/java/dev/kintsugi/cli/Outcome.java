package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.console.Json;
import java.util.concurrent.atomic.AtomicLong;

/** Collects what failed while the rest goes on. Safe for use by many threads. */
final class Outcome {
  private final Console console;
  private ExitCode gravest = ExitCode.DONE;
  private final AtomicLong failures = new AtomicLong();

  Outcome(Console console) {
    this.console = console;
  }

  /** Reports that one item failed. */
  void failed(String item, String reason, ExitCode kind) {
    failures.incrementAndGet();
    console.event(
        Json.event("failed").with("item", item).with("reason", reason).with("exit", kind.number()));
    console.complain("kintsugi: " + item + ": " + reason);
    worsen(kind);
  }

  /** Makes the exit code at least as grave. */
  synchronized void worsen(ExitCode kind) {
    gravest = gravest.or(kind);
  }

  long failures() {
    return failures.get();
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
