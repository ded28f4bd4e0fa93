package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every verb as its user meets it: what it does, what it says, its exit code, its JSON lines. */
class VerbsTest {
  @TempDir Path temp;
  private Cli cli;
  private Path tree;

  @BeforeEach
  void makeVault() throws IOException {
    cli = new Cli(temp).init("rs:2+1", "a", "b", "c");
    tree = Files.createDirectories(temp.resolve("tree"));
    Files.writeString(tree.resolve("one.txt"), "first");
    Files.createDirectories(tree.resolve("sub"));
    Files.writeString(tree.resolve("sub/two.txt"), "second");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("one.txt"));
  }

  private void put() {
    cli.run("put", "-r", tree.toString(), "/").expect(0);
  }

  @Test
  void wrongWordsExitWithTwoAndNameWhatThereIs() {
    cli.run().expect(2).says("which verb? Give one of init, put,");
    cli.run("archive").expect(2).says("ls, add, validate");
    cli.run("lss").expect(2).says("did you mean ls?");
    cli.run("put", "only-one-word").expect(2);
    cli.run("ls", "relative").expect(2).says("starts with '/'");
    cli.run("ls", "--no-such-option").expect(2).says("kintsugi ls --help");
    cli.run("cat", "/x", "--range", "5").expect(2).says("OFF:LEN");
    cli.run("-V", temp.resolve("nowhere").toString(), "ls").expect(2).says("kintsugi init");
    assertEquals(2, cli.run("--json", "lss").expect(2).events("error").get(0).get("exit").asInt());
  }

  @Test
  void helpExplainsEveryVerb() {
    Cli.Result all = cli.run("help").expect(0);
    assertTrue(all.out().contains("Exit codes: 0 done"), all.out());
    for (String verb : List.of("put", "get", "scrub", "recover", "drill", "mount")) {
      assertTrue(all.out().contains("  " + verb + " "), verb);
      assertEquals(cli.run("help", verb).expect(0).out(), cli.run(verb, "--help").expect(0).out());
    }
    String list = all.out().substring(all.out().indexOf("Verbs:"), all.out().indexOf("Exit codes"));
    assertTrue(list.contains("as cp does.\n"), list);
    for (String line : cli.run("secret", "--help").expect(0).out().split("\n(?=  [a-z])", -1)) {
      assertTrue(line.strip().endsWith(".") || !line.startsWith("  "), line);
    }
    cli.run("help", "nothing").expect(2);
    assertEquals(cli.run("version").expect(0).out(), cli.run("--version").expect(0).out());
  }

  @Test
  void wordsOfTwoPeopleAndTheArchivesGiveTheVaultBack() throws IOException {
    put();
    String words = temp.resolve("words").toString();
    cli.run("kit", "words", words, "--group", "2of3").expect(0);
    cli.run("kit", "words", words, "--group", "2of3").expect(2).says("is there already");
    cli.run("kit", "words", words + "2", "--group", "2by3").expect(2).says("must look like 2of3");
    cli.run("kit", "words", words + "2", "--group", "4of3").expect(2).says("--group 4of3");
    assertFalse(Files.exists(temp.resolve("words2")));
    String first = words + "/group1-person1.words";
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(first))));
    String made = temp.resolve("made").toString();
    List<String> recover =
        List.of("recover", made, "--archive", cli.word("c"), "--archive", cli.word("a"));
    Function<List<String>, Cli.Result> with =
        files -> {
          List<String> line = new ArrayList<>(recover);
          files.forEach(file -> line.addAll(List.of("--words", file)));
          return cli.run(line.toArray(String[]::new));
        };
    with.apply(List.of(first)).expect(5).says("the words do not open a vault");
    with.apply(List.of()).expect(2).says("--kit FILE or --words FILE");
    with.apply(List.of(first, words + "/nobody.words")).expect(2).says("no file of words");
    Path typed = Files.writeString(temp.resolve("typed"), "no such words\n");
    with.apply(List.of(first, typed.toString())).expect(2).says("mnemonic 2");
    Files.write(typed, new byte[(1 << 20) + 1]);
    with.apply(List.of(first, typed.toString())).expect(2).says("too long");
    with.apply(List.of(words + "/group1-person3.words", first)).expect(0);
    assertEquals("second", cli.run("-V", made, "cat", "/tree/sub/two.txt").expect(0).out());
  }

  @Test
  void putIntoAMissingDirectoryExitsWithTwoAndStoresNothing() {
    Cli.Result put = cli.run("put", tree + "/one.txt", "/no/such").expect(2);
    put.says("no directory /no");
    assertFalse(put.out().contains("stored"), put.out());
    cli.run("put", tree.toString(), "/").expect(2).says("use -r");
    assertEquals("", cli.run("ls").expect(0).out());
  }

  @Test
  void putOfWhatIsMissingExitsWithTwoAloneAndThreeBesideOthers() {
    cli.run("put", temp + "/nothing", "/").expect(2).says("no such file");
    cli.run("put", temp + "/nothing", tree + "/one.txt", "/").expect(3).says("1 item could not");
    assertEquals("first", cli.run("cat", "/one.txt").expect(0).out());
  }

  @Test
  void putAndGetFollowCp() throws IOException {
    put();
    cli.run("put", "-r", tree.toString(), "/tree").expect(0);
    cli.run("put", "-r", tree.toString(), "/copy").expect(0);
    cli.run("put", tree + "/one.txt", "/copy/renamed").expect(0);
    String all = cli.run("ls", "-R").expect(0).out();
    for (String path : List.of("/tree/tree/sub/two.txt", "/copy/sub/two.txt", "/copy/renamed")) {
      assertTrue(all.lines().anyMatch(path::equals), path + " in " + all);
    }
    Path out = temp.resolve("out");
    cli.run("get", "-r", "/copy", out.toString()).expect(0);
    assertEquals("second", Files.readString(out.resolve("copy/sub/two.txt")));
    assertEquals("one.txt", Files.readSymbolicLink(out.resolve("copy/link")).toString());
    cli.run("get", "/copy/renamed", temp.resolve("file").toString()).expect(0);
    assertEquals("first", Files.readString(temp.resolve("file")));
    cli.run("get", "/copy", out.toString()).expect(2).says("use -r");
    cli.run("get", "-r", "/nothing", "/copy", out.toString()).expect(3).says("nothing is at");
  }

  @Test
  void catGivesRanges() {
    put();
    assertEquals("ir", cli.run("cat", "/tree/one.txt", "--range", "1:2").expect(0).out());
    assertEquals("rst", cli.run("cat", "/tree/one.txt", "--range", "2:").expect(0).out());
    assertEquals("", cli.run("cat", "/tree/one.txt", "--range", "99:2").expect(0).out());
    cli.run("cat", "/tree").expect(2).says("is a directory");
    cli.run("cat", "/nothing").expect(2);
  }

  @Test
  void lsAndStatTell() {
    put();
    assertEquals("link\none.txt\nsub\n", cli.run("ls", "/tree").expect(0).out());
    String details = cli.run("ls", "-l", "/tree").expect(0).out();
    assertTrue(details.contains("link -> one.txt") && details.contains("drwx"), details);
    assertEquals("link\0one.txt\0sub\0", cli.run("ls", "-0", "/tree").expect(0).out());
    cli.run("ls", "-l", "-0").expect(2);
    cli.run("ls", "/nothing").expect(2);
    assertTrue(cli.run("stat", "/tree/one.txt").expect(0).out().contains("Size      5 B\n"));
    assertEquals(
        "one.txt",
        cli.run("--json", "stat", "/tree/link").expect(0).lines().get(0).get("target").asText());
  }

  @Test
  void namesChange() {
    put();
    cli.run("mkdir", "/x/y").expect(2).says("use -p");
    cli.run("mkdir", "-p", "/x/y").expect(0);
    cli.run("mkdir", "/x").expect(2).says("exists already");
    cli.run("mv", "/tree/one.txt", "/x").expect(0);
    cli.run("mv", "/x/one.txt", "/x/uno.txt").expect(0);
    cli.run("mv", "/x", "/x/y/z").expect(2).says("into itself");
    cli.run("mv", "/nothing", "/x").expect(2);
    assertEquals("first", cli.run("cat", "/x/uno.txt").expect(0).out());
    cli.run("rm", "/x").expect(2).says("use -r");
    cli.run("rm", "-r", "/").expect(2);
    cli.run("rm", "-r", "/x", "/nothing").expect(3);
    cli.run("stat", "/x").expect(2);
  }

  @Test
  void dryRunsChangeNothing() throws IOException {
    put();
    Path kept = cli.archive("c");
    var before = Cli.bytesBelow(temp.resolve("archives"));
    String listing = cli.run("ls", "-lR").expect(0).out();
    String one = tree + "/one.txt";
    assertTrue(cli.run("put", "--dry-run", one, "/new").expect(0).out().contains("/new"));
    String out = temp.resolve("out").toString();
    assertTrue(cli.run("get", "-r", "--dry-run", "/tree", out).expect(0).out().contains("/tree"));
    assertTrue(cli.run("mv", "--dry-run", "/tree", "/t").expect(0).out().contains("would move"));
    assertTrue(cli.run("rm", "-r", "--dry-run", "/tree").expect(0).out().contains("/tree/sub"));
    assertTrue(cli.run("rebuild", "--dry-run", "a").expect(0).out().contains("would look"));
    assertTrue(cli.run("repair", "--dry-run").expect(0).out().contains("no shard waits"));
    cli.run("scrub", "--repair", "--dry-run").expect(0);
    cli.run("archive", "add", "--dry-run", cli.word("d")).expect(0);
    assertEquals(listing, cli.run("ls", "-lR").expect(0).out());
    assertEquals(before, Cli.bytesBelow(temp.resolve("archives")));
    assertFalse(Files.exists(temp.resolve("out")));
    assertEquals(3, cli.run("--json", "archive", "ls").events("archive").size());
    assertTrue(Files.isDirectory(kept));
  }

  @Test
  void everyVerbPrintsJsonLinesOnly() {
    cli.run("--json", "put", "-r", tree.toString(), "/").expect(0);
    List<List<String>> runs =
        List.of(
            List.of("put", "-r", tree.toString(), "/again"),
            List.of("get", "-r", "/tree", temp.resolve("out").toString()),
            List.of("ls", "-lR"),
            List.of("stat", "/tree"),
            List.of("mv", "/tree/one.txt", "/tree/uno.txt"),
            List.of("mkdir", "/made"),
            List.of("rm", "-r", "/again"),
            List.of("status"),
            List.of("scrub", "--repair"),
            List.of("repair"),
            List.of("rebuild", "a"),
            List.of("archive", "ls"),
            List.of("archive", "validate", cli.word("d")),
            List.of("archive", "add", cli.word("e")),
            List.of("kit", "export", temp.resolve("kit").toString()),
            List.of(
                "recover",
                temp.resolve("recovered").toString(),
                "--kit",
                temp.resolve("kit").toString(),
                "--archive",
                cli.word("c"),
                "--archive",
                cli.word("a")),
            List.of("drill", tree.toString()),
            List.of("version"));
    for (List<String> words : runs) {
      String[] all = new String[words.size() + 1];
      all[0] = "--json";
      System.arraycopy(words.toArray(String[]::new), 0, all, 1, words.size());
      Cli.Result result = cli.run(all).expect(0);
      assertFalse(result.lines().isEmpty(), () -> Arrays.toString(all) + " printed nothing");
      assertEquals("", result.err(), () -> Arrays.toString(all));
    }
  }

  @Test
  void quietPrintsResultsAloneAndVerboseEveryItem() {
    Cli.Result quiet = cli.run("-q", "put", "-r", tree.toString(), "/").expect(0);
    assertEquals("", quiet.out() + quiet.err());
    assertTrue(cli.run("-q", "ls").expect(0).out().contains("tree"));
    assertTrue(cli.run("rm", "-r", "-v", "/tree").expect(0).out().contains("removed /tree"));
    String verbose = cli.run("-v", "put", "-r", tree.toString(), "/").expect(0).out();
    assertTrue(verbose.contains("/tree/sub/two.txt\n"), verbose);
  }

  @Test
  void aVaultNeedsAPlaceAndArchivesOfItsOwn() throws IOException {
    cli.run(
            "init",
            cli.vault.toString(),
            "--scheme",
            "rs:2+1",
            "--archive",
            cli.word("x"),
            "--archive",
            cli.word("y"),
            "--archive",
            cli.word("z"))
        .expect(2)
        .says("not empty");
    String other = temp.resolve("other").toString();
    cli.run("init", other).expect(2).says("--archive NAME=URL");
    cli.run("init", other, "--archive", "noequals").expect(2);
    String unknown = "x=gopher://host";
    cli.run("init", other, "--archive", unknown).expect(2);
    cli.run("archive", "validate", unknown).expect(2).says("must start with one of [file:");
    cli.run("archive", "add", unknown).expect(2).says("must start with one of");
    String twice = cli.word("x");
    cli.run("init", other, "--archive", twice, "--archive", twice).expect(2).says("two archives");
    cli.run("archive", "add", cli.word("a")).expect(2).says("--replace");
  }
}
