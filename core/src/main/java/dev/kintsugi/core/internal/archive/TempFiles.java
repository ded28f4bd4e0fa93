package dev.kintsugi.core.internal.archive;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.crypto.RandomBytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names unfinished files, and removes those whose writer is dead.
 *
 * <p>Every writer has a session: a random name, a lock file {@code tmp/SESSION.lock} that it holds
 * locked while it lives, and unfinished files {@code tmp/SESSION-N}. The operating system gives the
 * lock back when the writer dies, however it dies; whoever gets the lock of another session may
 * therefore remove its files. On file systems without locks leftovers stay where they are.
 */
final class TempFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TempFiles.class);
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{16})(\\.lock|-[0-9]+)");

  /**
   * Sessions of this process. Their lock files must not even be opened: closing any descriptor of a
   * file gives back every lock that the process holds on it (POSIX fcntl).
   */
  private static final Set<String> MINE = ConcurrentHashMap.newKeySet();

  private final FileLayout layout;
  private final FileSteps steps;

  private @Nullable Session session; // guarded by this
  private long next; // guarded by this

  private record Session(String name, Path lockFile, FileChannel channel) {}

  TempFiles(FileLayout layout, FileSteps steps) {
    this.layout = layout;
    this.steps = steps;
  }

  /** Returns a name for an unfinished file; the first call starts the session. */
  synchronized Path next() throws IOException {
    Session current = session;
    if (current == null) {
      current = start();
      session = current;
    }
    return layout.temps().resolve(current.name + "-" + next++);
  }

  private Session start() throws IOException {
    layout.requirePresent();
    if (!Files.isDirectory(layout.temps())) {
      layout.make(layout.temps());
    }
    while (true) {
      String name = BaseEncoding.base16().lowerCase().encode(RandomBytes.next(8));
      Path lockFile = layout.temps().resolve(name + ".lock");
      MINE.add(name);
      FileChannel channel = null;
      boolean started = false;
      try {
        channel = steps.create(lockFile);
        lock(channel);
        // Between creation and lock somebody may have taken the session for dead.
        started = Files.exists(lockFile);
        if (started) {
          return new Session(name, lockFile, channel);
        }
      } finally {
        if (!started) {
          if (channel != null) {
            channel.close();
          }
          MINE.remove(name);
        }
      }
    }
  }

  /** Returns the lock, or null if another process holds it or the file system has no locks. */
  private static @Nullable FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException e) {
      LOG.debug("cannot lock session files: {}", e.toString());
      return null;
    }
  }

  /** Removes the unfinished files of dead sessions. */
  void removeStale() throws IOException {
    Map<String, List<Path>> sessions = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(layout.temps())) {
      for (Path file : files) {
        Matcher matcher = FILE.matcher(file.getFileName().toString());
        if (matcher.matches() && !MINE.contains(matcher.group(1))) {
          sessions.computeIfAbsent(matcher.group(1), key -> new ArrayList<>()).add(file);
        }
      }
    } catch (NoSuchFileException e) {
      return; // nothing was ever written
    }
    for (Map.Entry<String, List<Path>> entry : sessions.entrySet()) {
      Path lockFile = layout.temps().resolve(entry.getKey() + ".lock");
      try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
        if (lock(channel) != null) {
          remove(entry.getValue(), lockFile);
        }
      } catch (NoSuchFileException e) {
        // A session makes its lock file first and removes it last.
        remove(entry.getValue(), lockFile);
      }
    }
  }

  private void remove(List<Path> files, Path lockFile) throws IOException {
    for (Path file : files) {
      if (!file.equals(lockFile)) {
        steps.delete(file);
      }
    }
    steps.delete(lockFile);
  }

  @Override
  public synchronized void close() throws IOException {
    Session current = session;
    session = null;
    if (current != null) {
      try {
        steps.delete(current.lockFile);
      } finally {
        current.channel.close();
        MINE.remove(current.name);
      }
    }
  }
}
