package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A scratch vault and the command line over it: in this process, or as a process of its own. The
 * archives are the directories {@code archives/a}, {@code b}, …
 */
final class Cli {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String PASSPHRASE = "correct horse battery staple";

  /** What a run did. */
  record Result(int code, String out, String err) {
    /** Insists on an exit code. */
    Result expect(int wanted) {
      assertEquals(wanted, code, () -> "exit code; it said:\n" + out + err);
      return this;
    }

    /** Insists that every line of standard output is a JSON object, and returns them. */
    List<JsonNode> lines() {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : out.lines().toList()) {
        try {
          JsonNode node = JSON.readTree(line);
          assertTrue(node.isObject() && node.hasNonNull("event"), line);
          lines.add(node);
        } catch (IOException e) {
          throw new AssertionError("not JSON: " + line, e);
        }
      }
      return lines;
    }

    /** Returns the lines of one event. */
    List<JsonNode> events(String event) {
      return lines().stream().filter(line -> line.get("event").asText().equals(event)).toList();
    }

    /** Insists that standard error says something. */
    Result says(String text) {
      assertTrue(err.contains(text), () -> "no '" + text + "' in:\n" + err);
      return this;
    }
  }

  final Path temp;
  final Path vault;
  final Path passphrase;
  private final Map<String, String> environment;

  Cli(Path temp) throws IOException {
    this.temp = temp;
    this.vault = temp.resolve("vault");
    this.passphrase = Files.writeString(temp.resolve("passphrase"), PASSPHRASE + "\n");
    this.environment =
        Map.of(
            "KINTSUGI_VAULT", vault.toString(), "KINTSUGI_PASSPHRASE_FILE", passphrase.toString());
    Files.createDirectories(temp.resolve("archives"));
  }

  /** Returns the place of an archive. */
  Path archive(String name) {
    return temp.resolve("archives").resolve(name);
  }

  /** Returns the word for an archive. */
  String word(String name) {
    return name + "=file:" + archive(name);
  }

  /** Makes the vault. */
  Cli init(String scheme, String... names) {
    List<String> words = new ArrayList<>(List.of("init", vault.toString(), "--scheme", scheme));
    for (String name : names) {
      words.addAll(List.of("--archive", word(name)));
    }
    run(words.toArray(String[]::new)).expect(0);
    return this;
  }

  /** Makes the vault over six archives, any four of which suffice. */
  Cli initSix() {
    return init("rs:4+2", "a", "b", "c", "d", "e", "f");
  }

  /** Runs the command line in this process. */
  Result run(String... words) {
    return run(new Interruption(), words);
  }

  Result run(Interruption interruption, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(out, err, false, 80);
    int code = Main.run(words, new PublicVaults(), console, interruption, environment);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Returns the words that start the command line as a process, quick to start. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }

  /** Starts the command line as a process; its output goes to files. The caller ends it. */
  Process start(String name, String... words) throws IOException {
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of(words));
    return startProcess(name, command);
  }

  /** Starts any process, with this vault in its environment. */
  Process startProcess(String name, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out(name).toFile())
            .redirectError(temp.resolve(name + ".err").toFile());
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder.start();
  }

  /** Returns where a process's standard output goes. */
  Path out(String name) {
    return temp.resolve(name + ".out");
  }

  /** Waits for a process and returns what it did. */
  Result await(String name, Process process) throws IOException, InterruptedException {
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "no end of " + name);
    } finally {
      process.destroyForcibly();
    }
    return new Result(
        process.exitValue(),
        Files.readString(out(name)),
        Files.readString(temp.resolve(name + ".err")));
  }

  /** Runs the command line as a process. */
  Result runProcess(String... words) throws IOException, InterruptedException {
    return await("process", start("process", words));
  }

  /** Runs a shell script in the scratch directory. */
  Result shell(String script) throws IOException, InterruptedException {
    return await("shell", startProcess("shell", List.of("bash", "-c", script)));
  }

  /** Waits until a file holds a text. */
  static void awaitText(Path file, String text) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(file) || !Files.readString(file).contains(text)) {
      assertTrue(System.nanoTime() < deadline, () -> "no '" + text + "' in " + file);
      Thread.sleep(10);
    }
  }

  /** Returns the shards of archives below a directory; control records change with every writer. */
  static Map<String, Integer> shardsBelow(Path directory) {
    Map<String, Integer> found = bytesBelow(directory);
    assertTrue(found.keySet().removeIf(path -> path.contains("/records/")), "no control record");
    return found;
  }

  /** Returns every file below a directory with its bytes' hash, to see whether anything changed. */
  static Map<String, Integer> bytesBelow(Path directory) {
    Map<String, Integer> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        found.put(path.toString(), java.util.Arrays.hashCode(Files.readAllBytes(path)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
