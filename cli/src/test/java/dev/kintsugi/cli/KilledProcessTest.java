package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.cli.local.Restorer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that are killed in the middle, and what the next run finds. */
class KilledProcessTest {
  private static final int LENGTH = 48 << 20;

  /** Attempts to stop a process in the middle of its work, which it may end before. */
  private static final int ATTEMPTS = 20;

  @TempDir Path temp;
  private Cli cli;
  private Path large;

  @BeforeEach
  void storeALargeFile() throws IOException {
    cli = new Cli(temp).init("rs:2+1", "a", "b", "c");
    byte[] bytes = new byte[LENGTH];
    new Random(5).nextBytes(bytes);
    large = Files.write(temp.resolve("large"), bytes);
    cli.run("put", large.toString(), "/").expect(0);
  }

  /**
   * Starts a process and stops or kills it while something is so.
   *
   * @return the process, stopped or dead; empty if the signal came too late, and it has ended
   */
  private Optional<Process> caught(
      String name, String signal, BooleanSupplier when, String... words)
      throws IOException, InterruptedException {
    Process process = cli.start(name, words);
    while (process.isAlive() && !when.getAsBoolean()) {
      Thread.onSpinWait();
    }
    signal(process, signal);
    while (process.isAlive() && !isStopped(process)) {
      Thread.onSpinWait();
    }
    if (when.getAsBoolean() && (process.isAlive() || process.exitValue() == 137)) {
      return Optional.of(process);
    }
    signal(process, "CONT");
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "no end of " + name);
    return Optional.empty();
  }

  private static void signal(Process process, String signal)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  private static boolean isStopped(Process process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private static List<Path> parts(Path directory) {
    List<Path> found = new ArrayList<>();
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, ".kintsugi-*")) {
        entries.forEach(found::add);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return found;
  }

  private Process getting(String signal, Path out) throws Exception {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Files.deleteIfExists(out.resolve("large"));
      Optional<Process> get =
          caught("get", signal, () -> !parts(out).isEmpty(), "get", "/large", out.toString());
      if (get.isPresent()) {
        return get.get();
      }
    }
    throw new AssertionError("get ended before it could be stopped, " + ATTEMPTS + " times");
  }

  @Test
  void aKilledGetLeavesNothingUnderTheNameAndTheNextRemovesTheRest() throws Exception {
    Path out = Files.createDirectory(temp.resolve("out"));
    assertEquals(137, getting("KILL", out).exitValue());
    assertFalse(Files.exists(out.resolve("large")));
    assertEquals(1, parts(out).size(), "the rest that is to be removed is there");
    Path own = Files.writeString(out.resolve(".kintsugi-notes.part"), "the user's own");

    cli.run("get", "/large", out.toString()).expect(0);
    assertEquals(-1, Files.mismatch(large, out.resolve("large")));
    assertEquals(List.of(own), parts(out));
  }

  @Test
  void aKilledGetIsTidiedUpAfterInTreesAndBesideASingleFileToo() throws Exception {
    String name = ".kintsugi-0123456789abcdef.part";
    cli.run("mkdir", "-p", "/tree/below").expect(0);
    cli.run("put", large.toString(), "/tree/below/").expect(0);
    Path out = temp.resolve("out");
    Files.createDirectories(out.resolve("tree/below"));
    Files.createDirectories(out.resolve("tree/other"));
    Files.writeString(out.resolve("tree/below").resolve(name), "left");
    Files.writeString(out.resolve("tree/other").resolve(name), "left");
    cli.run("get", "-r", "/tree", out.toString()).expect(0);
    assertEquals(List.of(), parts(out.resolve("tree/below")));
    assertEquals(1, parts(out.resolve("tree/other")).size(), "nothing was restored into it");
    cli.run("get", "/large", out.resolve("tree/other/new").toString()).expect(0);
    assertEquals(List.of(), parts(out.resolve("tree/other")));
    assertEquals(-1, Files.mismatch(large, out.resolve("tree/other/new")));
  }

  @Test
  void anotherGetAtWorkIsLeftAlone() throws Exception {
    Path out = Files.createDirectory(temp.resolve("out"));
    Process stopped = getting("STOP", out);
    try {
      List<Path> its = parts(out);
      assertEquals(1, its.size());
      cli.run("get", "/large", out.resolve("second").toString()).expect(0);
      assertEquals(its, parts(out));
      new ProcessBuilder("kill", "-CONT", String.valueOf(stopped.pid())).start().waitFor();
      cli.await("get", stopped).expect(0);
    } finally {
      stopped.destroyForcibly();
    }
    assertEquals(-1, Files.mismatch(large, out.resolve("large")));
    assertEquals(List.of(), parts(out));
  }

  @Test
  void aKilledRecoverLeavesNoVaultAndCanBeRunAgainInTheSamePlace() throws Exception {
    Path kit = temp.resolve("kit");
    cli.run("kit", "export", kit.toString()).expect(0);
    Path made = temp.resolve("made");
    Path index = made.resolve("index.db");
    List<String> words = new ArrayList<>(List.of("recover", made.toString(), "--kit"));
    words.add(kit.toString());
    for (String archive : List.of("a", "b", "c")) {
      words.addAll(List.of("--archive", cli.word(archive)));
    }
    String[] recover = words.toArray(String[]::new);
    BooleanSupplier filling = () -> Files.exists(index) && !Files.exists(made.resolve("keyring"));
    Optional<Process> killed = Optional.empty();
    for (int attempt = 0; killed.isEmpty() && attempt < ATTEMPTS; attempt++) {
      Restorer.removeTree(made);
      killed = caught("recover", "KILL", filling, recover);
    }
    assertTrue(killed.isPresent(), "recover ended before it could be killed");
    assertTrue(Files.exists(index), "it was filling the index");

    cli.run("ls", "--vault", made.toString()).expect(2);
    cli.run(recover).expect(0);
    assertEquals("large\n", cli.run("ls", "--vault", made.toString()).expect(0).out());
    Path out = temp.resolve("out");
    cli.run("get", "--vault", made.toString(), "/large", out.toString()).expect(0);
    assertEquals(-1, Files.mismatch(large, out));
    cli.run(recover).expect(2); // now it is a vault
  }
}
