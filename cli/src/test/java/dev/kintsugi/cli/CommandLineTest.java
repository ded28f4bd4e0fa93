package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own: exit codes, JSON lines, names of any bytes. */
class CommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Result(int code, String out, String err) {}

  @TempDir Path temp;
  private Path vault;

  @BeforeEach
  void writePassphrases() throws IOException {
    vault = temp.resolve("vault");
    Files.writeString(temp.resolve("passphrase"), "correct horse\n");
    Files.writeString(temp.resolve("wrong"), "battery staple\n");
  }

  private Result run(String... words) throws IOException, InterruptedException {
    return runAs("passphrase", words);
  }

  private Result runAs(String passphrase, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "-V", vault.toString()));
    command.addAll(List.of("--passphrase-file", temp.resolve(passphrase).toString()));
    command.addAll(List.of(words));
    File out = temp.resolve("stdout").toFile();
    File err = temp.resolve("stderr").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temp.toFile()).redirectOutput(out).redirectError(err);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "no end of " + List.of(words));
    } finally {
      process.destroyForcibly();
    }
    return new Result(
        process.exitValue(),
        Files.readString(out.toPath(), StandardCharsets.UTF_8),
        Files.readString(err.toPath(), StandardCharsets.UTF_8));
  }

  private void expect(int code, Result result) {
    assertEquals(code, result.code(), () -> result.out() + result.err());
  }

  private void init() throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("init", vault.toString(), "--scheme", "rs:2+1"));
    for (String name : List.of("a", "b", "c")) {
      words.addAll(List.of("--archive", name + "=file:" + temp.resolve(name)));
    }
    expect(0, run(words.toArray(String[]::new)));
  }

  @Test
  void wrongWordsExitWithTwo() throws Exception {
    expect(2, run());
    expect(2, run("no-such-verb"));
    expect(2, run("put", "only-one-word"));
    expect(2, run("ls", "/"));
    Result json = run("--json", "ls", "relative");
    expect(2, json);
    assertEquals(2, JSON.readTree(json.out()).get("exit").asInt());
  }

  @Test
  void whatIsPutComesBackAndEveryLineIsJson() throws Exception {
    init();
    Path tree = temp.resolve("tree");
    Files.createDirectories(tree.resolve("empty directory"));
    Files.writeString(tree.resolve("-dash"), "dash");
    Files.writeString(tree.resolve("new\nline"), "line");
    Files.writeString(tree.resolve("n".repeat(255)), "long");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("nowhere"));
    Result put = run("--json", "put", "-r", "tree", "/");
    expect(0, put);
    int stored = 0;
    for (String line : put.out().lines().toList()) {
      JsonNode node = JSON.readTree(line);
      stored += "stored".equals(node.get("event").asText()) ? 1 : 0;
    }
    assertEquals(6, stored, put.out());
    expect(0, run("get", "-r", "/tree", "out"));
    Result diff = shell("diff -r --no-dereference tree out/tree");
    expect(0, diff);
    Files.writeString(temp.resolve("out/tree/-dash"), "other");
    expect(1, shell("diff -r --no-dereference tree out/tree"));
    Result range = run("cat", "/tree/-dash", "--range", "1:2");
    assertEquals("as", range.out());
    expect(2, run("cat", "/nope"));
  }

  @Test
  void wrongPassphraseExitsWithFive() throws Exception {
    init();
    expect(5, runAs("wrong", "ls", "/"));
    expect(0, run("ls", "/"));
  }

  private Result shell(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, "");
  }
}
