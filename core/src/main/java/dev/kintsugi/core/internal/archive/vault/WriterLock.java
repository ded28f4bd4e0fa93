package dev.kintsugi.core.internal.archive.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.core.VaultLockedException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write to a vault: an exclusive lock of the operating system on the vault's {@code
 * lock} file, which ends with the process, however it ends. The file says who holds it, for people
 * only: process id, host, command and since when.
 */
final class WriterLock implements AutoCloseable {
  /**
   * Locks of this process. Files in here must not be opened again: closing any descriptor of a file
   * gives back every lock that the process holds on it (POSIX fcntl).
   */
  private static final Set<Path> MINE = ConcurrentHashMap.newKeySet();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_HOLDER = 4096;
  private static final int MAX_COMMAND = 200;

  private final Path file;
  private final FileChannel channel;

  private WriterLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param directory the vault's directory, which exists
   * @throws VaultLockedException if another writer has it; the message says which
   */
  static WriterLock acquire(Path directory) throws IOException {
    Path file = directory.toRealPath().resolve("lock");
    if (!MINE.add(file)) {
      throw new VaultLockedException(
          "vault " + directory + " is open for writing in this very process; close it first");
    }
    boolean acquired = false;
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PrivateFiles.asAttribute(PrivateFiles.FILE));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new VaultLockedException(
            "vault " + directory + " is open for writing " + holder(channel));
      }
      write(channel, describe());
      acquired = true;
      return new WriterLock(file, channel);
    } finally {
      if (!acquired) {
        if (channel != null) {
          channel.close();
        }
        MINE.remove(file);
      }
    }
  }

  private static void write(FileChannel channel, byte[] content) throws IOException {
    channel.truncate(0);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  private static byte[] describe() throws IOException {
    String command = System.getProperty("sun.java.command", "an embedding program");
    return JSON.writeValueAsBytes(
        JSON.createObjectNode()
            .put("pid", ProcessHandle.current().pid())
            .put("host", host())
            .put("command", command.substring(0, Math.min(MAX_COMMAND, command.length())))
            .put("since", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
  }

  private static String host() throws IOException {
    Path kernel = Path.of("/proc/sys/kernel/hostname"); // asks no name server
    return Files.isReadable(kernel)
        ? Files.readString(kernel).strip()
        : InetAddress.getLocalHost().getHostName();
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_HOLDER);
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // reads on
    }
    try {
      JsonNode holder =
          JSON.readTree(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
      if (holder.path("pid").isIntegralNumber()) {
        return "in process "
            + holder.path("pid").asLong()
            + " on "
            + printable(holder.path("host"))
            + " ("
            + printable(holder.path("command"))
            + ") since "
            + printable(holder.path("since"));
      }
    } catch (IOException e) {
      // The holder has not yet said who it is.
    }
    return "in another process";
  }

  private static String printable(JsonNode text) {
    return text.asText("?").replaceAll("\\p{Cntrl}", "?");
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    try {
      channel.truncate(0);
    } finally {
      channel.close();
      MINE.remove(file);
    }
  }
}
