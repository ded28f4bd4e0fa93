package dev.kintsugi.cli;

import dev.kintsugi.fs.MountDaemon;

/** How much of what the layers below log is shown; the rest is in simplelogger.properties. */
final class Logging {
  private static final String SETTINGS = "org.slf4j.simpleLogger.";

  private Logging() {}

  /** Chooses before the first line is logged: the library reads its settings once. */
  static void configure(boolean verbose) {
    if (verbose) {
      System.setProperty(SETTINGS + "log.dev.kintsugi.core", "warn");
    }
    if (MountDaemon.isDaemon()) {
      // Its lines are read days later, in a file.
      System.setProperty(SETTINGS + "showDateTime", "true");
    }
  }
}
