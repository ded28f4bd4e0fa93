package dev.kintsugi.core.internal.index.sqlite;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import java.nio.file.Path;
import java.util.List;

/**
 * The schema of the index and its versions. {@code docs/INDEX.md} explains the tables.
 *
 * <p>{@code PRAGMA application_id} says that a database is an index, {@code PRAGMA user_version}
 * which schema it has. A new version is a step that turns the version before into it; steps are
 * never changed once released.
 */
final class SqliteSchema {
  /** "KINT". */
  static final int APPLICATION_ID = 0x4b494e54;

  /** The schema this program writes. */
  static final SqliteSchema CURRENT =
      new SqliteSchema(
          List.of(
              List.of(
                  """
              CREATE TABLE inode (
                ino INTEGER PRIMARY KEY,
                version INTEGER NOT NULL,
                leaf INTEGER NOT NULL,
                sealed BLOB NOT NULL
              ) STRICT""",
                  """
              CREATE TABLE content (
                ino INTEGER PRIMARY KEY,
                version INTEGER NOT NULL,
                leaf INTEGER NOT NULL,
                sealed BLOB NOT NULL
              ) STRICT""",
                  """
              CREATE TABLE entry (
                parent INTEGER NOT NULL,
                name_hash BLOB NOT NULL CHECK (length(name_hash) = 16),
                ino INTEGER NOT NULL,
                leaf INTEGER NOT NULL,
                sealed_name BLOB NOT NULL,
                PRIMARY KEY (parent, name_hash)
              ) STRICT, WITHOUT ROWID""",
                  "CREATE INDEX entry_by_ino ON entry (ino)",
                  """
              CREATE TABLE stripe (
                num INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
                role INTEGER NOT NULL,
                scheme TEXT NOT NULL,
                shard_length INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                head INTEGER NOT NULL,
                retired INTEGER NOT NULL,
                missing INTEGER NOT NULL
              ) STRICT""",
                  "CREATE INDEX stripe_missing ON stripe (id) WHERE missing > 0 AND retired = 0",
                  "CREATE INDEX stripe_retired ON stripe (id) WHERE retired = 1",
                  """
              CREATE TABLE shard (
                stripe INTEGER NOT NULL REFERENCES stripe (num),
                idx INTEGER NOT NULL,
                archive INTEGER NOT NULL,
                name BLOB NOT NULL CHECK (length(name) = 16),
                missing INTEGER NOT NULL,
                PRIMARY KEY (stripe, idx)
              ) STRICT, WITHOUT ROWID""",
                  "CREATE UNIQUE INDEX shard_by_name ON shard (archive, name)",
                  """
              CREATE TABLE content_stripe (
                ino INTEGER NOT NULL REFERENCES content (ino),
                stripe INTEGER NOT NULL REFERENCES stripe (num),
                PRIMARY KEY (ino, stripe)
              ) STRICT, WITHOUT ROWID""",
                  "CREATE INDEX content_stripe_by_stripe ON content_stripe (stripe)",
                  """
              CREATE TABLE record (
                stripe INTEGER NOT NULL REFERENCES stripe (num) ON DELETE CASCADE,
                ino INTEGER NOT NULL,
                kind INTEGER NOT NULL,
                version INTEGER NOT NULL,
                PRIMARY KEY (stripe, ino, kind)
              ) STRICT, WITHOUT ROWID""",
                  "CREATE INDEX record_by_ino ON record (ino, kind, version)",
                  """
              CREATE TABLE touched (
                stripe INTEGER PRIMARY KEY REFERENCES stripe (num) ON DELETE CASCADE
              ) STRICT""",
                  """
              CREATE TABLE counter (
                name TEXT PRIMARY KEY,
                value INTEGER NOT NULL
              ) STRICT, WITHOUT ROWID""")));

  private final List<List<String>> steps;

  /**
   * Makes a schema.
   *
   * @param steps step {@code i} turns version {@code i} into version {@code i + 1}
   */
  SqliteSchema(List<List<String>> steps) {
    this.steps = steps;
  }

  List<List<String>> steps() {
    return steps;
  }

  /** Returns the version that a database has after all steps. */
  int version() {
    return steps.size();
  }

  /** Makes the tables in an empty database. */
  void create(SqlConnection sql) {
    upgrade(sql, 0);
  }

  /**
   * Checks that a database is an index of a version this program can use.
   *
   * @param migrate whether an older version may be upgraded
   * @throws UnsupportedFormatException if it is too new, or too old to be used without an upgrade
   * @throws FormatException if it is not an index
   */
  void check(SqlConnection sql, Path file, boolean migrate) {
    long application = sql.number("PRAGMA application_id");
    long version = sql.number("PRAGMA user_version");
    if (application != APPLICATION_ID || version < 1) {
      throw new FormatException(
          String.format(
              "%s is not an index: its application id is %08x, version %d, expected %08x, 1 to %d",
              file, application, version, APPLICATION_ID, version()));
    }
    if (version > version()) {
      throw new UnsupportedFormatException(
          String.format(
              "the index %s has version %d, this program knows versions up to %d; use a newer one",
              file, version, version()));
    }
    if (version < version()) {
      if (!migrate) {
        throw new UnsupportedFormatException(
            String.format(
                "the index %s has the old version %d; open the vault once for writing to upgrade it"
                    + " to version %d",
                file, version, version()));
      }
      upgrade(sql, (int) version);
    }
  }

  private void upgrade(SqlConnection sql, int from) {
    sql.update("BEGIN IMMEDIATE");
    try {
      for (List<String> step : steps.subList(from, version())) {
        step.forEach(sql::update);
      }
      // Pragmas take no parameters; both are written to the database header by this transaction.
      sql.update("PRAGMA application_id = " + APPLICATION_ID);
      sql.update("PRAGMA user_version = " + version());
      sql.update("COMMIT");
    } catch (Throwable e) {
      sql.rollback(e);
      throw e;
    }
  }
}
