package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.cli.console.Console;
import dev.kintsugi.cli.local.LocalAttributes;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees as they are found on real disks: any names, any depth, files that change meanwhile. */
class LocalFilesTest {
  @TempDir Path temp;
  private Cli cli;

  @BeforeEach
  void makeVault() throws IOException {
    cli = new Cli(temp).init("rs:2+1", "a", "b", "c");
  }

  /** Everything but content, NUL between items. */
  private static String listing(String directory) {
    return "(cd "
        + directory
        + " && find . -printf '%P\\t%y\\t%m\\t%T@\\t%l\\0' | LC_ALL=C sort -z)";
  }

  @Test
  void namesOfAnyBytesComeBack() throws Exception {
    String make =
        """
        set -e; mkdir tree; cd tree
        touch -- -dash '--' 'new
        line' ' space ' 'back\\slash' "$(printf '\\001\\033[31m')" "$(printf 'n%.0s' {1..255})"
        printf 'not UTF-8' > "$(printf 'latin1-\\351-\\377')"
        mkdir "$(printf 'dir-\\200')" '*'; touch "$(printf 'dir-\\200/\\303\\251')"
        ln -s "$(printf 'target-\\376//x/')" "$(printf 'link-\\375')"
        ln -s nowhere dangling; chmod 4750 -- -dash; mkdir empty; chmod 1777 empty
        touch -d '1965-03-04 05:06:07.123456789' -- '--'
        """;
    cli.shell(make).expect(0);
    cli.runProcess("--json", "put", "-r", "tree", "/").expect(0).lines();
    cli.shell("mkdir out").expect(0);
    cli.runProcess("get", "-r", "/tree", "out").expect(0);
    cli.shell("diff -r --no-dereference tree out/tree").expect(0);
    String same = "cmp <(" + listing("tree") + ") <(" + listing("out/tree") + ")";
    cli.shell(same).expect(0);
    cli.shell("touch out/tree/empty").expect(0);
    cli.shell(same).expect(1); // the comparison sees a time
    assertTrue(cli.run("ls", "/tree").expect(0).out().contains("latin1-\\xe9-\\xff"));
    assertEquals("not UTF-8", cli.run("cat", "/tree/latin1-\uDCE9-\uDCFF").expect(0).out());
    // The bytes of a word reach the process as they were typed.
    List<String> cat = Cli.java();
    String java = String.join("' '", cat);
    Cli.Result typed = cli.shell("'" + java + "' cat \"$(printf '/tree/latin1-\\351-\\377')\"");
    assertEquals("not UTF-8", typed.expect(0).out());
    cli.run("rm", "/tree/-dash").expect(0);
  }

  @Test
  void aNameOfMoreThan255BytesIsRefusedByTheVault() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    cli.run("put", file.toString(), "/" + "n".repeat(255)).expect(0);
    cli.run("put", file.toString(), "/" + "n".repeat(256)).expect(2).says("255");
    cli.run("mkdir", "/" + "é".repeat(128)).expect(2);
  }

  @Test
  void deepTreesComeBack() throws Exception {
    cli.shell("p=tree; for i in $(seq 150); do p=$p/dir$i; done; mkdir -p $p; echo deep > $p/f")
        .expect(0);
    cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(0);
    cli.run("get", "-r", "/tree", temp.resolve("out").toString()).expect(0);
    cli.shell("diff -r tree out/tree").expect(0);
    cli.run("rm", "-r", "/tree").expect(0);
    assertEquals("", cli.run("ls").expect(0).out());
  }

  @Test
  void whatCannotBeStoredIsNamedAndTheRestIsStored() throws Exception {
    cli.shell("mkdir tree; echo x > tree/file; mkfifo tree/pipe; ln tree/file tree/twice")
        .expect(0);
    Cli.Result put = cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(3);
    put.says("a named pipe cannot be stored");
    assertEquals("file\ntwice\n", cli.run("ls", "/tree").expect(0).out());
  }

  @Test
  void aFileThatIsTooLongIsNamedBeforeItIsReadAndTheRestIsStored() throws Exception {
    cli.shell("mkdir tree; echo x > tree/file; truncate -s 2T tree/huge").expect(0);
    Cli.Result put = cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(3);
    put.says("tree/huge: /tree/huge has 2,199,023,255,552 bytes").says("at most 1,702,");
    assertEquals("file\n", cli.run("ls", "/tree").expect(0).out());
  }

  @Test
  void theVaultsOwnPlacesAreLeftOut() throws Exception {
    Cli.Result put = cli.run("put", "-r", temp.toString(), "/all").expect(0);
    put.says("belongs to the vault itself");
    String all = cli.run("ls", "-R").expect(0).out();
    assertTrue(all.contains("/all/passphrase"), all);
    assertFalse(all.contains("index.db") || all.contains("/shards"), all);
    String vault = cli.vault.toString();
    cli.run("put", "-r", vault, "/named").expect(3).says(vault + ": belongs to the vault itself");
    cli.run("put", "--dry-run", "-r", vault, "/named").expect(3).says("belongs to the vault");
    cli.run("stat", "/named").expect(2);
  }

  @Test
  void filesThatVanishShrinkOrGrowWhileTheyArePutAreNamed() throws Exception {
    Path vanished = Files.writeString(temp.resolve("vanished"), "gone");
    Path shrunk = Files.writeString(temp.resolve("shrunk"), "long text");
    Path grown = Files.writeString(temp.resolve("grown"), "short");
    Path steady = Files.writeString(temp.resolve("steady"), "same");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayOutputStream(), err, false, 80);
    Outcome outcome = new Outcome(console);
    try (Unlock unlock = Unlock.passphrase(Cli.PASSPHRASE.toCharArray());
        Vault vault = Vault.open(cli.vault, unlock);
        PutRun run =
            new PutRun(
                vault, List.of(), console, new Interruption(), outcome, PutRun.Witness.NONE)) {
      List<Path> paths = List.of(vanished, shrunk, grown, steady);
      List<LocalAttributes> seen = new java.util.ArrayList<>();
      for (Path path : paths) {
        seen.add(LocalAttributes.read(path));
      }
      Files.delete(vanished);
      Files.writeString(shrunk, "tiny");
      Files.writeString(grown, "longer than before");
      for (int i = 0; i < paths.size(); i++) {
        String name = String.valueOf(paths.get(i).getFileName());
        run.file(paths.get(i), VaultPath.parse("/" + name), seen.get(i));
      }
    }
    String said = err.toString(StandardCharsets.UTF_8);
    assertEquals(ExitCode.PARTLY, outcome.code(true));
    assertEquals(3, outcome.failures(), said);
    assertTrue(said.contains("vanished: cannot be read"), said);
    assertFalse(said.contains("steady"), said);
    assertEquals("grown\nshrunk\nsteady\n", cli.run("ls").expect(0).out());
    assertEquals("tiny", cli.run("cat", "/shrunk").expect(0).out());
    assertEquals("longer than before", cli.run("cat", "/grown").expect(0).out());
    cli.run("scrub").expect(0);
  }
}
