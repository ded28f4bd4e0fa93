package dev.kintsugi.cli;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a file's bytes to standard output. */
@Command(
    name = "cat",
    description = {
      "Writes a file's bytes to standard output, also with --json.",
      "A range past the end of the file gives the bytes there are."
    })
final class CatVerb extends Verb {
  private static final int BUFFER = 1 << 18;
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,18}):([0-9]{1,18})?");

  @Option(
      names = "--range",
      paramLabel = "OFF:LEN",
      description = "LEN bytes from byte OFF, counted from 0; without LEN up to the end.")
  @Nullable String range;

  @Parameters(paramLabel = "/PATH", description = "The file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  String path;

  @Override
  ExitCode run() {
    VaultPath file = vaultPath(path);
    long[] window = window(range);
    try (Vault vault = openToRead()) {
      if (range == null) {
        copyAll(vault, file);
      } else {
        copyRange(vault, file, window[0], window[1]);
      }
      // No event: standard output carries the file's bytes.
      Reports.damageMet(vault).ifPresent(met -> console().complain("kintsugi: warning: " + met));
    }
    interruption().check();
    return ExitCode.DONE;
  }

  /** Returns the first byte and the number of bytes. */
  static long[] window(@Nullable String range) {
    if (range == null) {
      return new long[] {0, Long.MAX_VALUE};
    }
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      throw new UsageException(
          "--range " + range + ": give OFF:LEN, two numbers of bytes, such as 0:4096");
    }
    String length = matcher.group(2);
    return new long[] {
      Long.parseLong(matcher.group(1)), length == null ? Long.MAX_VALUE : Long.parseLong(length)
    };
  }

  private void copyAll(Vault vault, VaultPath file) {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = vault.get(file)) {
      int count;
      while (goesOn() && (count = in.read(buffer)) >= 0) {
        console().bytes(buffer, 0, count);
      }
    } catch (IOException e) {
      if (e.getCause() instanceof KintsugiException inner) {
        throw inner;
      }
      throw new UncheckedIOException(e);
    }
  }

  private void copyRange(Vault vault, VaultPath file, long start, long length) {
    byte[] buffer = new byte[BUFFER];
    try (ObjectReader reader = vault.openObject(file)) {
      long position = start;
      long left = length;
      while (left > 0 && goesOn()) {
        int wanted = (int) Math.min(left, BUFFER);
        int count = reader.read(position, ByteBuffer.wrap(buffer, 0, wanted));
        if (count <= 0) {
          return;
        }
        console().bytes(buffer, 0, count);
        position += count;
        left -= count;
      }
    }
  }

  private boolean goesOn() {
    return !console().broken() && !interruption().requested();
  }
}
