package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.cli.local.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that are gone, replaced, damaged or lie: exit codes, messages, and nothing lost. */
class FailingArchivesTest {
  private static final int FILES = 12;

  @TempDir Path temp;
  private Cli cli;
  private Path tree;

  @BeforeEach
  void storeATree() throws IOException {
    cli = new Cli(temp).initSix();
    tree = Files.createDirectories(temp.resolve("tree"));
    Random random = new Random(7);
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = new byte[200_000];
      random.nextBytes(bytes);
      Files.write(tree.resolve("file" + i), bytes);
    }
    Files.createFile(tree.resolve("empty"));
    cli.run("put", "-r", tree.toString(), "/").expect(0);
  }

  private void takeAway(String... names) throws IOException {
    Files.createDirectories(temp.resolve("away"));
    for (String name : names) {
      Files.move(cli.archive(name), temp.resolve("away").resolve(name));
    }
  }

  private void bringBack(String... names) throws IOException {
    for (String name : names) {
      Files.move(temp.resolve("away").resolve(name), cli.archive(name));
    }
  }

  private void assertEverythingIsBack(String out) throws Exception {
    cli.run("get", "-r", "/tree", temp.resolve(out).toString()).expect(0);
    cli.shell("diff -r tree " + out + "/tree").expect(0);
  }

  private List<Path> shards(String archive) throws IOException {
    try (Stream<Path> paths = Files.walk(cli.archive(archive).resolve("shards"))) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void flip(Path shard) throws IOException {
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 4;
    Files.write(shard, bytes);
  }

  private static boolean isFile(JsonNode line) {
    return line.get("kind").asText().equals("file");
  }

  @Test
  void threeOfSixGoneExitsWithFourNamesWhatIsLostOnceAndLeavesTheRestAlone() throws Exception {
    cli.run("kit", "export", temp.resolve("kit").toString()).expect(0);
    takeAway("b", "d", "e");
    var before = Cli.shardsBelow(temp.resolve("archives"));

    Path out = temp.resolve("out");
    Cli.Result get = cli.run("--json", "get", "-r", "/tree", out.toString()).expect(4);
    List<JsonNode> failed = get.events("failed");
    assertFalse(failed.isEmpty());
    long restored = get.events("restored").stream().filter(FailingArchivesTest::isFile).count();
    assertEquals(FILES + 1, failed.size() + restored, "every file is lost or restored");
    assertTrue(Files.exists(out.resolve("tree/empty")), "the empty file needs no shard");
    long full = get.err().lines().filter(line -> line.contains("intact shards")).count();
    assertEquals(1, full, () -> "the reason is said once:\n" + get.err());
    for (JsonNode item : failed) {
      get.says(item.get("item").asText());
      assertEquals(4, item.get("exit").asInt());
      assertTrue(item.get("reason").asText().contains("intact shards"), item.toString());
    }
    get.says("could not be restored, named above").says("bring back archives");

    Cli.Result scrub = cli.run("--json", "scrub", "--repair").expect(4);
    assertFalse(scrub.events("unrecoverable").isEmpty());
    Cli.Result repair = cli.run("repair").expect(4).says("cannot be recovered in full");
    assertTrue(repair.out().contains("nothing could be restored"), repair.out());
    cli.run("status", "--check").expect(4);
    cli.run("put", tree + "/file1", "/new").expect(6);
    Cli.Result recover =
        cli.run(
            "recover",
            temp.resolve("v2").toString(),
            "--kit",
            temp.resolve("kit").toString(),
            "--archive",
            cli.word("f"),
            "--archive",
            cli.word("a"),
            "--archive",
            cli.word("c"));
    recover.expect(4);
    assertEquals(before, Cli.shardsBelow(temp.resolve("archives")), "shards are as they were");

    bringBack("d");
    assertEverythingIsBack("four");
    bringBack("b", "e");
    cli.run("scrub").expect(0);
  }

  @Test
  void writingToTooFewArchivesExitsWithSixAndStoresNothing() throws Exception {
    takeAway("b", "d");
    Cli.Result put = cli.run("put", tree + "/file1", "/new").expect(6);
    put.says("5 are needed").says("nothing was stored");
    cli.run("mkdir", "/new").expect(6);
    cli.run("stat", "/new").expect(2);
    cli.run("status", "--check").expect(6);
    cli.run("scrub").expect(6).says("archive b could not be asked");
    assertEverythingIsBack("out");
    bringBack("b", "d");
    cli.run("put", tree + "/file1", "/new").expect(0);
    cli.run("scrub", "--repair").expect(0);
    cli.run("status", "--check").expect(0);
  }

  @Test
  void whatIsStoredWithoutAnArchiveWaitsForRepair() throws Exception {
    takeAway("c");
    cli.run("put", tree + "/file1", "/new")
        .expect(0)
        .says("wait for repair")
        .says("warning: archive c: ")
        .says("does not exist");
    flip(shards("a").get(0));
    cli.run("scrub").expect(6);
    Cli.Result repair = cli.run("repair").expect(6).says("still wait").says("archive c: ");
    assertFalse(repair.err().contains("archive a: "), repair.err());
    bringBack("c");
    cli.run("status", "--check").expect(3);
    cli.run("repair").expect(0);
    cli.run("status", "--check").expect(0);
  }

  @Test
  void aLostArchiveIsReplacedAndRefilled() throws Exception {
    int shards = shards("b").size();
    Restorer.removeTree(cli.archive("b"));
    cli.run("rebuild", "b").expect(6).says("kintsugi archive add b=");
    Files.createDirectory(cli.archive("b")); // an empty disk in the old one's place
    cli.run("rebuild", "b").expect(6).says("is the disk mounted?");
    cli.run("rebuild", "nobody").expect(2);
    cli.run("archive", "add", cli.word("b")).expect(0);
    cli.run("rebuild", "b").expect(0);
    assertEquals(shards, shards("b").size());
    cli.run("scrub").expect(0);
    cli.run("status", "--check").expect(0);

    Restorer.removeTree(cli.archive("c"));
    cli.run("archive", "add", "c=file:" + cli.archive("elsewhere")).expect(0);
    cli.run("rebuild", "c").expect(0);
    takeAway("a", "b");
    assertEverythingIsBack("out");
  }

  @Test
  void anArchiveThatHasMovedIsRecognised() throws Exception {
    takeAway("c");
    String place = "file:" + temp.resolve("away").resolve("c");
    String old = "file:" + cli.archive("c");
    cli.run("archive", "add", "--dry-run", "b=" + place, "--replace")
        .expect(2)
        .says("holds archive c of this vault, not b")
        .says("kintsugi archive add c=" + place);
    Cli.Result dry = cli.run("archive", "add", "--dry-run", "c=" + place).expect(0);
    assertTrue(dry.out().contains("archive c would move from " + old + " to " + place), dry.out());
    cli.run("status", "--check").expect(6); // the control: a dry run moves nothing
    Cli.Result moved = cli.run("archive", "add", "c=" + place).expect(0);
    assertTrue(moved.out().contains("archive c moved from " + old + " to " + place), moved.out());
    cli.run("status", "--check").expect(0);
    cli.run("scrub").expect(0);
    cli.run("archive", "add", "c=" + place).expect(2).says("--replace");
  }

  @Test
  void anArchiveThatHasMovedAndMissedWritesIsSaidToHave() throws Exception {
    takeAway("c");
    String place = "file:" + temp.resolve("away").resolve("c");
    cli.run("put", tree + "/file1", "/late").expect(0);
    Cli.Result moved = cli.run("archive", "add", "c=" + place).expect(0);
    assertTrue(
        moved.out().contains("it has missed writes: 'kintsugi scrub --repair'"), moved.out());
    cli.run("scrub", "--repair").expect(0);
    cli.run("scrub").expect(0);
  }

  @Test
  void whoReachesOneArchiveClaimsNothingAndTheRecoveredVaultGoesOnWithIt() throws Exception {
    cli.run("kit", "export", temp.resolve("kit").toString()).expect(0);
    takeAway("a", "b", "c", "d", "e");
    cli.run("put", tree + "/file1", "/new").expect(6).says("1 of 6 archives answer");
    cli.run("scrub").expect(4);
    bringBack("a", "b", "c", "d", "e");
    takeAway("f");
    List<String> words = new ArrayList<>(List.of("recover", temp.resolve("v2").toString()));
    words.addAll(List.of("--kit", temp.resolve("kit").toString()));
    for (String name : List.of("a", "b", "c", "d", "e")) {
      words.addAll(List.of("--archive", cli.word(name)));
    }
    cli.run(words.toArray(String[]::new)).expect(0);
    String[] put = {"--vault", temp.resolve("v2").toString(), "put", tree + "/file1", "/new"};
    cli.run(put).expect(0);
    bringBack("f");
    put[put.length - 1] = "/newer";
    cli.run(put).expect(0);
    cli.run("put", tree + "/file1", "/old").expect(8); // the control: the old vault is out
  }

  @Test
  void damageIsNamedMendedAndDecidesTheExitCode() throws Exception {
    cli.run("scrub").expect(0);
    Path damaged = shards("a").get(0);
    byte[] good = Files.readAllBytes(damaged);
    flip(damaged);
    Path gone = shards("b").get(0);
    Files.delete(gone);
    Cli.Result scrub = cli.run("--json", "scrub").expect(3);
    assertEquals(2, scrub.events("finding").size(), scrub.out());
    assertTrue(scrub.out().contains(damaged.getFileName().toString()), scrub.out());
    cli.run("status", "--check").expect(3);
    cli.run("repair").expect(0);
    assertArrayEquals(good, Files.readAllBytes(damaged));
    assertTrue(Files.exists(gone));
    cli.run("scrub").expect(0);
  }

  /** Returns the largest shards, those of the stripe that holds the tree, by their indices. */
  private Map<Integer, Path> shardsOfTheTree() throws IOException {
    Map<Path, byte[]> sound = new HashMap<>();
    for (String archive : List.of("a", "b", "c", "d", "e", "f")) {
      Path largest =
          shards(archive).stream().max(Comparator.comparingLong(s -> s.toFile().length())).get();
      sound.put(largest, Files.readAllBytes(largest));
      flip(largest);
    }
    Map<Integer, Path> byIndex = new HashMap<>();
    for (JsonNode finding : cli.run("--json", "scrub", "--dry-run").events("finding")) {
      for (Path shard : sound.keySet()) {
        if (shard.endsWith(finding.get("shard").asText())) {
          byIndex.put(finding.get("index").asInt(), shard);
        }
      }
    }
    for (Map.Entry<Path, byte[]> shard : sound.entrySet()) {
      Files.write(shard.getKey(), shard.getValue());
    }
    assertEquals(6, byIndex.size(), byIndex.toString());
    return byIndex;
  }

  @Test
  void readsThatMetDamageSaySoOnceAndGiveEveryByte() throws Exception {
    String words = "found damaged or missing";
    Map<Integer, Path> shards = shardsOfTheTree();
    takeAway("a");
    Cli.Result away = cli.run("get", "-r", "/tree", temp.resolve("away-out").toString()).expect(0);
    assertFalse(away.err().contains(words), away.err());
    bringBack("a");

    byte[] bytes = Files.readAllBytes(shards.get(0));
    bytes[1000] ^= 1; // in the first block
    Files.write(shards.get(0), bytes);
    Files.delete(shards.get(1));
    Path out = temp.resolve("out");
    Cli.Result get = cli.run("--json", "get", "-r", "/tree", out.toString()).expect(0);
    cli.shell("diff -r tree out/tree").expect(0);
    assertEquals(1, get.events("warning").size(), get.out());
    String said = get.events("warning").get(0).get("message").asText();
    assertTrue(said.startsWith("2 shards were " + words), said);
    assertTrue(said.contains("kintsugi scrub --repair"), said);
    assertEquals(1, get.err().lines().filter(line -> line.contains(words)).count(), get.err());

    String cat =
        "'" + String.join("' '", Cli.java()) + "' --json cat /tree/file0 | cmp - tree/file0";
    cli.shell(cat).expect(0).says(words);

    cli.run("scrub", "--repair").expect(0);
    Cli.Result again = cli.run("get", "-r", "/tree", out.toString()).expect(0);
    assertFalse(again.err().contains(words), again.err());
  }

  @Test
  void tamperingExitsWithSevenAlsoWhenItWasMended() throws Exception {
    // A liar whose checksums are right: another shard, whole, under the name of one as long.
    cli.run("put", tree + "/file1", "/second").expect(0);
    cli.run("put", tree + "/file2", "/third").expect(0);
    Map<Integer, byte[]> byLength = new HashMap<>();
    int swapped = 0;
    for (Path shard : shards("a")) {
      byte[] bytes = Files.readAllBytes(shard);
      byte[] other = byLength.put(bytes.length, bytes);
      if (other != null && swapped == 0) {
        Files.write(shard, other);
        swapped++;
      }
    }
    assertEquals(1, swapped, "two shards of one length");
    Cli.Result scrub = cli.run("--json", "scrub", "--repair").expect(7);
    assertEquals("a", scrub.events("finding").get(0).get("archive").asText());
    assertEquals("MISPLACED", scrub.events("finding").get(0).get("problem").asText());
    cli.run("scrub").expect(0);
    assertEverythingIsBack("out");
  }

  @Test
  void recoverTakesAnyFourInAnyOrderUnderAnyNames() throws Exception {
    Path kit = temp.resolve("kit");
    cli.run("kit", "export", kit.toString()).expect(0);
    cli.run("kit", "export", kit.toString()).expect(2).says("never replaces");
    takeAway("a", "d");
    Restorer.removeTree(cli.vault);
    String[] words = {
      "recover",
      cli.vault.toString(),
      "--kit",
      kit.toString(),
      "--archive",
      "x=file:" + cli.archive("f"),
      "--archive",
      "y=file:" + cli.archive("b"),
      "--archive",
      "a=file:" + cli.archive("e"),
      "--archive",
      "z=file:" + cli.archive("c")
    };
    Path wrong = Files.writeString(temp.resolve("wrong"), "battery\n");
    String[] denied = java.util.Arrays.copyOf(words, words.length + 2);
    denied[words.length] = "--kit-passphrase-file";
    denied[words.length + 1] = wrong.toString();
    cli.run(denied).expect(5);
    words[3] = wrong.toString();
    cli.run(words).expect(2).says(wrong + " is not a recovery kit");
    byte[] damaged = Files.readAllBytes(kit);
    damaged[damaged.length / 2] ^= 1;
    words[3] = Files.write(temp.resolve("damaged"), damaged).toString();
    cli.run(words).expect(7).says("damaged");
    words[3] = kit.toString();
    Cli.Result recovered = cli.run(words).expect(0);
    assertTrue(recovered.out().contains("13 files"), recovered.out());
    assertEverythingIsBack("out");
  }

  @Test
  void wrongPassphrasesExitWithFive() throws Exception {
    Path wrong = Files.writeString(temp.resolve("wrong"), "battery\n");
    String file = wrong.toString();
    cli.run("ls", "--passphrase-file", file).expect(5).says("wrong passphrase");
    cli.run("put", tree + "/empty", "/x", "--passphrase-file", file).expect(5);
    cli.run("ls", "--passphrase-file", temp + "/none").expect(2);
    Files.writeString(wrong, "\n");
    cli.run("ls", "--passphrase-file", file).expect(2).says("is empty");
    cli.run("ls").expect(0);
  }
}
