package dev.kintsugi.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets Ctrl-C and SIGTERM end a run in order: the signal starts the virtual machine's shutdown,
 * whose hook asks the work to stop and waits until it has, so that what was given to the store is
 * made durable and acknowledged. The virtual machine then exits with 128 plus the signal's number:
 * 130 for Ctrl-C.
 */
final class Interruption {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean requested;
  private volatile boolean abrupt;

  /** Returns an interruption that listens to the signals of this process. */
  static Interruption ofProcess() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(interruption::requestAndWait, "kintsugi-interruption"));
    return interruption;
  }

  private void requestAndWait() {
    requested = true;
    if (abrupt) {
      return;
    }
    try {
      finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Does work that may be cut off anywhere because it can be done again and acknowledges nothing: a
   * signal ends the process at once.
   */
  <T> T cutOff(Supplier<T> work) {
    abrupt = true;
    try {
      return work.get();
    } finally {
      abrupt = false;
    }
  }

  /** Asks the work to stop. */
  void request() {
    requested = true;
  }

  /** Returns whether the work is asked to stop. */
  boolean requested() {
    return requested;
  }

  /** Throws if the work is asked to stop. */
  void check() {
    if (requested) {
      throw new InterruptedRunException();
    }
  }

  /** Tells that the work has ended, in whatever way. */
  void finished() {
    finished.countDown();
  }
}
