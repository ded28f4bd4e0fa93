package dev.kintsugi.cli.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hidden files that restored bytes are written to before they get their names. A process that
 * is killed leaves them behind. Each is locked while its writer lives, so whoever can lock one
 * knows that it is a leftover and may remove it. Thread-safe.
 *
 * <p>Names are random and never used again. A leftover is removed only under its lock, and a writer
 * begins only when its file, once locked, is still there: neither takes the other's file.
 */
final class PartFiles {
  private static final String PREFIX = ".kintsugi-";
  private static final String SUFFIX = ".part";
  private static final Pattern NAME = Pattern.compile("\\.kintsugi-[0-9a-f]{16}\\.part");
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Names of this process. They must not even be opened by a sweep: POSIX takes a process's locks
   * on a file away when the process closes any of its descriptors of that file.
   */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  private PartFiles() {}

  /** A file that is being written; its lock is held until it is closed. */
  record Part(Path path, FileChannel channel) implements AutoCloseable {
    /** Removes the file unless it was given another name, and lets it go. */
    @Override
    public void close() throws IOException {
      try (channel) {
        Files.deleteIfExists(path);
      } finally {
        OWN.remove(name(path));
      }
    }
  }

  /** Returns a fresh name beside a path. */
  static Path beside(Path path) {
    byte[] random = new byte[8];
    RANDOM.nextBytes(random);
    return path.resolveSibling(PREFIX + HexFormat.of().formatHex(random) + SUFFIX);
  }

  /** Makes an empty file beside a path, for its owner's eyes only. */
  static Part create(Path path) throws IOException {
    while (true) {
      Path file = beside(path);
      OWN.add(name(file));
      Part part = null;
      try {
        part =
            new Part(
                file,
                FileChannel.open(
                    file,
                    Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                    PRIVATE));
      } finally {
        if (part == null) {
          OWN.remove(name(file));
        }
      }
      if (isOurs(part)) {
        return part;
      }
      part.close();
    }
  }

  /** Returns whether a file that was just made is locked and was not taken for a leftover. */
  private static boolean isOurs(Part part) throws IOException {
    FileLock lock;
    try {
      lock = part.channel().tryLock();
    } catch (IOException e) {
      return true; // a file system without locks, on which nobody can remove leftovers either
    }
    return lock != null && Files.exists(part.path(), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes from a directory what dead processes have left. What cannot be removed stays: it is in
   * nobody's way.
   */
  static void removeLeftovers(Path directory) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
      for (Path path : found) {
        if (NAME.matcher(name(path)).matches() && !OWN.contains(name(path))) {
          removeIfDead(path);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return; // a directory that may not be listed
    }
  }

  private static void removeIfDead(Path path) {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      return; // it has its name by now, or is somebody else's
    }
  }

  private static String name(@Nullable Path path) {
    return path == null ? "" : String.valueOf(path.getFileName());
  }
}
