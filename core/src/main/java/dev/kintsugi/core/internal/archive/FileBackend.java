package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.RecordKeys;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An archive in a directory of a file system; see {@link FileLayout}.
 *
 * <p>A shard is written to an unfinished file, synced, linked to its name (which fails if the name
 * is taken) and made durable by one sync of its directory: two syncs a shard. Every read opens the
 * file anew, which costs about as much as asking whether a kept handle is still the right file, and
 * always sees what other processes published. Nothing but {@link #open} with {@code create} makes
 * the archive's own directory: when it vanishes, every operation fails with {@link
 * ArchiveGoneException}.
 *
 * <p>On file systems without hard links shards are renamed into place instead. Then only writers of
 * this process are kept from overwriting each other, which random names make harmless.
 */
final class FileBackend implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(FileBackend.class);
  private static final Pattern FAN_OUT = Pattern.compile("[0-9a-f]{2}");
  private static final Pattern SHARD = Pattern.compile("[0-9a-f]{32}");

  private final FileLayout layout;
  private final FileSteps steps;
  private final TempFiles temps;
  private final Deque<Path> made;
  private final String url;
  private final Object renaming = new Object();
  private volatile boolean linksWork = true;
  private volatile boolean closed;

  private FileBackend(FileLayout layout, FileSteps steps, Deque<Path> made) {
    this.layout = layout;
    this.steps = steps;
    this.temps = new TempFiles(layout, steps);
    this.made = made;
    this.url = "file:" + layout.root();
  }

  /**
   * Opens an archive and removes what dead writers left unfinished.
   *
   * @param create makes the directories; they are removed again by {@link #close} if nothing was
   *     ever put there
   */
  static FileBackend open(Path root, boolean create, FileSteps steps) throws IOException {
    FileLayout layout = new FileLayout(root.toAbsolutePath().normalize(), steps);
    Deque<Path> made;
    if (create) {
      try {
        made = layout.create();
      } catch (IOException e) {
        throw new IOException("cannot make an archive in " + layout.root() + ": " + e, e);
      }
    } else {
      layout.requirePresent();
      made = new ArrayDeque<>();
    }
    FileBackend backend = new FileBackend(layout, steps, made);
    try {
      backend.temps.removeStale();
    } catch (IOException e) {
      // A read-only archive is still good for reading.
      LOG.warn("cannot remove unfinished files from {}: {}", backend.url, e.toString());
    }
    return backend;
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    requireOpen();
    Path target = layout.shard(name);
    try {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      publish(target, this::linkOrRename, content);
    } catch (FileAlreadyExistsException e) {
      throw new ShardExistsException("archive " + url + " already holds shard " + name, e);
    } catch (IOException e) {
      throw translate(e, "write shard " + name, remaining(content));
    }
    consume(content);
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    requireOpen();
    try {
      publish(layout.shard(name), steps::replace, content);
    } catch (IOException e) {
      throw translate(e, "replace shard " + name, remaining(content));
    }
    consume(content);
  }

  private static void consume(ByteBuffer... content) {
    for (ByteBuffer part : content) {
      part.position(part.limit());
    }
  }

  /** Gives a finished file its name. */
  private interface Naming {
    void name(Path temp, Path target) throws IOException;
  }

  private void publish(Path target, Naming naming, ByteBuffer... content) throws IOException {
    Path temp = temps.next();
    try {
      writeDurably(temp, content);
      layout.makeFanOut(target);
      try {
        naming.name(temp, target);
      } catch (NoSuchFileException e) {
        // Somebody removed the fan-out directory; if the archive itself is gone this fails again.
        layout.forgetFanOut(target);
        layout.makeFanOut(target);
        naming.name(temp, target);
      }
    } finally {
      removeTemp(temp);
    }
    steps.syncDirectory(target.resolveSibling("."));
  }

  private void writeDurably(Path temp, ByteBuffer... content) throws IOException {
    try (FileChannel channel = steps.create(temp)) {
      for (ByteBuffer part : content) {
        steps.write(channel, part.duplicate());
      }
      steps.sync(channel);
    }
  }

  private void linkOrRename(Path temp, Path target) throws IOException {
    if (linksWork) {
      try {
        steps.link(temp, target);
        return;
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        // Perhaps there are no hard links here. If it was something else, renaming fails as well.
        LOG.debug("cannot link in {}: {}", url, e.toString());
      }
    }
    synchronized (renaming) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      steps.replace(temp, target);
    }
    linksWork = false;
  }

  private void removeTemp(Path temp) {
    try {
      steps.delete(temp);
    } catch (IOException e) {
      LOG.debug("an unfinished file waits for the next open: {}", e.toString());
    }
  }

  @Override
  public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
    requireOpen();
    if (offset < 0) {
      throw new IllegalArgumentException("offset (" + offset + ") must not be negative");
    }
    int start = target.position();
    try (FileChannel channel = openRegular(layout.shard(name))) {
      // The system refuses offsets beyond any file.
      boolean inside = offset < channel.size();
      while (inside && target.hasRemaining()) {
        if (channel.read(target, offset + target.position() - start) < 0) {
          break;
        }
      }
      return target.position() - start;
    } catch (NoSuchFileException e) {
      throw noSuchShard(name, e);
    } catch (IOException e) {
      throw translate(e, "read shard " + name, 0);
    }
  }

  private static FileChannel openRegular(Path file) throws IOException {
    regular(file);
    return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whoever owns the archive may have put a pipe there, and opening that would wait forever. */
  private static BasicFileAttributes regular(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(file + " is not a regular file");
    }
    return attributes;
  }

  @Override
  public long size(ShardName name) throws IOException {
    requireOpen();
    try {
      return regular(layout.shard(name)).size();
    } catch (NoSuchFileException e) {
      throw noSuchShard(name, e);
    } catch (IOException e) {
      throw translate(e, "measure shard " + name, 0);
    }
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    requireOpen();
    return deleteDurably(layout.shard(name), "delete shard " + name);
  }

  private boolean deleteDurably(Path file, String what) throws IOException {
    try {
      boolean found = steps.delete(file);
      if (found) {
        steps.syncDirectory(file.resolveSibling("."));
      } else {
        layout.requirePresent();
      }
      return found;
    } catch (IOException e) {
      throw translate(e, what, 0);
    }
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    requireOpen();
    try (DirectoryStream<Path> fanOut = Files.newDirectoryStream(layout.shards())) {
      for (Path directory : fanOut) {
        if (FAN_OUT.matcher(directory.getFileName().toString()).matches()) {
          listFanOut(directory, visitor);
        }
      }
      layout.requirePresent();
    } catch (DirectoryIteratorException e) {
      throw translate(new IOException(e.getCause()), "list shards", 0);
    } catch (IOException e) {
      throw translate(e, "list shards", 0);
    }
  }

  private static void listFanOut(Path directory, Consumer<ShardInfo> visitor) throws IOException {
    String prefix = directory.getFileName().toString();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String hex = file.getFileName().toString();
        if (!hex.startsWith(prefix) || !SHARD.matcher(hex).matches()) {
          continue;
        }
        BasicFileAttributes attributes;
        try {
          attributes =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
          continue; // deleted meanwhile
        }
        if (attributes.isRegularFile()) {
          visitor.accept(new ShardInfo(ShardName.parse(hex), attributes.size()));
        }
      }
    }
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    requireOpen();
    Path file = layout.record(key);
    ByteBuffer value = ByteBuffer.allocate(MAX_RECORD_BYTES + 1);
    try (FileChannel channel = openRegular(file)) {
      while (value.hasRemaining() && channel.read(value) >= 0) {
        // reads on
      }
    } catch (NoSuchFileException e) {
      layout.requirePresent();
      return Optional.empty();
    } catch (IOException e) {
      throw translate(e, "read record " + key, 0);
    }
    if (!value.hasRemaining()) {
      throw new IOException(
          "archive " + url + ": record " + key + " is longer than " + MAX_RECORD_BYTES + " bytes");
    }
    byte[] bytes = new byte[value.position()];
    value.flip().get(bytes);
    return Optional.of(bytes);
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    requireOpen();
    Path file = layout.record(key);
    RecordKeys.checkValue(key, value);
    try {
      Path temp = temps.next();
      try {
        writeDurably(temp, ByteBuffer.wrap(value));
        steps.replace(temp, file);
      } finally {
        removeTemp(temp);
      }
      steps.syncDirectory(layout.records());
    } catch (IOException e) {
      throw translate(e, "write record " + key, value.length);
    }
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    requireOpen();
    return deleteDurably(layout.record(key), "delete record " + key);
  }

  @Override
  public Capacity capacity() throws IOException {
    requireOpen();
    layout.requirePresent();
    try {
      FileStore store = Files.getFileStore(layout.shards());
      return new Capacity(
          OptionalLong.of(store.getTotalSpace()), OptionalLong.of(store.getUsableSpace()));
    } catch (IOException e) {
      throw translate(e, "measure its room", 0);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    temps.close();
    layout.removeIfUnused(made);
  }

  @Override
  public String toString() {
    return url;
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("archive " + url + " was closed");
    }
  }

  private IOException noSuchShard(ShardName name, IOException cause) throws ArchiveGoneException {
    layout.requirePresent();
    return new NoSuchShardException("archive " + url + " holds no shard " + name, cause);
  }

  private IOException translate(IOException e, String what, long needed) {
    if (e instanceof ArchiveGoneException) {
      return e;
    }
    try {
      layout.requirePresent();
    } catch (ArchiveGoneException gone) {
      gone.addSuppressed(e);
      return gone;
    }
    String message = "archive " + url + ": cannot " + what + ": " + e;
    return isFull(e, needed)
        ? new ArchiveFullException("archive " + url + " is full: cannot " + what, e)
        : new IOException(message, e);
  }

  /** Messages follow the system's language, so the room left is asked for as well. */
  private boolean isFull(IOException e, long needed) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return true;
    }
    try {
      return needed > 0 && Files.getFileStore(layout.shards()).getUsableSpace() < needed;
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
      return false;
    }
  }

  private static long remaining(ByteBuffer... content) {
    long sum = 0;
    for (ByteBuffer part : content) {
      sum += part.remaining();
    }
    return sum;
  }
}
