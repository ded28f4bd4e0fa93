package dev.kintsugi.cli.console;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and standard error of one run. Text is written as UTF-8 whatever the locale.
 *
 * <p>With {@code --json}, standard output carries JSON lines only, each flushed at once, and
 * standard error still carries warnings and errors for people. A failure to write standard output
 * is remembered, not thrown, because a line may be due in the middle of work that must end in
 * order; verbs that print much ask {@link #broken()}.
 *
 * <p>Safe for use by many threads.
 */
public final class Console {
  private final OutputStream out;
  private final OutputStream err;
  private final boolean errIsTerminal;
  private final int columns;

  private volatile boolean json;
  private volatile boolean quiet;
  private volatile boolean verbose;
  private volatile @Nullable IOException failure;
  private String bar = "";

  /**
   * Makes a console.
   *
   * @param out standard output
   * @param err standard error
   * @param errIsTerminal whether progress bars may be drawn on {@code err}
   * @param columns width of the terminal
   */
  public Console(OutputStream out, OutputStream err, boolean errIsTerminal, int columns) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.err = err;
    this.errIsTerminal = errIsTerminal;
    this.columns = columns;
  }

  /** Sets what the global options ask for. */
  public void configure(boolean wantJson, boolean beQuiet, boolean beVerbose) {
    json = wantJson;
    quiet = beQuiet;
    verbose = beVerbose;
  }

  /** Returns whether standard output carries JSON lines. */
  public boolean json() {
    return json;
  }

  /** Returns whether {@code -v} was given. */
  public boolean verbose() {
    return verbose;
  }

  /** Prints a JSON line, if asked for. */
  public void event(Json line) {
    if (json) {
      write(line.toString());
      flush();
    }
  }

  /** Prints a line that is the verb's very result, for people: {@code -q} does not silence it. */
  public void result(String line) {
    if (!json) {
      write(line);
    }
  }

  /** Prints a line about what was done, for people. */
  public void say(String line) {
    if (!json && !quiet) {
      write(line);
      flush();
    }
  }

  /** Prints a line of detail, for people who asked for it. */
  public void detail(String line) {
    if (verbose) {
      say(line);
    }
  }

  /** Prints a remark on standard error. */
  public void note(String line) {
    if (!quiet) {
      complain(line);
    }
  }

  /** Prints a warning on standard error and as an event. */
  public void warn(String message) {
    event(Json.event("warning").with("message", message));
    complain("kintsugi: warning: " + message);
  }

  /** Prints a line on standard error, whatever the options. */
  public synchronized void complain(String line) {
    String hidden = bar;
    drawBar("");
    writeErr(line + "\n");
    drawBar(hidden);
  }

  /** Writes bytes that are the verb's very result. */
  public synchronized void bytes(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      remember(e);
    }
  }

  /** Returns standard output as a stream, for what prints by itself. */
  public OutputStream results() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] buffer, int offset, int length) {
        bytes(buffer, offset, length);
      }
    };
  }

  /** Returns a stream whose lines are printed on standard error, past the progress bar. */
  public OutputStream complaints() {
    return new OutputStream() {
      private final ByteArrayOutputStream line = new ByteArrayOutputStream();

      @Override
      public synchronized void write(int b) {
        if (b == '\n') {
          complain(line.toString(StandardCharsets.UTF_8));
          line.reset();
        } else {
          line.write(b);
        }
      }
    };
  }

  /** Flushes standard output. */
  public synchronized void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      remember(e);
    }
  }

  /** Returns whether standard output can no longer be written. */
  public boolean broken() {
    return failure != null;
  }

  /** Returns why standard output cannot be written, or null. */
  public @Nullable IOException failure() {
    return failure;
  }

  /** Starts to show how far a task has come: a bar on a terminal, events with {@code --json}. */
  public Meter meter(String task) {
    boolean draw = errIsTerminal && !quiet && !json;
    return new Meter(this, task, draw, json);
  }

  int columns() {
    return columns;
  }

  /** Replaces the progress bar at the foot of the terminal; empty removes it. */
  synchronized void drawBar(String text) {
    if (text.equals(bar)) {
      return;
    }
    bar = text;
    writeErr("\r\u001b[K" + text);
  }

  private synchronized void write(String line) {
    String hidden = bar;
    drawBar("");
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    bytes(bytes, 0, bytes.length);
    if (!hidden.isEmpty()) {
      flush();
      drawBar(hidden);
    }
  }

  private void writeErr(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      // Nobody is left to be told; the exit code still speaks.
      verbose = false;
    }
  }

  private void remember(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** Returns text for a fixed column. */
  public static String pad(String text, int width) {
    return String.format(Locale.ROOT, "%-" + width + "s", text);
  }
}
