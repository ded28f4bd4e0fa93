package dev.kintsugi.core.internal.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The changes that {@link FileBackend} makes to a file system, one method per step, so that tests
 * can fail or crash at each of them.
 */
interface FileSteps {
  /** The steps as the operating system takes them. */
  FileSteps REAL = new FileSteps() {};

  /** The most bytes of a heap buffer that are copied at once on their way to the file. */
  int SLICE = 256 << 10;

  /** Makes a file that must not exist. */
  default FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Writes everything from position to limit; moves the position. */
  default void write(FileChannel channel, ByteBuffer content) throws IOException {
    int end = content.limit();
    while (content.position() < end) {
      // The platform keeps a direct copy as large as the largest write of each thread.
      content.limit(content.isDirect() ? end : Math.min(end, content.position() + SLICE));
      channel.write(content);
    }
  }

  /** Makes a file's bytes durable. */
  default void sync(FileChannel channel) throws IOException {
    channel.force(false);
  }

  /** Gives a file a second name, which must not exist. */
  default void link(Path existing, Path name) throws IOException {
    Files.createLink(name, existing);
  }

  /** Renames a file atomically, replacing another. */
  default void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes a name, if it is there. */
  default boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  /** Makes a directory whose parent exists. */
  default void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  /** Makes the entries of a directory durable. */
  default void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
