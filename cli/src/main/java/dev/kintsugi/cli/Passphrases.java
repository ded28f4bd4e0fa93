package dev.kintsugi.cli;

import dev.kintsugi.cli.local.LocalPaths;
import dev.kintsugi.cli.local.LocalTree;
import dev.kintsugi.core.store.Unlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads passphrases from a file, a descriptor or the terminal, never from the command line. The
 * first line counts, without its end. Buffers are wiped.
 */
final class Passphrases {
  private static final int LONGEST = 4096;

  private final @Nullable String file;
  private final @Nullable Integer descriptor;
  private final @Nullable String fallbackFile;
  private final Interruption interruption;

  Passphrases(
      @Nullable String file,
      @Nullable Integer descriptor,
      @Nullable String fallbackFile,
      Interruption interruption) {
    if (file != null && descriptor != null) {
      throw new UsageException("give the passphrase by file or by descriptor, not by both");
    }
    this.file = file;
    this.descriptor = descriptor;
    this.fallbackFile = fallbackFile;
    this.interruption = interruption;
  }

  /** Returns whether one is given, so that nobody is asked. */
  boolean given() {
    return file != null || descriptor != null || fallbackFile != null;
  }

  /** Reads a passphrase that exists already; the caller closes it. */
  Unlock existing(String what) {
    // Nothing is at work while somebody is asked: a signal ends the process at once.
    return given()
        ? read()
        : interruption.cutOff(() -> TerminalPrompt.ask("Passphrase of " + what + ": "));
  }

  /** Reads a new passphrase, asked twice on a terminal; the caller closes it. */
  Unlock fresh(String what) {
    return given()
        ? read()
        : interruption.cutOff(
            () -> TerminalPrompt.askTwice("New passphrase of " + what + ": ", "Once more: "));
  }

  private Unlock read() {
    if (descriptor != null) {
      if (descriptor < 0) {
        throw new UsageException("--passphrase-fd " + descriptor + ": no such descriptor");
      }
      return read(Path.of("/dev/fd/" + descriptor), "descriptor " + descriptor);
    }
    String name = file != null ? file : fallbackFile;
    if (name == null) {
      throw new IllegalStateException("no passphrase is given");
    }
    Path path = LocalPaths.of(name);
    return read(path, LocalPaths.display(path));
  }

  private static Unlock read(Path path, String what) {
    byte[] buffer = new byte[LONGEST + 1];
    try (InputStream in = Files.newInputStream(path)) {
      int length = firstLine(in, buffer);
      if (length > LONGEST) {
        throw new UsageException(
            "the passphrase in " + what + " is longer than " + LONGEST + " bytes");
      }
      return unlock(buffer, length, what);
    } catch (IOException e) {
      throw new UsageException(
          "cannot read the passphrase from " + what + ": " + LocalTree.reason(e));
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }

  /** Reads up to the first line's end or the buffer's; returns the line's length. */
  private static int firstLine(InputStream in, byte[] buffer) throws IOException {
    int length = 0;
    while (length < buffer.length) {
      int b = in.read();
      if (b < 0 || b == '\n') {
        break;
      }
      buffer[length++] = (byte) b;
    }
    return length > 0 && buffer[length - 1] == '\r' ? length - 1 : length;
  }

  /** Makes the holder of UTF-8 bytes. */
  static Unlock unlock(byte[] bytes, int length, String what) {
    CharBuffer chars = CharBuffer.wrap(new char[length]);
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      CoderResult result = decoder.decode(ByteBuffer.wrap(bytes, 0, length), chars, true);
      if (result.isError()) {
        result.throwException();
      }
      if (chars.position() == 0) {
        throw new UsageException("the passphrase from " + what + " is empty");
      }
      char[] exact = Arrays.copyOf(chars.array(), chars.position());
      try {
        return Unlock.passphrase(exact);
      } finally {
        Arrays.fill(exact, '\0');
      }
    } catch (CharacterCodingException e) {
      throw new UsageException("the passphrase from " + what + " is not UTF-8");
    } finally {
      Arrays.fill(chars.array(), '\0');
    }
  }
}
