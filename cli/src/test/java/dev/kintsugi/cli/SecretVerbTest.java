package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Splitting secrets from the command line, with real files and without any vault. */
class SecretVerbTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  // A test value that nothing compares.
  @SuppressWarnings("ArrayRecordComponent")
  private record Result(int code, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns the status of a share file in JSON lines. */
    String status(String file) throws IOException {
      for (String line : out().lines().toList()) {
        JsonNode node = JSON.readTree(line);
        if (node.get("event").asText().equals("share")
            && node.get("file").asText().endsWith(file)) {
          return node.get("status").asText();
        }
      }
      return "";
    }

    List<Integer> missing() throws IOException {
      List<Integer> numbers = new ArrayList<>();
      for (String line : out().lines().toList()) {
        JsonNode node = JSON.readTree(line);
        if (node.path("status").asText().equals("MISSING")) {
          numbers.add(node.get("share").asInt());
        }
      }
      return numbers;
    }
  }

  @TempDir Path temp;

  private Result run(String... words) {
    return run(new Interruption(), words);
  }

  private static Result run(Interruption interruption, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(out, err, false, 80);
    int code = Main.run(words, new PublicVaults(), console, interruption, Map.of());
    return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  private Result secret(int code, String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "--json";
    all[1] = "secret";
    System.arraycopy(words, 0, all, 2, words.length);
    Result result = run(all);
    assertEquals(code, result.code(), () -> result.out() + result.err());
    return result;
  }

  private String path(String name) {
    return temp.resolve(name).toString();
  }

  private byte[] make(String name, int length) throws IOException {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    Files.write(temp.resolve(name), bytes);
    return bytes;
  }

  /** Returns the names in the test's directory; nothing else may be left behind. */
  private List<String> names(String directory) throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve(directory))) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"shamir:3of5", "xor:3", "potshards:2x2of3", "aont-rs:4+2", "krawczyk:3of5"})
  void filesOfEveryLengthComeBack(String scheme) throws IOException {
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, (3 << 20) + 1}) {
      byte[] secret = make("s", length);
      secret(0, "split", "--scheme", scheme, path("s"), path("shares" + length));
      secret(0, "combine", path("shares" + length), "-o", path("r"));
      assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")), scheme + " " + length);
    }
  }

  @Test
  void secretAndSharesAreForTheOwnerAlone() throws IOException {
    make("s", 100);
    secret(0, "split", path("s"), path("new"));
    Files.createDirectory(temp.resolve("old"));
    secret(0, "split", path("s"), path("old"));
    secret(0, "combine", path("old"), "-o", path("r"));
    for (String name : List.of("new/1.share", "new/5.share", "old/3.share", "r")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve(name))),
          name);
    }
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("new"))));
    List<String> shares = List.of("1.share", "2.share", "3.share", "4.share", "5.share");
    assertEquals(shares, names("new"));
    assertEquals(shares, names("old"));
    assertEquals(List.of("new", "old", "r", "s"), names("."));
  }

  @Test
  void combineNamesDamagedForeignDuplicateStrangeAndMissingShares() throws IOException {
    byte[] secret = make("s", 3 << 20);
    secret(0, "split", "--scheme", "shamir:2of6", path("s"), path("a"));
    secret(0, "split", "--scheme", "shamir:2of6", path("s"), path("b"));
    secret(0, "refresh", path("a"), path("c"));
    byte[] damaged = Files.readAllBytes(temp.resolve("a/2.share"));
    damaged[2_000_000] ^= 1;
    Files.write(temp.resolve("damaged"), damaged);
    String[] words = {
      "combine",
      path("a/1.share"),
      path("damaged"),
      path("b/3.share"),
      path("c/3.share"),
      path("a/1.share"),
      path("s"),
      path("a/5.share"),
      "-o",
      path("r")
    };
    Result result = secret(0, words);
    assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
    assertEquals("DAMAGED", result.status("damaged"));
    assertEquals("FOREIGN", result.status("b/3.share"));
    assertEquals("STALE", result.status("c/3.share"));
    assertEquals("UNREADABLE", result.status("/s"));
    assertEquals("GOOD", result.status("a/5.share"));
    assertEquals(List.of(3, 4, 6), result.missing());
    for (String word : List.of("DAMAGED", "FOREIGN", "STALE", "DUPLICATE", "UNREADABLE")) {
      assertTrue(result.err().contains(word), result.err());
    }
  }

  @Test
  void aWrongShareIsNamedAndTheSecretIsRight() throws IOException {
    byte[] secret = make("s", 1000);
    secret(0, "split", path("s"), path("a"));
    forge(temp.resolve("a/3.share"));
    Result result = secret(7, "combine", path("a"), "-o", path("r"));
    assertEquals("WRONG", result.status("a/3.share"));
    assertEquals("GOOD", result.status("a/2.share"));
    assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
    // Too few others to be right without it: no secret at all.
    Files.delete(temp.resolve("r"));
    secret(4, "combine", path("a/1.share"), path("a/2.share"), path("a/3.share"), "-o", path("r"));
    assertEquals(List.of("a", "s"), names("."));
    // Nor are new shares made of it.
    Result refused = secret(7, "refresh", path("a"), path("b"));
    assertTrue(refused.err().contains("[3]"), refused.err());
    secret(7, "reshare", "--to", "shamir:2of2", path("a"), path("b"));
    assertEquals(List.of("a", "s"), names("."));
  }

  @Test
  void aGoodCopyOfADamagedShareIsUsedInAnyOrder() throws IOException {
    byte[] secret = make("s", 5000);
    secret(0, "split", path("s"), path("a"));
    byte[] damaged = Files.readAllBytes(temp.resolve("a/2.share"));
    damaged[2000] ^= 1;
    Files.write(temp.resolve("bad"), damaged);
    for (List<String> order :
        List.of(
            List.of("a/1.share", "bad", "a/2.share", "a/3.share"),
            List.of("a/2.share", "a/1.share", "bad", "a/3.share"))) {
      List<String> words = new ArrayList<>(List.of("combine", "-o", path("r")));
      order.forEach(name -> words.add(path(name)));
      Result result = secret(0, words.toArray(String[]::new));
      assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
      assertEquals("DAMAGED", result.status("bad"), order.toString());
      assertEquals("GOOD", result.status("a/2.share"), order.toString());
    }
  }

  @Test
  void sharesOfTwoSecretsGiveNeither() throws IOException {
    make("s", 5000);
    make("t", 4000);
    secret(0, "split", path("s"), path("a"));
    secret(0, "split", "--scheme", "shamir:2of3", path("t"), path("b"));
    Result result = secret(4, "combine", path("a"), path("b"), "-o", path("r"));
    assertTrue(result.err().contains("enough shares of each of 2 sharings"), result.err());
    assertTrue(result.err().contains("b/3.share"), result.err());
    secret(4, "reshare", "--to", "shamir:2of2", path("a"), path("b"), path("c"));
    assertEquals(List.of("a", "b", "s", "t"), names("."));
    // The control: without enough shares of the second secret there is the first.
    secret(0, "combine", path("a"), path("b/1.share"), "-o", path("r"));
    assertArrayEquals(Files.readAllBytes(temp.resolve("s")), Files.readAllBytes(temp.resolve("r")));
  }

  /** Alters the first byte of the only piece and makes the checksum right again. */
  private static void forge(Path share) throws IOException {
    byte[] bytes = Files.readAllBytes(share);
    int record = 7 + "shamir:3of5".length() + 45;
    int length = java.nio.ByteBuffer.wrap(bytes).getInt(record);
    bytes[record + 10] ^= 0x55;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(new byte[8]);
    crc.update(bytes, record, 4 + length);
    java.nio.ByteBuffer.wrap(bytes).putInt(record + 4 + length, (int) crc.getValue());
    Files.write(share, bytes);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatTheSystemSaysOfADiskIsToldAsItIs() {
    Result result = secret(1, "split", "--scheme", "shamir:2of3", "/proc/self/mem", path("new"));
    assertTrue(result.err().contains("kintsugi: Input/output error"), result.err());
    assertFalse(result.err().contains("Exception"), result.err());
    assertFalse(Files.exists(temp.resolve("new")));
  }

  @Test
  void tooFewSharesLeaveWhatIsThereAlone() throws IOException {
    make("s", 1000);
    secret(0, "split", path("s"), path("a"));
    Files.writeString(temp.resolve("r"), "precious");
    Result result = secret(4, "combine", path("a/1.share"), path("a/4.share"), "-o", path("r"));
    assertEquals(List.of(2, 3, 5), result.missing());
    assertEquals("precious", Files.readString(temp.resolve("r")));
    secret(4, "combine", path("s"), "-o", path("r"));
    assertEquals(List.of("a", "r", "s"), names("."));
    // The negative control: with one more share it is replaced.
    secret(0, "combine", path("a/1.share"), path("a/4.share"), path("a/2.share"), "-o", path("r"));
    assertArrayEquals(Files.readAllBytes(temp.resolve("s")), Files.readAllBytes(temp.resolve("r")));
  }

  @Test
  void refreshedSharesCombineAmongThemselvesOnly() throws IOException {
    byte[] secret = make("s", 70_000);
    secret(0, "split", path("s"), path("a"));
    secret(0, "refresh", path("a"), path("b"));
    secret(0, "combine", path("b/1.share"), path("b/2.share"), path("b/5.share"), "-o", path("r"));
    assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
    secret(4, "combine", path("a/1.share"), path("a/2.share"), path("b/3.share"), "-o", path("r"));
    Files.delete(temp.resolve("b/4.share"));
    secret(4, "refresh", path("b"), path("c"));
    assertFalse(Files.exists(temp.resolve("c")));
  }

  @Test
  void resharedSharesHaveTheNewThreshold() throws IOException {
    byte[] secret = make("s", 70_000);
    secret(0, "split", path("s"), path("a"));
    secret(
        0,
        "reshare",
        "--to",
        "shamir:4of7",
        path("a/2.share"),
        path("a/3.share"),
        path("a/5.share"),
        path("b"));
    assertEquals(7, names("b").size());
    secret(4, "combine", path("b/1.share"), path("b/2.share"), path("b/7.share"), "-o", path("r"));
    secret(0, "combine", path("b"), "-o", path("r"));
    assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
    secret(2, "reshare", "--to", "xor:3", path("a"), path("c"));
    secret(2, "reshare", "--to", "shamir:9of7", path("a"), path("c"));
    secret(0, "split", "--scheme", "xor:3", path("s"), path("x"));
    secret(2, "reshare", "--to", "shamir:2of3", path("x"), path("c"));
    secret(2, "refresh", path("x"), path("c"));
    assertFalse(Files.exists(temp.resolve("c")));
  }

  @Test
  void inspectTellsWhatBelongsTogetherAndWhetherItSuffices() throws IOException {
    make("s", 1000);
    secret(0, "split", path("s"), path("a"));
    secret(0, "split", "--scheme", "xor:3", path("s"), path("b"));
    Files.delete(temp.resolve("b/2.share"));
    Result result = secret(0, "inspect", path("a"), path("b"));
    List<JsonNode> sharings = new ArrayList<>();
    for (String line : result.out().lines().toList()) {
      JsonNode node = JSON.readTree(line);
      if (node.get("event").asText().equals("sharing")) {
        sharings.add(node);
      }
    }
    assertEquals("[true, false]", sharings.stream().map(n -> n.get("enough")).toList().toString());
    assertEquals("[2]", sharings.get(1).get("missing").toString());
    Files.write(
        temp.resolve("cut"), Arrays.copyOf(Files.readAllBytes(temp.resolve("a/1.share")), 500));
    assertEquals("DAMAGED", secret(3, "inspect", path("a/2.share"), path("cut")).status("cut"));
    assertEquals("UNREADABLE", secret(4, "inspect", path("s")).status("/s"));
    Result text = run("secret", "inspect", path("a/3.share"));
    assertTrue(text.out().contains("share 3 of shamir:3of5"), text.out());
  }

  @Test
  void standardOutputCarriesTheSecretAlone() throws IOException {
    byte[] secret = make("s", 1_500_000);
    secret(0, "split", path("s"), path("a"));
    Result result = run("secret", "combine", path("a"), "-o", "-");
    assertEquals(0, result.code());
    assertArrayEquals(secret, result.bytes());
    secret(2, "combine", path("a"), "-o", "-");
  }

  @Test
  void wrongWordsExitWithTwoAndNothingIsReplaced() throws IOException {
    make("s", 10);
    secret(0, "split", path("s"), path("a"));
    byte[] first = Files.readAllBytes(temp.resolve("a/1.share"));
    secret(2, "split", path("s"), path("a"));
    assertArrayEquals(first, Files.readAllBytes(temp.resolve("a/1.share")));
    secret(2, "split", path("s"), path("s"));
    secret(2, "split", path("s"), path("no/where"));
    secret(2, "split", path("a"), path("b"));
    secret(2, "split", path("nothing"), path("b"));
    secret(2, "split", "--scheme", "shamir:6of5", path("s"), path("b"));
    secret(2, "split", "--scheme", "shamir", path("s"), path("b"));
    secret(2, "combine", path("a"));
    secret(2, "combine", path("nothing"), "-o", path("r"));
    secret(2, "combine", path("a"), "-o", path("a"));
    secret(2, "combine", path("a"), "-o", path("a/1.share"));
    secret(2, "combine", path("a"), "-o", path("no/r"));
    secret(2, "refresh", path("s"), path("b"));
    secret(2, "inspect");
    assertEquals(2, run("secret").code());
    assertEquals(List.of("a", "s"), names("."));
    assertEquals(5, names("a").size());
  }

  @Test
  void interruptedWorkLeavesNothing() throws IOException {
    make("s", 1000);
    secret(0, "split", path("s"), path("a"));
    Interruption now = new Interruption();
    now.request();
    assertEquals(130, run(now, "secret", "split", path("s"), path("b")).code());
    assertEquals(130, run(now, "secret", "combine", path("a"), "-o", path("r")).code());
    assertEquals(130, run(now, "secret", "refresh", path("a"), path("b")).code());
    assertEquals(List.of("a", "s"), names("."));
  }

  @Test
  void directoriesOfManySharesAreReadInTheOrderOfTheirNumbers() throws IOException {
    byte[] secret = make("s", 300_000);
    secret(0, "split", "--scheme", "shamir:20of255", path("s"), path("a"));
    assertEquals(255, names("a").size());
    secret(0, "combine", path("a"), "-o", path("r"));
    assertArrayEquals(secret, Files.readAllBytes(temp.resolve("r")));
  }
}
