package dev.kintsugi.crypto.forest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of two sectors, overwritten in place and flushed to the device.
 *
 * <p>The platform closes a channel under all threads when one that uses it is interrupted; then it
 * is opened again for the next one. Not thread-safe.
 */
final class FileSlotStorage implements SlotStorage {
  private final Path file;
  private final Set<StandardOpenOption> options;
  private FileChannel channel;
  private boolean closed;

  private FileSlotStorage(Path file, StandardOpenOption... options) throws IOException {
    this.file = file;
    this.options = Set.of(options);
    this.channel = checked(file, this.options);
  }

  static FileSlotStorage open(Path file) throws IOException {
    if (Files.notExists(file)) {
      create(file);
    }
    // Also if it was there: whoever made it may have died before its name was durable.
    try (FileChannel directory = FileChannel.open(parent(file), StandardOpenOption.READ)) {
      directory.force(true);
    }
    return new FileSlotStorage(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  static FileSlotStorage openForReading(Path file) throws IOException {
    return new FileSlotStorage(file, StandardOpenOption.READ);
  }

  private static FileChannel checked(Path file, Set<StandardOpenOption> options)
      throws IOException {
    FileChannel channel = FileChannel.open(file, options);
    long size;
    try {
      size = channel.size();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (size != 2 * SECTOR) {
      channel.close();
      throw new IOException(
          "key slot %s has %d bytes, expected %d".formatted(file, size, 2 * SECTOR));
    }
    return channel;
  }

  private FileChannel channel() throws IOException {
    if (!channel.isOpen() && !closed) {
      channel = checked(file, options);
    }
    return channel;
  }

  /** Creates the file whole under another name first, so that a crash leaves none or all of it. */
  private static void create(Path file) throws IOException {
    Path parent = parent(file);
    Path fresh = parent.resolve(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    boolean posix = Files.getFileStore(parent).supportsFileAttributeView("posix");
    try (FileChannel out =
        posix
            ? FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
            : FileChannel.open(fresh, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      writeFully(out, ByteBuffer.allocate(2 * SECTOR), 0);
      out.force(true);
    }
    Files.move(fresh, file);
  }

  private static Path parent(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("key slot " + file + " is a root directory");
    }
    return parent;
  }

  @Override
  public byte[] read(int sector) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(SECTOR);
    while (content.hasRemaining()) {
      if (channel().read(content, (long) sector * SECTOR + content.position()) < 0) {
        throw new EOFException("the key slot was cut");
      }
    }
    return content.array();
  }

  @Override
  public void write(int sector, byte[] content) throws IOException {
    writeFully(channel(), ByteBuffer.wrap(content), (long) sector * SECTOR);
  }

  private static void writeFully(FileChannel out, ByteBuffer content, long at) throws IOException {
    while (content.hasRemaining()) {
      out.write(content, at + content.position());
    }
  }

  @Override
  public void sync() throws IOException {
    channel().force(true);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    channel.close();
  }
}
