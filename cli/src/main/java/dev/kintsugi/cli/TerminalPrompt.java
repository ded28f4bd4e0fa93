package dev.kintsugi.cli;

import dev.kintsugi.core.store.Unlock;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Asks for a passphrase on the controlling terminal, whatever standard input and output are, so
 * that {@code cat /x > file} can ask. Echo is off meanwhile, and on again even if the process is
 * interrupted.
 */
final class TerminalPrompt {
  private static final String TERMINAL = "/dev/tty";
  private static final int LONGEST = 4096;

  private TerminalPrompt() {}

  /** Asks once. */
  static Unlock ask(String prompt) {
    try (OutputStream out = new FileOutputStream(TERMINAL);
        InputStream in = new FileInputStream(TERMINAL)) {
      return ask(prompt, in, out);
    } catch (IOException e) {
      throw noTerminal();
    }
  }

  /** Asks twice and insists on the same answer. */
  static Unlock askTwice(String prompt, String again) {
    Unlock first = ask(prompt);
    try (Unlock second = ask(again)) {
      if (!Arrays.equals(first.chars(), second.chars())) {
        first.close();
        throw new UsageException("the two passphrases differ; nothing was done");
      }
    }
    return first;
  }

  private static UsageException noTerminal() {
    return new UsageException(
        "a passphrase is needed and there is no terminal to ask on;"
            + " give --passphrase-file FILE or --passphrase-fd N");
  }

  private static Unlock ask(String prompt, InputStream in, OutputStream out) throws IOException {
    if (!stty("-echo")) {
      throw new UsageException(
          "cannot turn off the terminal's echo (stty failed); give --passphrase-file FILE");
    }
    Thread restore = new Thread(() -> stty("echo"), "kintsugi-terminal");
    Runtime.getRuntime().addShutdownHook(restore);
    byte[] buffer = new byte[LONGEST];
    try {
      out.write(prompt.getBytes(StandardCharsets.UTF_8));
      out.flush();
      int length = 0;
      int b;
      while ((b = in.read()) >= 0 && b != '\n') {
        if (length == LONGEST) {
          throw new UsageException("the passphrase is longer than " + LONGEST + " bytes");
        }
        buffer[length++] = (byte) b;
      }
      out.write('\n');
      return Passphrases.unlock(buffer, length, "the terminal");
    } finally {
      Arrays.fill(buffer, (byte) 0);
      stty("echo");
      removeHook(restore);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The virtual machine is ending: the hook runs, which is what it is for.
      hook.setName("kintsugi-terminal (running)");
    }
  }

  private static boolean stty(String mode) {
    try {
      Process process =
          new ProcessBuilder("stty", mode)
              .redirectInput(new java.io.File(TERMINAL))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
