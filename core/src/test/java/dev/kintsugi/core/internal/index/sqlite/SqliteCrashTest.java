package dev.kintsugi.core.internal.index.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer in another process is watched while it writes, and killed. */
class SqliteCrashTest {
  private static final int ROUNDS = Boolean.getBoolean("kintsugi.campaign") ? 100 : 3;
  private static final int INODES_PER_TRANSACTION = 20;

  @TempDir Path directory;

  @Test
  void whatAKilledProcessAcknowledgedIsThereAndNothingIsTorn() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path file = directory.resolve("index.db");
    SqliteIndex.create(file).close();
    for (int round = 0; round < ROUNDS; round++) {
      long acknowledged = 0;
      Process writer = start(file);
      try (BufferedReader out =
              new BufferedReader(
                  new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8));
          Index watching = SqliteIndex.openReadOnly(file)) {
        for (int lines = 1 + random.nextInt(60); lines > 0; lines--) {
          String line = out.readLine();
          assertTrue(
              line != null,
              "the writer ended on its own: " + Files.readString(directory.resolve("writer.log")));
          acknowledged = Long.parseLong(String.valueOf(line));
          long seen = watching.read(SqliteCrashTest::consistentCount);
          assertTrue(seen >= acknowledged, seen + " seen after " + acknowledged);
        }
        if (random.nextBoolean()) {
          Thread.sleep(random.nextInt(10)); // so that it dies at any point of a transaction
        }
      } finally {
        writer.destroyForcibly();
        assertTrue(writer.waitFor(20, TimeUnit.SECONDS));
      }
      assertEquals(137, writer.exitValue(), "killed");
      // A reader comes first, and finds the log that the writer left.
      long left;
      try (Index index = SqliteIndex.openReadOnly(file)) {
        left = index.read(SqliteCrashTest::consistentCount);
      }
      try (Index index = SqliteIndex.open(file)) {
        long count = index.read(SqliteCrashTest::consistentCount);
        assertEquals(left, count);
        assertTrue(count >= acknowledged, count + " left of " + acknowledged + ", seed " + seed);
        index.write(
            w -> {
              w.setCounter("opened", count);
              return 0;
            });
      }
    }
  }

  /** Returns how many transactions the index holds, all of them whole. */
  private static long consistentCount(IndexReader reader) {
    long count = reader.counter("n").orElse(0);
    long[] inodes = new long[1];
    reader.inodes(row -> inodes[0]++);
    assertEquals(count * INODES_PER_TRANSACTION, inodes[0], "a transaction is torn");
    return count;
  }

  private static Process start(Path file) throws IOException {
    String path =
        Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
            .map(name -> System.getProperty(name, ""))
            .filter(value -> !value.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    String own = root(SqliteCrashTest.class) + File.pathSeparator + root(SqliteIndex.class);
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                own + File.pathSeparator + path,
                Writer.class.getName(),
                file.toString()))
        .redirectError(file.resolveSibling("writer.log").toFile())
        .start();
  }

  /** Returns the directory that a class of this module or its tests was loaded from. */
  private static Path root(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getResource("/" + name));
    assertTrue(url.startsWith("file:") && url.endsWith(name), url);
    return Path.of(URI.create(url.substring(0, url.length() - name.length())));
  }

  /** Writes until it is killed, and says after each transaction how many there are. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (Index index = SqliteIndex.open(Path.of(arguments[0]))) {
        while (true) {
          long count =
              index.write(
                  w -> {
                    long n = w.addToCounter("n", 1, 0);
                    for (int i = 0; i < INODES_PER_TRANSACTION; i++) {
                      w.putInode(
                          new Rows.Inode(n * INODES_PER_TRANSACTION + i, n, i, new byte[200]));
                    }
                    return n + 1;
                  });
          System.out.println(count);
        }
      }
    }
  }
}
