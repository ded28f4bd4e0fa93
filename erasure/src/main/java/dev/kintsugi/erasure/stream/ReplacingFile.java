package dev.kintsugi.erasure.stream;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears whole or not at all: it is written under a hidden name beside its place,
 * flushed to the device, and then renamed, replacing what was there. Closing it before removes it.
 */
public final class ReplacingFile implements Closeable {
  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean kept;

  private ReplacingFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Starts to write a file.
   *
   * @param target where it is to appear, in a directory that exists
   */
  public static ReplacingFile at(Path target) throws IOException {
    Path name = target.getFileName();
    Path parent = target.toAbsolutePath().getParent();
    if (name == null || parent == null) {
      throw new NoSuchFileException(target.toString(), null, "is no name of a file");
    }
    // Short, because the name may be as long as the file system allows already.
    String tag = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path temporary = parent.resolve(".kintsugi-" + tag + ".tmp");
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new ReplacingFile(target, temporary, channel);
  }

  /** Returns where the bytes go. */
  public FileChannel channel() {
    return channel;
  }

  /** Returns where the file is to appear. */
  public Path target() {
    return target;
  }

  /** Flushes the bytes to the device; the file is not at its place yet. */
  public void flush() throws IOException {
    channel.force(true);
  }

  /** Puts the file in its place, flushed. */
  public void commit() throws IOException {
    flush();
    channel.close();
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    kept = true;
    Path parent = target.toAbsolutePath().getParent();
    if (parent != null) {
      flushDirectory(parent);
    }
  }

  private static void flushDirectory(Path directory) throws IOException {
    try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!kept) {
      Files.deleteIfExists(temporary);
    }
  }
}
