package dev.kintsugi.erasure.stream;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
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
   * @throws NoSuchFileException if there is no such directory, or the target has no name
   * @throws NotDirectoryException if what is in the place of the directory is none
   * @throws AccessDeniedException if nothing can be written in the directory
   * @throws IOException if it cannot be made for another reason
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
    return new ReplacingFile(target, temporary, create(temporary, parent));
  }

  /** Makes the hidden file; failures name the directory, for nobody knows the hidden name. */
  private static FileChannel create(Path temporary, Path parent) throws IOException {
    if (Files.exists(parent) && !Files.isDirectory(parent)) {
      throw new NotDirectoryException(parent.toString());
    }
    try {
      return FileChannel.open(
          temporary,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      throw because(e, new NoSuchFileException(parent.toString()));
    } catch (AccessDeniedException e) {
      throw because(e, new AccessDeniedException(parent.toString()));
    } catch (FileSystemException e) {
      throw because(e, new FileSystemException(parent.toString(), null, e.getReason()));
    }
  }

  private static FileSystemException because(FileSystemException cause, FileSystemException named) {
    named.initCause(cause);
    return named;
  }

  /** Returns where the bytes go. */
  public FileChannel channel() {
    return channel;
  }

  /** Returns where the file is to appear. */
  public Path target() {
    return target;
  }

  /**
   * Flushes the bytes to the device; the file is not at its place yet.
   *
   * @throws IOException if that fails
   */
  public void flush() throws IOException {
    channel.force(true);
  }

  /**
   * Puts the file in its place, flushed.
   *
   * @throws IOException if it cannot be flushed or put there; it may be there if only flushing the
   *     directory failed
   */
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
