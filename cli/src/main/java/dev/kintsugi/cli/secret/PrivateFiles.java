package dev.kintsugi.cli.secret;

import dev.kintsugi.crypto.RandomBytes;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;

/** Makes files and directories that only their owner may touch, and makes them durable. */
final class PrivateFiles {
  private static final int BUFFER = 1 << 16;

  private PrivateFiles() {}

  /** Returns a name beside others that nothing has yet. */
  static String temporaryName() {
    return ".kintsugi-" + HexFormat.of().formatHex(RandomBytes.next(8)) + ".tmp";
  }

  /** Returns the directory a path lies in. */
  static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  /** Makes a new file of mode 0600; closing the stream makes its content durable. */
  static OutputStream create(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode(file, "rw-------"));
    return new FilterOutputStream(
        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
      private boolean closed;

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        if (closed) {
          return;
        }
        closed = true;
        try (channel) {
          flush();
          channel.force(true);
        }
      }
    };
  }

  /** Makes a new directory of mode 0700. */
  static void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory, mode(directory, "rwx------"));
  }

  private static FileAttribute<?>[] mode(Path path, String permissions) throws IOException {
    FileStore store = Files.getFileStore(parent(path));
    // A file system without modes, such as FAT, cannot keep anybody out; others must not.
    return store.supportsFileAttributeView(PosixFileAttributeView.class)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Makes the names in a directory durable. */
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
