package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.cli.console.Console;
import dev.kintsugi.erasure.ErasureCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erasure coding from the command line, with real files and without any vault. */
class CodeVerbTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Result(int code, String out, String err) {
    JsonNode event(String name) throws IOException {
      for (String line : out.lines().toList()) {
        JsonNode node = JSON.readTree(line);
        if (node.get("event").asText().equals(name)) {
          return node;
        }
      }
      throw new IOException("no " + name + " in " + out);
    }

    List<String> problems() throws IOException {
      List<String> problems = new ArrayList<>();
      for (String line : out.lines().toList()) {
        JsonNode node = JSON.readTree(line);
        if (node.get("event").asText().equals("finding")) {
          problems.add(node.get("problem").asText() + " " + node.get("shard").asText());
        }
      }
      return problems;
    }
  }

  @TempDir Path temp;

  private Result code(int expected, String... words) {
    return code(new Interruption(), expected, words);
  }

  private static Result code(Interruption interruption, int expected, String... words) {
    String[] all = new String[words.length + 1];
    all[0] = "code";
    System.arraycopy(words, 0, all, 1, words.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(out, err, false, 80);
    int code = Main.run(all, new PublicVaults(), console, interruption, Map.of());
    Result result =
        new Result(
            code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    assertEquals(expected, code, () -> result.out() + result.err());
    return result;
  }

  private String path(String name) {
    return temp.resolve(name).toString();
  }

  private byte[] make(String name, int length, long seed) throws IOException {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    Files.write(temp.resolve(name), bytes);
    return bytes;
  }

  private void flip(String name, int position) throws IOException {
    byte[] bytes = Files.readAllBytes(temp.resolve(name));
    bytes[position] ^= 1;
    Files.write(temp.resolve(name), bytes);
  }

  @Test
  void aFileSurvivesLossAndDamage() throws IOException {
    byte[] bytes = make("file", 1_000_003, 1);
    code(0, "encode", "--scheme", "rs:4+2", path("file"), path("out"));
    assertEquals("all 6 shards are right", code(0, "verify", path("out")).out().substring(0, 22));
    assertEquals("clean\n", code(0, "locate", path("out")).out());
    byte[] lost = Files.readAllBytes(temp.resolve("out/shard-002"));
    Files.delete(temp.resolve("out/shard-002"));
    flip("out/shard-004", 70_000);
    Result verified = code(3, "verify", "--json", path("out"));
    assertEquals(List.of("MISSING 2", "DAMAGED 4"), verified.problems());
    assertFalse(verified.event("summary").get("sound").asBoolean());
    assertEquals("located 4\n", code(0, "locate", path("out")).out());
    Result decoded = code(0, "decode", "--json", path("out"), path("back"));
    assertEquals("MISSING 2", decoded.problems().get(0));
    assertArrayEquals(bytes, Files.readAllBytes(temp.resolve("back")));
    Result repaired = code(0, "repair", "--json", path("out"));
    assertEquals("[2,4]", repaired.event("summary").get("repaired").toString());
    assertArrayEquals(lost, Files.readAllBytes(temp.resolve("out/shard-002")));
    code(0, "verify", path("out"));
    for (int i = 0; i < 3; i++) {
      Files.delete(temp.resolve("out/shard-00" + i));
    }
    Files.delete(temp.resolve("back"));
    assertTrue(
        code(4, "decode", path("out"), path("back")).err().contains("needs 4 shards"),
        "the reason is told");
    assertFalse(Files.exists(temp.resolve("back")));
    code(4, "verify", path("out"));
    code(4, "repair", path("out"));
    assertEquals("ambiguous\n", code(4, "locate", path("out")).out());
  }

  @Test
  void aDamagedFileBesideASoundOneOfItsShardIsNamedAndMended() throws IOException {
    byte[] bytes = make("file", 300_000, 4);
    code(0, "encode", "--scheme", "rs:4+2", path("file"), path("out"));
    Files.copy(temp.resolve("out/shard-003"), temp.resolve("out/another"));
    byte[] sound = Files.readAllBytes(temp.resolve("out/shard-003"));
    flip("out/another", 70_000);
    assertEquals(List.of("DAMAGED 3"), code(3, "verify", "--json", path("out")).problems());
    assertEquals("located 3\n", code(0, "locate", path("out")).out());
    Result decoded = code(0, "decode", "--json", path("out"), path("back"));
    assertEquals(List.of("DAMAGED 3"), decoded.problems());
    assertArrayEquals(bytes, Files.readAllBytes(temp.resolve("back")));
    Result repaired = code(0, "repair", "--json", path("out"));
    assertTrue(repaired.event("repaired").get("file").asText().endsWith("/another"));
    assertArrayEquals(sound, Files.readAllBytes(temp.resolve("out/another")));
    assertEquals(List.of("DUPLICATE 3"), code(0, "verify", "--json", path("out")).problems());
  }

  @Test
  void interruptedWorkLeavesNothing() throws IOException {
    make("file", 300_000, 5);
    code(0, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    Files.delete(temp.resolve("out/shard-001"));
    List<String> before = names();
    Interruption now = new Interruption();
    now.request();
    code(now, 130, "encode", "--scheme", "rs:2+1", path("file"), path("out"), "--force");
    code(now, 130, "encode", "--raw", "--scheme", "raid5:1", path("out"), path("file"));
    code(now, 130, "decode", path("out"), path("back"));
    code(now, 130, "repair", path("out"));
    code(now, 130, "verify", path("out"));
    code(now, 130, "locate", path("out"));
    code(now, 130, "locate", "--raw", "--scheme", "raid5:1", path("file"), path("file"));
    assertEquals(before, names());
  }

  /** Returns all that is in the test's directory. */
  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"rs:4+2, cauchy", "lrc:6+2+2,", "raid6:4,", "raid5:3,", "replicate:3,"})
  void everySchemeWorksOnEmptyAndTinyFiles(String scheme, String construction) throws IOException {
    for (int length : new int[] {0, 1, 65_536}) {
      byte[] bytes = make("f", length, length);
      String out = path("out" + length);
      if (construction == null) {
        code(0, "encode", "--scheme", scheme, path("f"), out);
      } else {
        code(0, "encode", "--scheme", scheme, "--construction", construction, path("f"), out);
      }
      Files.delete(Path.of(out, "shard-000"));
      code(0, "decode", out, path("g"));
      assertArrayEquals(bytes, Files.readAllBytes(temp.resolve("g")));
    }
  }

  @Test
  void shardFilesAreNotReplacedUnasked() throws IOException {
    make("file", 100, 1);
    code(0, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    byte[] before = Files.readAllBytes(temp.resolve("out/shard-000"));
    make("file", 100, 2);
    code(2, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    assertArrayEquals(before, Files.readAllBytes(temp.resolve("out/shard-000")));
    code(0, "encode", "--force", "--scheme", "rs:6+3", path("file"), path("out"));
    code(0, "verify", path("out"));
    byte[] last = make("file", 100, 3);
    code(0, "encode", "--force", "--scheme", "rs:2+1", path("file"), path("out"));
    code(0, "verify", path("out"));
    code(0, "decode", path("out"), path("back"));
    assertArrayEquals(last, Files.readAllBytes(temp.resolve("back")));
    assertFalse(Files.exists(temp.resolve("out/shard-003")));
  }

  @Test
  void bareFilesAreEncodedAndLocated() throws IOException {
    byte[][] shards = new byte[6][];
    for (int i = 0; i < 4; i++) {
      shards[i] = make("d" + i, 100_001, i);
    }
    shards[4] = new byte[100_001];
    shards[5] = new byte[100_001];
    ErasureCodes.parse("rs:4+2").encode(shards, 0, 100_001);
    code(
        0,
        "encode",
        "--raw",
        "--scheme",
        "rs:4+2",
        path("out"),
        path("d0"),
        path("d1"),
        path("d2"),
        path("d3"));
    assertArrayEquals(shards[4], Files.readAllBytes(temp.resolve("out/p0")));
    assertArrayEquals(shards[5], Files.readAllBytes(temp.resolve("out/p1")));
    List<String> words = new ArrayList<>(List.of("locate", "--raw", "--scheme", "rs:4+2"));
    for (String name : List.of("d0", "d1", "d2", "d3", "out/p0", "out/p1")) {
      words.add(path(name));
    }
    assertEquals("clean\n", code(0, words.toArray(new String[0])).out());
    flip("d3", 77_777);
    assertEquals("located 3\n", code(0, words.toArray(new String[0])).out());
    flip("d1", 5);
    assertEquals("ambiguous\n", code(4, words.toArray(new String[0])).out());
    flip("d1", 5);
    flip("d3", 77_777);
    words.set(5, "-");
    assertEquals("clean\n", code(0, words.toArray(new String[0])).out());
    flip("d3", 77_777);
    assertEquals("ambiguous\n", code(4, words.toArray(new String[0])).out());
    words.add(1, "--json");
    JsonNode location = code(4, words.toArray(new String[0])).event("location");
    assertEquals("ambiguous", location.get("outcome").asText());
    make("short", 5, 1);
    words.set(7, path("short"));
    assertTrue(code(2, words.toArray(new String[0])).err().contains("equal length"));
    words.remove(7);
    assertTrue(code(2, words.toArray(new String[0])).err().contains("6 shards, but 5"));
  }

  @Test
  void noInputIsReplacedByWhatIsMadeOfIt() throws IOException {
    Files.createDirectory(temp.resolve("s"));
    byte[][] data = new byte[4][];
    for (int i = 0; i < 4; i++) {
      data[i] = make("s/p" + i, 1000, i);
    }
    Files.createSymbolicLink(temp.resolve("alias"), temp.resolve("s/p1"));
    List<List<String>> inputs =
        List.of(List.of("s/p0", "s/p2", "s/p2", "s/p3"), List.of("s/p2", "s/p3", "s/p3", "alias"));
    for (List<String> names : inputs) {
      List<String> words = new ArrayList<>(List.of("encode", "--raw", "--scheme", "rs:4+2"));
      words.add(path("s"));
      names.forEach(name -> words.add(path(name)));
      assertTrue(code(2, words.toArray(new String[0])).err().contains("would be replaced"));
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(data[i], Files.readAllBytes(temp.resolve("s/p" + i)));
      }
    }
    for (int index : new int[] {0, 7}) {
      String name = "s/" + "shard-00" + index;
      byte[] bytes = make(name, 1000, 9);
      code(2, "encode", "--force", "--scheme", "rs:2+1", path(name), path("s"));
      assertArrayEquals(bytes, Files.readAllBytes(temp.resolve(name)));
      Files.delete(temp.resolve(name));
    }
    make("file", 1000, 5);
    code(0, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    byte[] shard = Files.readAllBytes(temp.resolve("out/shard-001"));
    code(2, "decode", path("out"), path("out/shard-001"));
    assertArrayEquals(shard, Files.readAllBytes(temp.resolve("out/shard-001")));
  }

  @Test
  void plansTellWhatToRead() throws IOException {
    JsonNode one = code(0, "plan", "--scheme", "lrc:12+2+2", "--lost", "3", "--json").event("plan");
    assertEquals("[0,1,2,4,5,12]", one.get("reads").toString());
    assertEquals(6, one.get("count").asInt());
    JsonNode two =
        code(0, "plan", "--scheme", "lrc:12+2+2", "--lost", "3,7", "--json").event("plan");
    assertEquals(12, two.get("count").asInt());
    assertTrue(
        code(
                0,
                "plan",
                "--scheme",
                "rs:2+2",
                "--lost",
                "0",
                "--cost",
                "1=9",
                "--shard-bytes",
                "1024")
            .out()
            .startsWith("read 2,3: 2 shards, cost 2, 2.00 KiB for 1.00 KiB lost"));
    code(4, "plan", "--scheme", "rs:4+2", "--lost", "0,1", "--unavailable", "2");
    code(2, "plan", "--scheme", "rs:4+2", "--lost", "6");
    code(2, "plan", "--scheme", "rs:4+2", "--lost", "0", "--cost", "1=-1");
  }

  @Test
  void durabilityIsThatOfTheModel() throws IOException {
    JsonNode node =
        code(
                0,
                "durability",
                "--scheme",
                "rs:10+4",
                "--afr",
                "0.015",
                "--repair-hours",
                "24",
                "--json")
            .event("durability");
    assertEquals(9.739e13, node.get("yearsToLoss").asDouble(), 1e10);
    code(2, "durability", "--scheme", "rs:10+4", "--afr", "0", "--repair-hours", "24");
    code(2, "durability", "--scheme", "rs:10+4", "--afr", "0.1");
  }

  @Test
  void aTimeThatNoNumberHoldsIsNull() throws IOException {
    List<String> words = List.of("--afr", "1e-9", "--repair-hours", "0.001", "--json");
    List<String> all = new ArrayList<>(List.of("durability", "--scheme", "rs:17+30"));
    all.addAll(words);
    JsonNode node = code(0, all.toArray(new String[0])).event("durability");
    assertTrue(node.get("yearsToLoss").isNull(), node.toString());
    assertTrue(node.get("annualLossProbability").isNumber(), node.toString());
  }

  @Test
  void aWrongNameOfAKernelIsWhatIsNamed() throws IOException {
    make("file", 10, 1);
    code(0, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    System.setProperty("kintsugi.erasure.kernel", "abacus");
    try {
      for (List<String> words :
          List.of(
              List.of("kernels"),
              List.of("plan", "--scheme", "rs:2+1", "--lost", "0"),
              List.of("encode", "--scheme", "rs:2+1", path("file"), path("o")),
              List.of("locate", "--raw", "--scheme", "rs:2+1", "-", "-", path("file")),
              List.of("verify", path("out")),
              List.of("decode", path("out"), path("back")))) {
        String told = code(2, words.toArray(new String[0])).err();
        assertTrue(told.startsWith("kintsugi: kintsugi.erasure.kernel: kernel (abacus)"), told);
      }
    } finally {
      System.clearProperty("kintsugi.erasure.kernel");
    }
    code(0, "verify", path("out"));
  }

  @Test
  void kernelsAreListedWithTheirSpeed() throws IOException {
    Result listed = code(0, "kernels", "--json");
    List<String> used = new ArrayList<>();
    for (String line : listed.out().lines().toList()) {
      JsonNode node = JSON.readTree(line);
      if (node.get("used").asBoolean()) {
        used.add(node.get("name").asText());
      }
      assertTrue(node.get("available").asBoolean() != node.has("reason"), line);
      assertTrue(!node.has("bytesPerSecond") || node.get("bytesPerSecond").asDouble() > 1e6, line);
    }
    assertEquals(1, used.size());
  }

  @Test
  void wrongWordsAreNamed() throws IOException {
    make("file", 10, 1);
    assertTrue(
        code(2, "encode", "--scheme", "rs:300+1", path("file"), path("o")).err().contains("300"));
    assertTrue(code(2, "encode", path("file"), path("o")).err().contains("--scheme"));
    assertTrue(
        code(2, "encode", "--scheme", "rs:2+1", path("none"), path("o")).err().contains("none"));
    code(2, "encode", "--scheme", "rs:2+1", "--construction", "magic", path("file"), path("o"));
    code(2, "encode", "--scheme", "raid6:2", "--construction", "cauchy", path("file"), path("o"));
    code(2, "encode", "--scheme", "rs:2+1", "--unit", "0", path("file"), path("o"));
    for (String construction : List.of("vandermonde", "cauchy")) {
      Result both =
          code(
              2,
              "encode",
              "--scheme",
              "rs:2+1:cauchy",
              "--construction",
              construction,
              path("file"),
              path("o"));
      assertTrue(both.err().contains("--construction"), both.err());
    }
    for (String option : List.of("--unit=65536", "--force")) {
      Result raw =
          code(2, "encode", "--raw", option, "--scheme", "rs:1+1", path("o"), path("file"));
      assertTrue(raw.err().contains(option.substring(0, 6)), raw.err());
    }
    assertFalse(Files.exists(temp.resolve("o")), "nothing was made");
    code(0, "encode", "--scheme", "rs:2+1", path("file"), path("out"));
    String told = code(2, "decode", path("out"), path("nodir/g")).err();
    assertEquals(
        "kintsugi: %s: there is no such file or directory\n".formatted(path("nodir")), told);
    code(2, "decode", path("none"), path("back"));
    code(2, "decode", path("file"), path("back"));
    code(2, "locate", "--raw", path("file"));
    code(2, "locate", "--scheme", "rs:2+1", path("file"));
    Files.createDirectory(temp.resolve("empty"));
    code(4, "verify", path("empty"));
  }
}
