package dev.kintsugi.core.internal.index.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One connection with its prepared statements. Used by one thread at a time.
 *
 * <p>A statement is lent to one caller until its rows were read: a visitor may run the same query
 * again, which then gets a second statement.
 */
final class SqlConnection implements AutoCloseable {
  /** Makes a value of the current row. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Path file;
  private final Connection connection;
  private final Map<String, Deque<PreparedStatement>> idle = new HashMap<>();

  SqlConnection(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /** Runs a statement without rows and returns how many rows it changed. */
  int update(String sql, Object... arguments) {
    PreparedStatement statement = lend(sql);
    boolean sound = false;
    try {
      bind(statement, arguments);
      int changed = statement.executeUpdate();
      sound = true;
      return changed;
    } catch (SQLException e) {
      throw SqlErrors.translate(file, e);
    } finally {
      giveBack(sql, statement, sound);
    }
  }

  /** Visits the rows of a query. */
  <T> void forEach(String sql, RowReader<T> reader, Consumer<T> visitor, Object... arguments) {
    PreparedStatement statement = lend(sql);
    boolean sound = false;
    try {
      bind(statement, arguments);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          visitor.accept(reader.read(rows));
        }
      }
      sound = true;
    } catch (SQLException e) {
      throw SqlErrors.translate(file, e);
    } finally {
      giveBack(sql, statement, sound);
    }
  }

  /** Returns the rows of a query. */
  <T> List<T> list(String sql, RowReader<T> reader, Object... arguments) {
    List<T> rows = new ArrayList<>();
    forEach(sql, reader, rows::add, arguments);
    return rows;
  }

  /** Returns the row of a query that has at most one. */
  <T> Optional<T> first(String sql, RowReader<T> reader, Object... arguments) {
    return list(sql, reader, arguments).stream().findFirst();
  }

  /** Returns the number that a query of one row and column gives. */
  long number(String sql, Object... arguments) {
    return first(sql, row -> row.getLong(1), arguments)
        .orElseThrow(() -> new IllegalStateException("no row: " + sql));
  }

  /** Returns whether a query has a row. */
  boolean exists(String sql, Object... arguments) {
    return number("SELECT EXISTS (" + sql + ")", arguments) != 0;
  }

  /**
   * Ends a transaction without its changes.
   *
   * @param cause why; receives the failure of ending it, if that fails too
   * @return whether the connection is fit for further use
   */
  boolean rollback(Throwable cause) {
    try {
      update("ROLLBACK");
      return true;
    } catch (RuntimeException e) {
      // Expected after errors that make SQLite roll back on its own, such as a full disk.
      cause.addSuppressed(e);
      return false;
    }
  }

  /** Returns the text of every statement that was run and can be run again. */
  Set<String> statements() {
    return Set.copyOf(idle.keySet());
  }

  /** Closes the connection and with it its statements. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw SqlErrors.translate(file, e);
    }
  }

  private PreparedStatement lend(String sql) {
    Deque<PreparedStatement> free = idle.get(sql);
    if (free != null && !free.isEmpty()) {
      return free.pop();
    }
    try {
      return connection.prepareStatement(sql);
    } catch (SQLException e) {
      throw SqlErrors.translate(file, e);
    }
  }

  private static void bind(PreparedStatement statement, Object[] arguments) throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }

  /**
   * Keeps a statement for later; one that failed is closed, because the driver may have freed it.
   */
  private void giveBack(String sql, PreparedStatement statement, boolean sound) {
    if (sound) {
      idle.computeIfAbsent(sql, key -> new ArrayDeque<>()).push(statement);
      return;
    }
    try {
      statement.close();
    } catch (SQLException e) {
      // The failure that made the statement unsound is already on its way to the caller.
      return;
    }
  }
}
