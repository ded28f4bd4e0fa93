package dev.kintsugi.cli.code;

import dev.kintsugi.cli.console.Console;

/** What the verbs here need of the command line around them. */
public interface CodeHost {
  /** Returns the console, set up as the global options ask for. */
  Console configuredConsole();

  /** Throws if somebody asked the command to stop, which then leaves nothing half done. */
  void checkInterruption();
}
