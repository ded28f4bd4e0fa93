package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.VaultLockedException;
import java.nio.file.Path;
import java.sql.SQLException;

/** Says what an error of SQLite means for the vault. */
final class SqlErrors {
  // Primary result codes, https://www.sqlite.org/rescode.html
  private static final int BUSY = 5;
  private static final int READONLY = 8;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANTOPEN = 14;
  private static final int CONSTRAINT = 19;
  private static final int NOTADB = 26;

  private SqlErrors() {}

  /**
   * Translates an error.
   *
   * @param file the index it concerns
   * @return what to throw: {@link FormatException} for damage, {@link VaultLockedException} if
   *     another process holds the index, {@link IllegalArgumentException} if rows contradict each
   *     other, {@link KintsugiException} otherwise
   */
  static RuntimeException translate(Path file, SQLException e) {
    // The upper bits of an extended code refine the primary code in the lowest byte.
    return switch (e.getErrorCode() & 0xff) {
      case BUSY ->
          new VaultLockedException(
              "the index " + file + " is in use by another process: " + e.getMessage(), e);
      case CORRUPT, NOTADB ->
          new FormatException(
              "the index "
                  + file
                  + " is damaged; recover the vault from its archives into a new one: "
                  + e.getMessage(),
              e);
      case FULL ->
          new KintsugiException(
              "the disk that holds the index " + file + " is full; nothing was changed", e);
      case READONLY, CANTOPEN ->
          new KintsugiException(
              "the index "
                  + file
                  + " cannot be opened; reading it needs write permission in its directory: "
                  + e.getMessage(),
              e);
      case CONSTRAINT ->
          new IllegalArgumentException(
              "a row contradicts the index " + file + ": " + e.getMessage(), e);
      default -> new KintsugiException("the index " + file + " failed: " + e.getMessage(), e);
    };
  }
}
