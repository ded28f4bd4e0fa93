package dev.kintsugi.fs.internal;

import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.StatusReport;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A vault as a read-only POSIX file system, free of anything native. Every method throws the
 * store's exceptions; {@link Errno} says what they become. Safe for use by many threads.
 */
final class VaultFileSystem {
  private static final Logger log = LoggerFactory.getLogger("dev.kintsugi.fs");
  private static final long TOTALS_AGE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long TOTALS_PATIENCE_MILLIS = 1000;

  /** How much a vault holds, for {@code statfs}. */
  record Totals(long bytes, long inodes) {}

  private final Vault vault;
  private final Handles handles = new Handles();
  private volatile boolean closed;
  private @Nullable CompletableFuture<Totals> totals;
  private long totalsTaken;

  VaultFileSystem(Vault vault) {
    this.vault = vault;
  }

  Attributes attributes(VaultPath path) {
    checkOpen();
    return vault.lookup(path).orElseThrow(() -> new NoSuchPathException("nothing is at " + path));
  }

  /** Returns the attributes of an open file: those of the version that is open. */
  Attributes attributes(long handle) {
    checkOpen();
    return file(handle).attributes();
  }

  byte[] readLink(VaultPath path) {
    checkOpen();
    return vault.readLink(path);
  }

  Handles.Opened open(VaultPath path) {
    checkOpen();
    ObjectReader reader = vault.openObject(path);
    try {
      return handles.open(new Handles.OpenFile(path, reader, reader.attributes()));
    } catch (Throwable e) {
      reader.close();
      throw e;
    }
  }

  int read(long handle, long position, ByteBuffer target) {
    checkOpen();
    return file(handle).reader().read(position, target);
  }

  /** Names an open file for the log. */
  String describe(long handle) {
    Handles.OpenFile file = handles.file(handle);
    return file == null
        ? "a file that is not open"
        : file.path() + " (inode " + file.attributes().inode() + ")";
  }

  void release(long handle) {
    Handles.OpenFile file = handles.release(handle);
    if (file != null) {
      file.reader().close();
    }
  }

  long openDirectory(VaultPath path) {
    if (attributes(path).kind() != Kind.DIRECTORY) {
      throw new NotDirectoryException(path + " is no directory");
    }
    return handles.open(new Handles.OpenDirectory(path));
  }

  VaultPath directoryPath(long handle) {
    return directory(handle).path();
  }

  /**
   * Returns the entries of an open directory, without {@code .} and {@code ..}. They stay the same
   * until the directory is read from its start again.
   */
  List<DirectoryEntry> entries(long handle, boolean fromStart) {
    checkOpen();
    Handles.OpenDirectory directory = directory(handle);
    List<DirectoryEntry> entries = directory.entries();
    if (fromStart || entries == null) {
      entries = vault.list(directory.path());
      directory.entries(entries);
    }
    return entries;
  }

  void releaseDirectory(long handle) {
    handles.releaseDirectory(handle);
  }

  /**
   * Returns how much the vault holds, at most half a minute old. The vault may ask its archives to
   * find out, so zeros are returned when it takes longer than a second; a later call has the
   * answer.
   */
  Totals totals() {
    checkOpen();
    CompletableFuture<Totals> running;
    synchronized (this) {
      boolean old = System.nanoTime() - totalsTaken > TOTALS_AGE_NANOS;
      if (totals == null || (totals.isDone() && (old || totals.isCompletedExceptionally()))) {
        totals = new CompletableFuture<>();
        totalsTaken = System.nanoTime();
        CompletableFuture<Totals> taken = totals;
        Thread thread = new Thread(() -> takeTotals(taken), "kintsugi-statfs");
        thread.setDaemon(true);
        thread.start();
      }
      running = totals;
    }
    try {
      return running.get(TOTALS_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.debug("the vault's totals are not known", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Totals(0, 0);
  }

  private void takeTotals(CompletableFuture<Totals> taken) {
    try {
      StatusReport status = vault.status(0);
      taken.complete(
          new Totals(status.bytes(), status.files() + status.directories() + status.symlinks()));
    } catch (Throwable e) {
      taken.completeExceptionally(e);
    }
  }

  /** Refuses everything from now on and closes what programs left open. */
  void close() {
    closed = true;
    for (Handles.OpenFile file : handles.releaseAll()) {
      try {
        file.reader().close();
      } catch (RuntimeException e) {
        log.warn("closing {} failed: {}", file.path(), e.getMessage());
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new UnmountedException();
    }
  }

  private Handles.OpenFile file(long handle) {
    Handles.OpenFile file = handles.file(handle);
    if (file == null) {
      throw new UnmountedException();
    }
    return file;
  }

  private Handles.OpenDirectory directory(long handle) {
    Handles.OpenDirectory directory = handles.directory(handle);
    if (directory == null) {
      throw new UnmountedException();
    }
    return directory;
  }
}
