package dev.kintsugi.core.internal.index.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.VaultLockedException;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index as a file: versions, damage, other programs. */
class SqliteFileTest {
  @TempDir Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void chooseFile() {
    // Characters that a database URL would take for its own.
    file = directory.resolve("in dex?mode=memory&x=%41#.db");
  }

  @Test
  void whatWasWrittenIsThereAfterReopening() {
    try (SqliteIndex index = SqliteIndex.create(file)) {
      count(index, 5);
    }
    assertTrue(Files.isRegularFile(file));
    try (SqliteIndex index = SqliteIndex.open(file)) {
      assertEquals(5, counter(index).getAsLong());
    }
    try (SqliteIndex index = SqliteIndex.openReadOnly(file)) {
      assertEquals(5, counter(index).getAsLong());
      assertThrows(IllegalStateException.class, () -> count(index, 6));
    }
  }

  @Test
  void anIndexIsNeverMadeByAccident() throws IOException {
    assertThrows(FormatException.class, () -> SqliteIndex.open(file));
    assertThrows(FormatException.class, () -> SqliteIndex.openReadOnly(file));
    assertTrue(Files.notExists(file));
    Files.createFile(file);
    assertThrows(PathExistsException.class, () -> SqliteIndex.create(file));
    assertThrows(FormatException.class, () -> SqliteIndex.open(file));
    assertThrows(FormatException.class, () -> SqliteIndex.openReadOnly(file));
    assertEquals(0, Files.size(file));
  }

  @Test
  void somethingElseIsRefusedAndLeftAlone() throws IOException, SQLException {
    byte[] text = "this is not a database, however long it is\n".repeat(100).getBytes(UTF_8);
    Files.write(file, text);
    assertThrows(FormatException.class, () -> SqliteIndex.open(file));
    assertThrows(FormatException.class, () -> SqliteIndex.openReadOnly(file));
    assertArrayEquals(text, Files.readAllBytes(file));
    Files.delete(file);
    execute("CREATE TABLE other (x)", "PRAGMA user_version = 1");
    byte[] database = Files.readAllBytes(file);
    FormatException refused = assertThrows(FormatException.class, () -> SqliteIndex.open(file));
    assertTrue(refused.toString().contains("is not an index"), refused.toString());
    assertArrayEquals(database, Files.readAllBytes(file));
  }

  @Test
  void aNewerVersionIsRefused() throws SQLException {
    SqliteIndex.create(file).close();
    execute("PRAGMA user_version = 2");
    assertThrows(UnsupportedFormatException.class, () -> SqliteIndex.open(file));
    assertThrows(UnsupportedFormatException.class, () -> SqliteIndex.openReadOnly(file));
  }

  @Test
  void anOlderVersionIsUpgradedInOneTransactionAndOnlyForWriting() {
    try (SqliteIndex index = SqliteIndex.create(file)) {
      count(index, 5);
    }
    List<String> step = List.of("CREATE TABLE added (x)", "UPDATE counter SET value = 2 * value");
    SqliteSchema next = schema(step);
    SqliteSchema broken = schema(List.of(step.get(0), step.get(1), "CREATE TABLE added (x)"));
    assertThrows(RuntimeException.class, () -> open(broken));
    try (SqliteIndex index = SqliteIndex.open(file)) {
      assertEquals(5, counter(index).getAsLong(), "a failed upgrade leaves the old version");
    }
    try (SqliteIndex index = open(next)) {
      assertEquals(10, counter(index).getAsLong());
    }
    try (SqliteIndex index = open(next)) {
      assertEquals(10, counter(index).getAsLong(), "a step is done once");
    }
    assertThrows(UnsupportedFormatException.class, () -> SqliteIndex.open(file));
  }

  @Test
  void damagedPagesAreReportedAsSuch() throws IOException {
    try (SqliteIndex index = SqliteIndex.create(file)) {
      index.write(
          w -> {
            for (int i = 1; i < 5000; i++) {
              w.putInode(new Rows.Inode(i, 1, i, new byte[100]));
            }
            return 0;
          });
    }
    byte[] bytes = Files.readAllBytes(file);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] noise = new byte[bytes.length / 2];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, bytes, bytes.length - noise.length, noise.length);
    Files.write(file, bytes);
    FormatException thrown =
        assertThrows(
            FormatException.class,
            () -> {
              try (SqliteIndex index = SqliteIndex.open(file)) {
                index.read(
                    r -> {
                      r.inodes(row -> {});
                      return 0;
                    });
              }
            },
            "seed " + seed);
    assertTrue(thrown.toString().contains("damaged"), thrown.toString());
  }

  @Test
  void aSecondWriterWaitsAndThenFailsWithoutHarm() {
    try (SqliteIndex one = SqliteIndex.create(file);
        SqliteIndex two = SqliteIndex.open(file, SqliteSchema.CURRENT, Duration.ofMillis(50))) {
      one.write(
          w -> {
            w.setCounter("c", 1);
            assertThrows(VaultLockedException.class, () -> count(two, 2));
            return 0;
          });
      assertEquals(1, counter(two).getAsLong());
      count(two, 3);
      assertEquals(3, counter(one).getAsLong());
    }
  }

  @Test
  void aReaderDoesNotHoldUpTheWriterNorTheOtherWayRound() {
    try (SqliteIndex writer = SqliteIndex.create(file);
        SqliteIndex reader = SqliteIndex.openReadOnly(file)) {
      count(writer, 1);
      reader.read(
          r -> {
            assertEquals(1, r.counter("c").getAsLong());
            count(writer, 2);
            count(writer, 3);
            assertEquals(1, r.counter("c").getAsLong());
            return 0;
          });
      writer.write(
          w -> {
            w.setCounter("c", 4);
            assertEquals(3, counter(reader).getAsLong());
            return 0;
          });
      assertEquals(4, counter(reader).getAsLong());
    }
  }

  @Test
  void aFailureInsideAReadLeavesTheConnectionUsable() {
    try (SqliteIndex index = SqliteIndex.create(file)) {
      count(index, 1);
      for (int i = 0; i < 50; i++) {
        assertThrows(
            ArithmeticException.class,
            () ->
                index.read(
                    r -> {
                      r.entries(1, e -> {});
                      r.inodes(row -> {});
                      throw new ArithmeticException("on purpose");
                    }));
      }
      assertEquals(1, counter(index).getAsLong());
    }
  }

  @Test
  void commitsAreSyncedToDisk() {
    try (SqlConnection probe = SqliteIndex.connect(file, Duration.ofSeconds(1), false)) {
      assertEquals(2, probe.number("PRAGMA synchronous"), "2 is FULL");
      assertEquals(1, probe.number("PRAGMA foreign_keys"));
    }
    try (SqliteIndex index = SqliteIndex.create(directory.resolve("i"))) {
      count(index, 1);
      assertTrue(Files.exists(directory.resolve("i-wal")), "the log is a write-ahead log");
    }
    assertTrue(Files.notExists(directory.resolve("i-wal")), "closing folds the log in");
  }

  private SqliteIndex open(SqliteSchema schema) {
    return SqliteIndex.open(file, schema, Duration.ofSeconds(1));
  }

  private static SqliteSchema schema(List<String> secondStep) {
    return new SqliteSchema(List.of(SqliteSchema.CURRENT.steps().get(0), secondStep));
  }

  private void execute(String... statements) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static void count(SqliteIndex index, long value) {
    index.write(
        w -> {
          w.setCounter("c", value);
          return 0;
        });
  }

  private static OptionalLong counter(SqliteIndex index) {
    return index.read((IndexReader r) -> r.counter("c"));
  }
}
