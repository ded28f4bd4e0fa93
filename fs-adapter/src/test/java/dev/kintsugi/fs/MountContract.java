package dev.kintsugi.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What programs see of the mounted {@link TestTree}, whatever vault holds it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MountContract {
  /** Makes a vault that holds what is in a directory. */
  abstract Vault vaultOf(Path tree, Path scratch) throws IOException;

  @TempDir static Path temp;
  Path tree;
  Path mnt;
  Vault vault;
  Mount mount;

  @BeforeAll
  void mountTree() throws IOException {
    Machine.assumeFuse();
    tree = Files.createDirectory(temp.resolve("tree"));
    mnt = Files.createDirectory(temp.resolve("mnt"));
    TestTree.create(tree);
    vault = vaultOf(tree, Files.createDirectory(temp.resolve("scratch")));
    mount = Mount.mount(vault, mnt, MountOptions.readOnly());
  }

  @AfterAll
  void unmount() {
    if (mount != null) {
      mount.close();
      vault.close();
    }
    Machine.unmountBelow(temp);
  }

  @Test
  void diffFindsNoDifference() {
    assertEquals(
        "", Shell.sh("diff -r --no-dereference \"$1\" \"$2\"", tree, mnt).expect(0).text());
  }

  @Test
  void diffFindsADifferenceThatIsThere() throws IOException {
    Path changed = temp.resolve("changed");
    Shell.sh("cp -a \"$1\" \"$2\"", tree, changed).expect(0);
    byte[] bytes = Files.readAllBytes(changed.resolve(TestTree.LARGE));
    bytes[3_000_000] ^= 1;
    Files.write(changed.resolve(TestTree.LARGE), bytes);
    Shell.sh("diff -r --no-dereference \"$1\" \"$2\"", changed, mnt).expect(1);
  }

  @Test
  void findSeesTheSameNamesKindsModesOwnersSizesTimesAndTargets() {
    // the root's own attributes are the vault's
    String list =
        "cd \"$1\" && find . -mindepth 1 ! -type d -printf '%p %y %m %U %G %s %T@ %l\\0'"
            + " -o -mindepth 1 -type d -printf '%p %y %m %U %G %T@\\0' | sort -z";
    assertArrayEquals(Shell.sh(list, tree).expect(0).out(), Shell.sh(list, mnt).expect(0).out());
  }

  @Test
  void everyFileHasAnInodeNumberOfItsOwnThatListingAndStatAgreeOn() {
    String listed = "cd \"$1\" && ls -iAU | sed 's/^ *//' | sort";
    String looked = "cd \"$1\" && stat -c '%i %n' -- * | sort";
    String many = mnt.resolve("many").toString();
    String inodes = Shell.sh(listed, many).expect(0).text();
    assertEquals(Shell.sh(looked, many).expect(0).text(), inodes);
    String distinct = "cd \"$1\" && stat -c %i -- * | sort -u | wc -l";
    assertEquals("300\n", Shell.sh(distinct, many).expect(0).text());
  }

  @Test
  void checksumsAgree() {
    String sums = "cd \"$1\" && find . -type f -print0 | sort -z | xargs -0 md5sum";
    assertArrayEquals(Shell.sh(sums, tree).expect(0).out(), Shell.sh(sums, mnt).expect(0).out());
  }

  @Test
  void readsAtRandomPlacesGiveTheBytesThatAreThere() throws IOException {
    byte[] all = Files.readAllBytes(tree.resolve(TestTree.LARGE));
    Random random = new Random(TestTree.SEED);
    for (int i = 0; i < 40; i++) {
      int offset = random.nextInt(all.length);
      int length = 1 + random.nextInt(200_000);
      String flags = i % 2 == 0 ? "skip_bytes,count_bytes" : "skip_bytes,count_bytes,direct";
      byte[] read =
          Shell.sh(
                  "dd if=\"$1\" iflag=" + flags + " bs=64K skip=$2 count=$3 status=none",
                  mnt.resolve(TestTree.LARGE),
                  offset,
                  length)
              .expect(0)
              .out();
      byte[] expected = Arrays.copyOfRange(all, offset, Math.min(all.length, offset + length));
      assertArrayEquals(expected, read, "seed " + TestTree.SEED + ", read " + i + " at " + offset);
    }
  }

  @Test
  void manyProcessesReadAtOnce() {
    Shell.sh(
            "want=$(md5sum < \"$1\"); for i in 1 2 3 4 5 6 7 8; do"
                + " ( [ \"$(md5sum < \"$2\")\" = \"$want\" ] || exit 1 ) & pids=\"$pids $!\"; done;"
                + " for pid in $pids; do wait $pid || exit 1; done",
            tree.resolve(TestTree.LARGE),
            mnt.resolve(TestTree.LARGE))
        .expect(0);
  }

  @Test
  void tarCopiesTheTreeOutUnchanged() throws IOException {
    Path copy = Files.createDirectory(temp.resolve("copy"));
    Shell.sh("tar -C \"$1\" -cf - . | tar -C \"$2\" -xpf -", mnt, copy).expect(0);
    Shell.sh("diff -r --no-dereference \"$1\" \"$2\"", tree, copy).expect(0);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    Shell.sh("cat \"$1/nothing\"", mnt).expectError("No such file or directory");
    Shell.sh("ls \"$1/sizes/one/below\"", mnt).expectError("Not a directory");
    Shell.sh("cat \"$1/$(head -c 256 /dev/zero | tr '\\0' n)\"", mnt)
        .expectError("File name too long");
  }

  @Test
  void everyChangeIsRefused() {
    for (String change :
        new String[] {
          "echo x > new",
          "echo x >> sizes/one",
          "mkdir new",
          "rm sizes/one",
          "rmdir 'empty directory'",
          "mv sizes/one new",
          "ln sizes/one new",
          "ln -s x new",
          "chmod 777 sizes/one",
          "touch -d yesterday sizes/one",
          "truncate -s 0 sizes/one",
          "mkfifo new"
        }) {
      Shell.sh("cd \"$1\" && " + change, mnt).expectError("Read-only file system");
    }
    Shell.sh("[ ! -w \"$1/sizes/one\" ] && [ -r \"$1/sizes/one\" ]", mnt).expect(0);
  }

  @Test
  void dfAnswers() {
    String line = Shell.sh("df --output=fstype,avail,file \"$1\" | tail -1", mnt).expect(0).text();
    assertTrue(line.matches("(?s)fuse.kintsugi +0 .*"), line);
  }
}
