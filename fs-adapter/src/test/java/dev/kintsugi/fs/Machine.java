package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.fs.internal.FuseLibrary;
import dev.kintsugi.fs.internal.MountTable;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/** The machine that tests run on. */
final class Machine {
  private Machine() {}

  /** Skips a test, loudly, where FUSE is missing. */
  static void assumeFuse() {
    try {
      FuseLibrary.SYSTEM.load();
    } catch (MountException e) {
      System.err.println("SKIPPED, nothing was mounted: " + e.getMessage());
      Assumptions.abort("nothing was mounted: " + e);
    }
  }

  /** Skips a test, loudly, for users other than root. */
  static void assumeRoot(String why) {
    if (!"root".equals(System.getProperty("user.name"))) {
      System.err.println("SKIPPED, this user is not root: " + why);
      Assumptions.abort("this user is not root: " + why);
    }
  }

  /** Returns the mounts in a directory. */
  static List<MountTable.Entry> mountsBelow(Path directory) {
    return MountTable.entries().stream()
        .filter(entry -> entry.path().startsWith(directory))
        .toList();
  }

  /** Takes away what a test left mounted in a directory, and says so by failing. */
  static void unmountBelow(Path directory) {
    List<String> left = new ArrayList<>();
    for (MountTable.Entry entry : mountsBelow(directory)) {
      left.add(entry.toString());
      Mount.unmount(entry.path(), true);
    }
    if (!left.isEmpty()) {
      throw new AssertionError("a test left mounts behind: " + left);
    }
  }

  /** Waits for something to become true, and returns whether it did in time. */
  static boolean await(Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** Returns what is written to standard error, the log, meanwhile. */
  static String logOf(Runnable action) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(UTF_8);
  }
}
