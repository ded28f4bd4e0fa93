package dev.kintsugi.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the system: everything a test learns of a mount, it learns through them. */
final class Shell {
  private static final long PATIENCE_SECONDS = 120;

  private Shell() {}

  /** What a program did. */
  static final class Result {
    private final int exitCode;
    private final byte[] out;

    Result(int exitCode, byte[] out) {
      this.exitCode = exitCode;
      this.out = out;
    }

    int exitCode() {
      return exitCode;
    }

    /** Returns its standard output and standard error. */
    byte[] out() {
      return out;
    }

    String text() {
      return new String(out, StandardCharsets.UTF_8);
    }

    /** Returns this result, or fails the test if the exit code is another. */
    Result expect(int wanted) {
      assertEquals(wanted, exitCode, this::text);
      return this;
    }

    /** Fails the test unless the program failed and said {@code message}. */
    void expectError(String message) {
      assertEquals(true, exitCode != 0 && text().contains(message), () -> exitCode + ": " + text());
    }
  }

  /** Runs a script of {@code sh} in the C locale; arguments are {@code $1}, {@code $2}, … */
  static Result sh(String script, Object... arguments) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script, "test");
    List.of(arguments).forEach(argument -> builder.command().add(argument.toString()));
    return run(builder);
  }

  private static Result run(ProcessBuilder builder) {
    Path out = null;
    try {
      out = Files.createTempFile("kintsugi", ".out");
      builder.environment().put("LC_ALL", "C");
      Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
      process.getOutputStream().close();
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError(builder.command() + " did not end: " + Files.readString(out));
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      return new Result(process.exitValue(), Files.readAllBytes(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      if (out != null) {
        out.toFile().delete();
      }
    }
  }
}
