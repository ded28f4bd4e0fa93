package dev.kintsugi.core.internal.archive.vault;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a vault's writer whether anybody is in the middle of reading an object, so that it deletes
 * the shards of what was replaced or removed later.
 *
 * <p>While an object is open, its reader holds a shared lock of the operating system on the vault's
 * {@code readers} file; it ends with the process, however it ends. Who enters before looking into
 * the index either delays a deletion, or sees an index that does not need what is deleted.
 *
 * <p>A reader that may not open the file, say on read-only storage, reads without protection.
 * Thread-safe.
 */
public final class ReaderLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReaderLock.class);

  /**
   * Files of this process. One channel each: closing any descriptor of a file gives back every lock
   * that the process holds on it (POSIX fcntl).
   */
  private static final Map<Path, Shared> FILES = new HashMap<>();

  private static final int MOST_TRIES = 20_000; // two seconds

  private static final class Shared {
    final @Nullable FileChannel channel;
    @Nullable FileLock lock;
    int users;
    int readers;

    Shared(@Nullable FileChannel channel) {
      this.channel = channel;
    }
  }

  private final Path file;
  private final Shared shared;
  private boolean closed;

  private ReaderLock(Path file, Shared shared) {
    this.file = file;
    this.shared = shared;
  }

  /**
   * Opens a vault's lock.
   *
   * @param directory the vault's directory, which exists
   */
  static ReaderLock open(Path directory) throws IOException {
    Path file = directory.toRealPath().resolve("readers");
    synchronized (FILES) {
      Shared shared = FILES.get(file);
      if (shared == null) {
        shared = new Shared(channel(file));
        FILES.put(file, shared);
      }
      shared.users++;
      return new ReaderLock(file, shared);
    }
  }

  private static @Nullable FileChannel channel(Path file) {
    try {
      return FileChannel.open(
          file,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          PrivateFiles.asAttribute(PrivateFiles.FILE));
    } catch (IOException notWritable) {
      try {
        return FileChannel.open(file, StandardOpenOption.READ);
      } catch (NoSuchFileException e) {
        return null;
      } catch (IOException e) {
        LOG.debug("reading without the lock {}", file, e);
        return null;
      }
    }
  }

  /** Notes that an object is being read, until {@link #leave} was called as often. */
  public void enter() {
    synchronized (FILES) {
      FileChannel channel = shared.channel;
      if (shared.readers == 0 && channel != null) {
        shared.lock = lock(channel);
      }
      shared.readers++;
    }
  }

  /**
   * Waits while the writer looks, which takes it an instant. Not by {@link FileChannel#lock()}: an
   * interrupt would close the channel for all readers of this process.
   */
  private @Nullable FileLock lock(FileChannel channel) {
    boolean interrupted = false;
    try {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
        if (lock != null) {
          return lock;
        }
        LockSupport.parkNanos(100_000);
        interrupted |= Thread.interrupted(); // or the next waits would end at once
      }
      LOG.warn("reading without the lock {}, which another process keeps", file);
    } catch (IOException e) {
      LOG.warn("reading without the lock {}: {}", file, e.toString());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return null;
  }

  /** Takes back one {@link #enter}. */
  public void leave() {
    synchronized (FILES) {
      shared.readers--;
      FileLock lock = shared.lock;
      if (shared.readers == 0 && lock != null) {
        shared.lock = null;
        release(lock);
      }
    }
  }

  /**
   * Returns whether nobody who entered before this call is still there, in this process or another.
   */
  public boolean isQuiet() {
    synchronized (FILES) {
      FileChannel channel = shared.channel;
      if (shared.readers > 0) {
        return false;
      }
      if (channel == null) {
        return true;
      }
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          return false;
        }
        release(lock);
        return true;
      } catch (IOException e) {
        LOG.debug("cannot tell whether anybody reads: {}", file, e);
        return false;
      }
    }
  }

  private void release(FileLock lock) {
    try {
      lock.release();
    } catch (IOException e) {
      LOG.debug("the lock {} ends with the process", file, e);
    }
  }

  /** Gives up this use of the file. Closing again does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (FILES) {
      if (closed) {
        return;
      }
      closed = true;
      shared.users--;
      if (shared.users == 0) {
        FILES.remove(file);
        if (shared.channel != null) {
          shared.channel.close();
        }
      }
    }
  }
}
