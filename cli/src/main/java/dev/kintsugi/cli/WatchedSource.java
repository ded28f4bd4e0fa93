package dev.kintsugi.cli;

import dev.kintsugi.cli.console.Meter;
import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.cli.local.Manifest;
import dev.kintsugi.core.store.Source;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A local file as it is read: counted, stoppable, digested if asked for, and watched for changes
 * meanwhile.
 */
final class WatchedSource implements Source {
  private final Path path;
  private final LocalAttributes before;
  private final @Nullable MessageDigest digest;
  private final Meter meter;
  private final Interruption interruption;
  private long read;
  private boolean changed;

  WatchedSource(
      Path path,
      LocalAttributes before,
      boolean withDigest,
      Meter meter,
      Interruption interruption) {
    this.path = path;
    this.before = before;
    this.digest = withDigest ? Manifest.digest() : null;
    this.meter = meter;
    this.interruption = interruption;
  }

  @Override
  public InputStream open() throws IOException {
    return new Watching(
        Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(before.size());
  }

  /** Returns the SHA-256 of the bytes that were read, empty if none was asked for. */
  byte[] digest() {
    return digest == null ? new byte[0] : digest.digest();
  }

  /** Returns whether the file was another when it had been read. */
  boolean changedWhileRead() {
    return changed;
  }

  private final class Watching extends FilterInputStream {
    Watching(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int count = read(one, 0, 1);
      return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (interruption.requested()) {
        throw new InterruptedIOException("interrupted");
      }
      int count = in.read(buffer, offset, length);
      if (count > 0) {
        read += count;
        meter.add(count);
        if (digest != null) {
          digest.update(buffer, offset, count);
        }
      }
      return count;
    }

    @Override
    public long skip(long count) {
      return 0; // what is skipped would be neither counted nor digested
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    @Override
    public void close() throws IOException {
      super.close();
      try {
        LocalAttributes after = LocalAttributes.read(path);
        changed =
            read != before.size()
                || !after.sameFile(before)
                || after.size() != before.size()
                || !after.modified().equals(before.modified());
      } catch (IOException e) {
        changed = true; // it is gone
      }
    }
  }
}
