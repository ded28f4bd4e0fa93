package dev.kintsugi.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line among other processes: locks, signals, kills, terminals, the launcher. */
class ProcessTest {
  private static final int ROUNDS = Boolean.getBoolean("kintsugi.campaign") ? 30 : 3;

  @TempDir Path temp;
  private Cli cli;
  private int outs;

  @BeforeEach
  void makeVault() throws IOException {
    cli = new Cli(temp).init("rs:2+1", "a", "b", "c");
  }

  private static void signal(Process process, String signal)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
  }

  /**
   * Makes a tree, and a file beside it that no put comes to the end of: a put of both is at work
   * whenever somebody looks. The tree holds more items than two commits, and the first one is
   * acknowledged at the latest when the second begins, whatever the speed of the machine.
   *
   * @return the bytes of the tree's files by name
   */
  private Map<String, byte[]> treeBesideAnEndlessFile() throws IOException {
    Path tree = Files.createDirectories(temp.resolve("tree"));
    Map<String, byte[]> contents = new HashMap<>();
    Random random = new Random(11);
    for (int i = 0; i < 8200; i++) {
      byte[] content = new byte[i % 100 == 0 ? 150_000 + random.nextInt(1000) : 0];
      random.nextBytes(content);
      Files.write(tree.resolve("f" + i), content);
      contents.put("f" + i, content);
    }
    try (RandomAccessFile endless = new RandomAccessFile(endless().toFile(), "rw")) {
      endless.setLength(1L << 40);
    }
    return contents;
  }

  private Path endless() {
    return temp.resolve("endless");
  }

  @Test
  void aSecondWriterIsRefusedAndToldWhoWritesWhileReadersGoOn() throws Exception {
    Map<String, byte[]> tree = treeBesideAnEndlessFile();
    Process writer = cli.start("writer", "--json", "put", "-r", "tree", "endless", "/");
    try {
      Cli.awaitText(cli.out("writer"), "\"stored\"");
      signal(writer, "STOP");
      Cli.Result second = cli.run("mkdir", "/second").expect(8);
      second.says(String.valueOf(writer.pid()));
      cli.run("scrub").expect(8);
      cli.run("ls", "-lR").expect(0);
      cli.run("status").expect(0);
      cli.run("cat", acknowledged("writer").get(0)).expect(0);
      Files.write(endless(), new byte[0]); // which ends it
      signal(writer, "CONT");
      int code = cli.await("writer", writer).code();
      assertTrue(code == 0 || code == 3, () -> code + ": 3 only if it was reading what was cut");
    } finally {
      writer.destroyForcibly();
    }
    assertEquals(tree.size(), cli.run("ls", "/tree").expect(0).out().lines().count());
    cli.run("mkdir", "/second").expect(0);
  }

  /** Returns the paths of the files whose acknowledgement was printed whole. */
  private List<String> acknowledged(String name) throws IOException {
    String text = Files.readString(cli.out(name));
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    return new Cli.Result(0, whole, "")
        .events("stored").stream()
            .filter(line -> line.get("kind").asText().equals("file"))
            .map(line -> line.get("path").asText())
            .toList();
  }

  @Test
  void ctrlCEndsPutInOrderWith130() throws Exception {
    Map<String, byte[]> tree = treeBesideAnEndlessFile();
    Process put = cli.start("put", "--json", "put", "-r", "tree", "endless", "/");
    try {
      Cli.awaitText(cli.out("put"), "\"stored\"");
      signal(put, "INT");
      cli.await("put", put).expect(130);
    } finally {
      put.destroyForcibly();
    }
    List<String> acknowledged = acknowledged("put");
    assertFalse(acknowledged.isEmpty());
    assertIntact(acknowledged, tree);
    cli.run("stat", "/endless").expect(2);
    cli.run("scrub").expect(0);
    cli.run("put", temp.resolve("tree/f1").toString(), "/next").expect(0);
  }

  private void assertIntact(List<String> paths, Map<String, byte[]> tree) throws IOException {
    Path out = temp.resolve("out" + outs++);
    String root = paths.get(0).substring(0, paths.get(0).lastIndexOf('/'));
    cli.run("-q", "get", "-r", root, out.toString()).expect(0);
    for (String path : paths) {
      byte[] expected = tree.get(path.substring(path.lastIndexOf('/') + 1));
      Path file =
          out.resolve(root.substring(root.lastIndexOf('/') + 1))
              .resolve(path.substring(path.lastIndexOf('/') + 1));
      assertArrayEquals(expected, Files.readAllBytes(file), path);
    }
  }

  @Test
  void nothingAcknowledgedIsLostWhenPutIsKilled() throws Exception {
    Map<String, byte[]> tree = treeBesideAnEndlessFile();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      String context = "seed " + seed + ", round " + round;
      cli.run("mkdir", "/round" + round).expect(0);
      Process put = cli.start("killed", "--json", "put", "-r", "tree", "endless", "/round" + round);
      try {
        Cli.awaitText(cli.out("killed"), "\"stored\"");
        Thread.sleep(random.nextInt(400)); // so that it dies at any point of the next commit
      } finally {
        put.destroyForcibly();
      }
      assertTrue(put.waitFor(60, TimeUnit.SECONDS), context);
      assertEquals(137, put.exitValue(), "killed, " + context);
      List<String> acknowledged = acknowledged("killed");
      assertFalse(acknowledged.isEmpty(), context);
      assertIntact(acknowledged, tree);
      for (var finding : cli.run("--json", "scrub").expect(0).events("finding")) {
        assertEquals("ORPHAN", finding.get("problem").asText(), context + ": " + finding);
      }
      cli.run("put", temp.resolve("tree/f1").toString(), "/next" + round).expect(0);
      cli.run("scrub", "--repair").expect(0);
    }
    assertTrue(cli.run("scrub").expect(0).out().contains("clean"));
  }

  @Test
  void thePassphraseIsNeverPrintedNorAWordOfTheCommandLine() throws Exception {
    Files.writeString(temp.resolve("file"), "content");
    Process put = cli.start("put", "-v", "--json", "put", "file", "/");
    Path words = Path.of("/proc/" + put.pid() + "/cmdline");
    String seen = "";
    try {
      // It takes a moment until the new process is Java, and a longer one until Java has started.
      while (put.isAlive() && !seen.contains(Main.class.getName())) {
        seen = Files.readString(words);
      }
    } catch (Throwable e) {
      put.destroyForcibly();
      throw e;
    }
    Cli.Result result = cli.await("put", put).expect(0);
    assertTrue(result.out().contains("\"stored\""), result.out());
    assertTrue(seen.contains(Main.class.getName()), "the command line was seen");
    String all = seen + result.out() + result.err();
    assertFalse(all.contains(Cli.PASSPHRASE));
    Cli.Result wrong = cli.run("-v", "ls", "--passphrase-file", wrongFile().toString()).expect(5);
    assertFalse((wrong.out() + wrong.err()).contains("swordfish"), wrong.err());
    Cli.Result typed = cli.run("ls", "--passphrase", "swordfish").expect(2);
    typed.says("Unknown option");
  }

  private Path wrongFile() throws IOException {
    return Files.writeString(temp.resolve("wrong"), "swordfish\n");
  }

  private Cli.Result onTerminal(String typed, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env", "-u", "KINTSUGI_PASSPHRASE_FILE"));
    command.addAll(Cli.java());
    command.addAll(List.of(words));
    String line = "'" + String.join("' '", command) + "'";
    // Types only after the prompt has come, as people do, and notes when.
    String script =
        "mkfifo keys; : >shown; { exec 3>keys; for i in $(seq 600); do grep -q ': ' shown && break;"
            + " sleep 0.1; done; sleep 0.3; : >typed; printf \"$1\" >&3; } &"
            + " script -qefc \"$0\" terminal <keys >shown";
    try {
      Process process = cli.startProcess("terminal", List.of("bash", "-c", script, line, typed));
      Cli.Result result = cli.await("terminal", process);
      return new Cli.Result(result.code(), Files.readString(temp.resolve("shown")), result.err());
    } finally {
      Files.deleteIfExists(temp.resolve("keys"));
    }
  }

  @Test
  void aTerminalIsAskedWithoutEcho() throws Exception {
    Cli.Result asked = onTerminal(Cli.PASSPHRASE + "\\n", "mkdir", "-v", "/made").expect(0);
    assertTrue(asked.out().contains("Passphrase of "), asked.out());
    assertTrue(asked.out().contains("made /made"), asked.out());
    assertFalse(asked.out().contains(Cli.PASSPHRASE), asked.out());
    onTerminal("wrong\\n", "ls").expect(5);
  }

  @Test
  void ctrlCAtThePromptEndsAtOnce() throws Exception {
    onTerminal("\\003", "ls").expect(130);
    FileTime typed = Files.getLastModifiedTime(temp.resolve("typed"));
    Duration took = Duration.between(typed.toInstant(), Instant.now());
    assertTrue(took.compareTo(Duration.ofSeconds(40)) < 0, "it waited " + took);
  }

  @Test
  void withoutATerminalNobodyIsAsked() throws Exception {
    List<String> command = new ArrayList<>(List.of("setsid", "-w"));
    command.addAll(List.of("env", "-u", "KINTSUGI_PASSPHRASE_FILE"));
    command.addAll(Cli.java());
    command.add("ls");
    Cli.Result result = cli.await("alone", cli.startProcess("alone", command)).expect(2);
    result.says("--passphrase-file");
    command.addAll(List.of("--passphrase-fd", "3"));
    String line = "'" + String.join("' '", command) + "' 3<passphrase";
    cli.shell(line).expect(0);
  }

  @Test
  void theLauncherWorksThroughLinksFromAnywhereAndWithSpacesInItsPath() throws Exception {
    Path launcher = Path.of("..", "kintsugi").toRealPath();
    Path home = Files.createDirectories(temp.resolve("a home/of kintsugi"));
    Path target = Files.createDirectories(home.resolve("cli/target"));
    Files.copy(launcher, home.resolve("kintsugi"));
    assertTrue(home.resolve("kintsugi").toFile().setExecutable(true));
    writeJar(target.resolve("kintsugi-cli.jar"));
    Files.createFile(target.resolve("kintsugi.stamp"));
    Path links = Files.createDirectories(temp.resolve("links"));
    Files.createSymbolicLink(links.resolve("far"), home.resolve("kintsugi"));
    Files.createSymbolicLink(links.resolve("near"), Path.of("far"));
    String version = cli.shell("cd / && '" + links + "/near' version").expect(0).out();
    assertEquals(cli.run("version").out(), version);
    cli.shell("'" + home + "/kintsugi' mkdir '/with space'").expect(0);
    cli.shell("cd links && ./far ls / | grep -qx 'with space'").expect(0);
    cli.shell("LC_ALL=C '" + home + "/kintsugi' mkdir \"$(printf '/\\303\\251')\"").expect(0);
    assertTrue(cli.run("ls").expect(0).out().contains("é"));
    cli.shell("'" + home + "/kintsugi' stat /nothing").expect(2);
    cli.shell("'" + home + "/kintsugi'").expect(2);
  }

  /** Writes a jar that leads to this process's class path. */
  private static void writeJar(Path jar) throws IOException {
    StringBuilder classPath = new StringBuilder();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      classPath.append(Path.of(entry).toUri()).append(' ');
    }
    java.util.jar.Manifest manifest = new java.util.jar.Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(java.util.jar.Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(java.util.jar.Attributes.Name.MAIN_CLASS, Main.class.getName());
    attributes.put(java.util.jar.Attributes.Name.CLASS_PATH, classPath.toString().strip());
    try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
  }

  private void writeCompletion(String shell) throws IOException {
    Files.writeString(
        temp.resolve("completion"), cli.run("completion", shell).expect(0).out(), UTF_8);
  }

  @Test
  void completionWorksInBash() throws Exception {
    writeCompletion("bash");
    String ask =
        """
        set -e
        source ./completion
        complete -p kintsugi | grep -q _complete_kintsugi
        compopt() { :; } # exists only while bash completes
        try() { COMP_WORDS=(kintsugi "$@"); COMP_CWORD=$#; _complete_kintsugi; echo "${COMPREPLY[*]}"; }
        try scr; try archive ''; try put --d
        """;
    Cli.Result result = cli.shell(ask).expect(0);
    assertEquals("scrub\nls add validate\n--dry-run\n", result.out());
    assertEquals("", result.err());
  }

  @Test
  void completionWorksInZsh() throws Exception {
    if (cli.shell("command -v zsh").code() != 0) {
      System.err.println("SKIPPED, zsh is not installed: its completion was not tried");
      Assumptions.abort("zsh is not installed");
    }
    writeCompletion("zsh");
    // A shell on a terminal of its own, where somebody types.
    String type =
        """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'source ./completion; echo READ""Y'
        zpty -r -m shell said '*READY*'
        zpty -w -n shell $'kintsugi scr\\t'
        zpty -r -m shell said '*kintsugi scrub*' && echo one
        zpty -w -n shell $'\\C-ukintsugi archive val\\t'
        zpty -r -m shell said '*archive validate*' && echo two
        zpty -d shell
        """;
    Files.writeString(temp.resolve("type"), type);
    assertEquals("one\ntwo\n", cli.shell("timeout 60 zsh -f ./type").expect(0).out());
  }

  @Test
  void wordsAreReadFromAPipe() throws Exception {
    cli.run("kit", "words", temp.resolve("words").toString(), "--group", "1of1").expect(0);
    String recover = String.join(" ", Cli.java()) + " recover made --words - --archive ";
    cli.shell("cat words/*.words | " + recover + cli.word("a") + " --archive " + cli.word("b"))
        .expect(0);
    cli.run("-V", temp.resolve("made").toString(), "ls").expect(0);
  }
}
