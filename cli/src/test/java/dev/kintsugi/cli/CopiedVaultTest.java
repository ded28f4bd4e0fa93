package dev.kintsugi.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the vault's directory, and the vault itself. */
final class CopiedVaultTest {
  @TempDir Path temp;

  private Cli cli;
  private String file;

  @BeforeEach
  void makeVault() throws Exception {
    cli = new Cli(temp).init("rs:2+1", "a", "b", "c");
    file = Files.writeString(temp.resolve("letter"), "Dear reader\n").toString();
    cli.run("put", file, "/first").expect(0);
    cli.shell("cp -a vault copy").expect(0);
  }

  private Cli.Result onCopy(String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "--vault";
    all[1] = temp.resolve("copy").toString();
    System.arraycopy(words, 0, all, 2, words.length);
    return cli.run(all);
  }

  @Test
  void theCopyThatIsOutOfDateExitsWithEightAndCanBeRead() throws Exception {
    cli.run("put", file, "/second").expect(0);
    for (String[] words :
        new String[][] {
          {"put", file, "/third"}, {"rm", "/first"}, {"scrub", "--repair"}, {"rebuild", "a"}
        }) {
      onCopy(words)
          .expect(8)
          .says("archives a, b, c were last written through another copy of this vault")
          .says("kintsugi recover");
    }
    onCopy("cat", "/first").expect(0);
    onCopy("stat", "/second").expect(2);
    cli.run("put", file, "/third").expect(0);
    cli.run("scrub").expect(0);
    cli.run("cat", "/second").expect(0);
  }

  /** The negative control: a copy that is up to date may go on, and the vault it is of may not. */
  @Test
  void theCopyThatWritesFirstGoesOn() throws Exception {
    onCopy("put", file, "/second").expect(0);
    cli.run("put", file, "/third").expect(8);
    onCopy("put", file, "/third").expect(0);
    onCopy("scrub", "--repair").expect(0);
    onCopy("cat", "/third").expect(0);
  }
}
