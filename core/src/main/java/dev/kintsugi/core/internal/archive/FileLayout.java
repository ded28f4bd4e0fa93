package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.RecordKeys;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where things are in an archive's directory:
 *
 * <pre>{@code
 * DIR/shards/3f/3f90c1…   a shard, 32 hexadecimal digits, under its first two
 * DIR/records/KEY         a control record
 * DIR/tmp/                unfinished files
 * }</pre>
 */
final class FileLayout {
  private static final int FAN_OUT = 256;

  private final Path root;
  private final Path shards;
  private final Path records;
  private final Path temps;
  private final FileSteps steps;

  /** Fan-out directories known to be there, by their number. */
  private final AtomicReferenceArray<Path> known = new AtomicReferenceArray<>(FAN_OUT);

  FileLayout(Path root, FileSteps steps) {
    this.root = root;
    this.shards = root.resolve("shards");
    this.records = root.resolve("records");
    this.temps = root.resolve("tmp");
    this.steps = steps;
  }

  Path root() {
    return root;
  }

  Path shards() {
    return shards;
  }

  Path records() {
    return records;
  }

  Path temps() {
    return temps;
  }

  Path shard(ShardName name) {
    String hex = name.toString();
    return shards.resolve(hex.substring(0, 2)).resolve(hex);
  }

  Path record(String key) {
    return records.resolve(RecordKeys.check(key));
  }

  /**
   * Returns whether the archive is there. An empty mount point or a directory that somebody else
   * made anew is not an archive.
   */
  boolean isPresent() {
    return Files.isDirectory(shards) && Files.isDirectory(records);
  }

  /** Fails unless the archive is there. */
  void requirePresent() throws ArchiveGoneException {
    if (isPresent()) {
      return;
    }
    if (!Files.isDirectory(root)) {
      throw new ArchiveGoneException(root + " does not exist");
    }
    throw new ArchiveGoneException(
        root + " holds no archive (shards/ and records/ are missing); is the disk mounted?");
  }

  /**
   * Makes whatever is missing of the archive's directories.
   *
   * @return what was made, outermost first
   */
  Deque<Path> create() throws IOException {
    Deque<Path> made = new ArrayDeque<>();
    Deque<Path> missing = new ArrayDeque<>();
    for (Path up = root; up != null && !Files.isDirectory(up); up = up.getParent()) {
      missing.addFirst(up);
    }
    missing.addLast(shards);
    missing.addLast(records);
    missing.addLast(temps);
    for (Path directory : missing) {
      if (make(directory)) {
        made.addLast(directory);
      }
    }
    return made;
  }

  /** Makes the fan-out directory of a shard's path, durably, and once. */
  void makeFanOut(Path shard) throws IOException {
    Path directory = parent(shard);
    int number = Integer.parseInt(directory.getFileName().toString(), 16);
    if (known.get(number) == null) {
      make(directory);
      known.set(number, directory);
    }
  }

  /** Forgets that a shard's fan-out directory is known to be there. */
  void forgetFanOut(Path shard) {
    known.set(Integer.parseInt(parent(shard).getFileName().toString(), 16), null);
  }

  /** Makes one directory durably; its parent must be there. */
  boolean make(Path directory) throws IOException {
    boolean fresh = !Files.isDirectory(directory);
    if (fresh) {
      try {
        steps.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) {
          throw e;
        }
        fresh = false;
      }
    }
    steps.syncDirectory(parent(directory));
    return fresh;
  }

  /**
   * Removes directories that {@link #create} made, if the archive was never used: neither a shard
   * nor a record is in it.
   */
  void removeIfUnused(Deque<Path> made) throws IOException {
    if (made.isEmpty() || !isPresent() || !isEmpty(records) || !isEmpty(temps)) {
      return;
    }
    try (DirectoryStream<Path> fanOut = Files.newDirectoryStream(shards)) {
      for (Path directory : fanOut) {
        Files.deleteIfExists(directory);
      }
      while (!made.isEmpty()) {
        Files.deleteIfExists(made.removeLast());
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody put something there: it stays, and missing directories are made when needed.
      create();
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return true;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " has no parent");
    }
    return parent;
  }
}
