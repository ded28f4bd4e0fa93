package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The index as one SQLite database in write-ahead mode, with its {@code -wal} and {@code -shm}
 * files beside it.
 *
 * <p>One connection writes, under a lock, and syncs the log to disk at each commit. Readers use
 * other connections, opened as needed and kept for reuse, so that reads neither wait for the writer
 * nor hold it up.
 *
 * <p>Writing in two processes at once is prevented by the vault's lock, not here; should it happen
 * all the same, the second waits for the first and then fails with {@link
 * dev.kintsugi.core.VaultLockedException}, and no transaction is torn. A local file system is
 * required: SQLite's locks do not work over all network file systems.
 */
public final class SqliteIndex implements Index {
  private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_IDLE_READERS = 8;

  private final Path file;
  private final Duration busyTimeout;
  private final ConcurrentLinkedDeque<SqlConnection> readers = new ConcurrentLinkedDeque<>();
  private final Semaphore room = new Semaphore(MAX_IDLE_READERS); // for idle readers
  private final ReentrantLock writing = new ReentrantLock();
  private final @Nullable SqlConnection writer; // used under the lock; null if read-only
  private final AtomicBoolean closed = new AtomicBoolean();

  private SqliteIndex(Path file, Duration busyTimeout, @Nullable SqlConnection writer) {
    this.file = file;
    this.busyTimeout = busyTimeout;
    this.writer = writer;
  }

  /**
   * Makes an empty index.
   *
   * @param file must not exist; its directory must
   * @throws PathExistsException if the file exists
   */
  public static SqliteIndex create(Path file) {
    if (Files.exists(file)) {
      throw new PathExistsException("the index " + file + " exists already");
    }
    SqlConnection writer = connect(file, BUSY_TIMEOUT, false);
    try {
      useWriteAheadLog(writer, file);
      SqliteSchema.CURRENT.create(writer);
    } catch (Throwable e) {
      closeAfter(writer, e);
      throw e;
    }
    return new SqliteIndex(file, BUSY_TIMEOUT, writer);
  }

  /**
   * Opens an index for reading and writing. A transaction that a crash cut off is rolled back.
   *
   * @throws FormatException if the file is missing, damaged or something else
   * @throws dev.kintsugi.core.UnsupportedFormatException if its version is too new
   */
  public static SqliteIndex open(Path file) {
    return open(file, SqliteSchema.CURRENT, BUSY_TIMEOUT);
  }

  static SqliteIndex open(Path file, SqliteSchema schema, Duration busyTimeout) {
    requireFile(file);
    SqlConnection writer = connect(file, busyTimeout, false);
    try {
      // Before anything is written, lest a file that is not an index be changed.
      schema.check(writer, file, true);
      useWriteAheadLog(writer, file);
    } catch (Throwable e) {
      closeAfter(writer, e);
      throw e;
    }
    return new SqliteIndex(file, busyTimeout, writer);
  }

  /**
   * Opens an index for reading, while another process may write it. The directory must be writable,
   * because readers announce themselves to the writer in the {@code -shm} file.
   *
   * @throws FormatException if the file is missing, damaged or something else
   * @throws dev.kintsugi.core.UnsupportedFormatException if its version is too new, or so old that
   *     it must be opened for writing once
   */
  public static SqliteIndex openReadOnly(Path file) {
    requireFile(file);
    SqliteIndex index = new SqliteIndex(file, BUSY_TIMEOUT, null);
    SqlConnection reader = index.takeReader();
    try {
      SqliteSchema.CURRENT.check(reader, file, false);
    } catch (Throwable e) {
      closeAfter(reader, e);
      throw e;
    }
    index.giveBack(reader);
    return index;
  }

  @Override
  public <T> T read(Function<IndexReader, T> function) {
    SqlConnection connection = takeReader();
    SqliteReader reader = new SqliteReader(connection);
    T result;
    try {
      connection.update("BEGIN");
      result = function.apply(reader);
      reader.end();
      connection.update("ROLLBACK");
    } catch (Throwable e) {
      reader.end();
      if (connection.rollback(e)) {
        giveBack(connection);
      } else {
        closeAfter(connection, e);
      }
      throw e;
    }
    giveBack(connection);
    return result;
  }

  @Override
  public <T> T write(Function<IndexWriter, T> function) {
    SqlConnection connection = writer;
    if (connection == null) {
      throw new IllegalStateException("the index " + file + " is open for reading only");
    }
    if (writing.isHeldByCurrentThread()) {
      throw new IllegalStateException("a transaction on the index " + file + " is under way");
    }
    writing.lock();
    try {
      requireOpen();
      connection.update("BEGIN IMMEDIATE");
      SqliteWriter transaction = new SqliteWriter(connection);
      try {
        T result = function.apply(transaction);
        transaction.end();
        connection.update("COMMIT");
        return result;
      } catch (Throwable e) {
        transaction.end();
        connection.rollback(e);
        throw e;
      }
    } finally {
      writing.unlock();
    }
  }

  /** Closes the index after the transaction that is under way, if any. Reads under way go on. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed.getAndSet(true)) {
        return;
      }
      closeIdleReaders();
      if (writer != null) {
        writer.close();
      }
    } finally {
      writing.unlock();
    }
  }

  private SqlConnection takeReader() {
    requireOpen();
    SqlConnection idle = readers.poll();
    if (idle != null) {
      room.release();
      return idle;
    }
    return connect(file, busyTimeout, true);
  }

  private void giveBack(SqlConnection reader) {
    if (!room.tryAcquire()) {
      reader.close();
      return;
    }
    readers.push(reader);
    if (closed.get()) {
      closeIdleReaders(); // closed between the last use and now
    }
  }

  private void closeIdleReaders() {
    for (SqlConnection idle = readers.poll(); idle != null; idle = readers.poll()) {
      idle.close();
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the index " + file + " is closed");
    }
  }

  private static void requireFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new FormatException(
          "the index " + file + " is missing; recover the vault from its archives into a new one");
    }
  }

  private static void useWriteAheadLog(SqlConnection writer, Path file) {
    String mode =
        writer.first("PRAGMA journal_mode = WAL", row -> row.getString(1)).orElse("nothing");
    if (!mode.equals("wal")) {
      throw new FormatException(
          "the index " + file + " must be on a file system with shared memory; its log is " + mode);
    }
  }

  static SqlConnection connect(Path file, Duration busyTimeout, boolean readOnly) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setCacheSize(-(16 << 10)); // KiB
    config.setJournalSizeLimit(64 << 20);
    try {
      // A URI, so that no character of the path is taken for a parameter.
      String uri = file.toAbsolutePath().toUri().toString();
      return new SqlConnection(file, config.createConnection("jdbc:sqlite:" + uri));
    } catch (SQLException e) {
      throw SqlErrors.translate(file, e);
    }
  }

  private static void closeAfter(SqlConnection connection, Throwable cause) {
    try {
      connection.close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
