package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes root to try: full disks, and the mount. */
class RootTest {
  @TempDir Path temp;
  private Cli cli;

  @BeforeEach
  void requireRoot() throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      System.err.println("SKIPPED, this user is not root: full disks and mounts were not tried");
      Assumptions.abort("this user is not root");
    }
    cli = new Cli(temp);
  }

  @AfterEach
  void unmountEverything() throws Exception {
    if (cli != null) {
      cli.shell(
          "for m in $(awk -v t=\"$PWD/\" 'index($2, t) == 1 { print $2 }' /proc/mounts);"
              + " do umount -l \"$m\"; done");
    }
  }

  private void small(String... archives) throws Exception {
    for (String name : archives) {
      Files.createDirectories(cli.archive(name));
      cli.shell("mount -t tmpfs -o size=2m none archives/" + name).expect(0);
      String place = cli.archive(name).toString();
      // If this virtual machine is ended in the middle, no file system stays behind.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> unmount(place)));
    }
  }

  private static void unmount(String place) {
    try {
      new ProcessBuilder("umount", "-l", place)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tree(int files) throws IOException {
    Random random = new Random(3);
    Path tree = Files.createDirectories(temp.resolve("tree"));
    for (int i = 0; i < files; i++) {
      byte[] bytes = new byte[1 << 20];
      random.nextBytes(bytes);
      Files.write(tree.resolve("f" + i), bytes);
    }
  }

  @Test
  void oneFullArchiveIsNamedAndNothingIsLost() throws Exception {
    small("c");
    cli.initSix();
    tree(12);
    Cli.Result put = cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(0);
    put.says("could not be stored and wait for repair").says("archive c: ").says("is full");
    cli.run("get", "-r", "/tree", temp.resolve("out").toString()).expect(0);
    cli.shell("diff -r tree out/tree").expect(0);
    cli.run("status", "--check").expect(3);
  }

  @Test
  void twoFullArchivesEndThePutWithSixAndKeepWhatWasAcknowledged() throws Exception {
    small("c", "e");
    cli.initSix();
    tree(4);
    cli.run("put", temp.resolve("tree/f0").toString(), "/first").expect(0);
    tree(24);
    Cli.Result put = cli.run("--json", "put", "-r", temp.resolve("tree").toString(), "/").expect(6);
    put.says("5 are needed").says("full");
    for (var stored : put.events("stored")) {
      if (stored.get("kind").asText().equals("file")) {
        String path = stored.get("path").asText();
        cli.run("get", path, temp.resolve("back").toString()).expect(0);
        cli.shell("cmp back tree/" + path.substring(path.lastIndexOf('/') + 1)).expect(0);
      }
    }
    cli.run("get", "/first", temp.resolve("first").toString()).expect(0);
    cli.shell("cmp first tree/f0").expect(0);
    cli.run("ls", "-R").expect(0);
  }

  @Test
  void archivesThatAreAllFullCanBeEmptied() throws Exception {
    small("a", "b", "c", "d", "e", "f");
    cli.initSix();
    tree(3);
    cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(0);
    tree(9);
    cli.run("put", "-r", temp.resolve("tree").toString(), "/more")
        .expect(6)
        .says("are kept for removing things");
    cli.run("rm", "-r", "/tree").expect(0);
    cli.run("put", temp.resolve("tree/f0").toString(), "/again").expect(0);
    cli.run("scrub").expect(0);
  }

  @Test
  void theMountServesInTheBackgroundAndLogsWhatCannotBeRead() throws Exception {
    if (!Files.exists(Path.of("/dev/fuse"))) {
      System.err.println("SKIPPED, there is no /dev/fuse: nothing was mounted");
      Assumptions.abort("no /dev/fuse");
    }
    cli.init("rs:2+1", "a", "b", "c");
    tree(1);
    cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(0);
    Files.createDirectory(temp.resolve("m"));
    cli.runProcess("mount", "m").expect(2).says("--read-only");
    cli.runProcess("--json", "mount", "m", "--read-only").expect(0).lines();
    cli.runProcess("mount", "m", "--read-only").expect(2).says("already");
    cli.shell("diff -r tree m/tree && ! touch m/new").expect(0);
    cli.shell("mv archives away").expect(0);
    Path log = cli.vault.resolve("mount.log");
    assertFalse(Files.readString(log).contains("/tree/f0"));
    cli.shell("cat m/tree/f0 >/dev/null").says("Input/output error").expect(1);
    String said = Files.readString(log);
    assertTrue(said.contains("/tree/f0") && said.contains("bring back the archives"), said);
    cli.shell("mv away archives").expect(0);
    cli.shell("cmp tree/f0 m/tree/f0").expect(0);
    cli.shell("ps -o args= -C java | grep -F 'correct horse'").expect(1);
    assertEquals(1, cli.runProcess("--json", "umount", "m").expect(0).events("unmounted").size());
    cli.runProcess("umount", "m").expect(2).says("nothing is mounted");
  }
}
