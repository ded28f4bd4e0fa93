package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs and the log see when the vault fails, and when others change it. */
final class FailingVaultMountTest {
  @TempDir Path temp;
  private final FakeVault vault = new FakeVault();
  private Path mnt;
  private Mount mount;

  @BeforeEach
  void mountVault() throws IOException {
    Machine.assumeFuse();
    mnt = Files.createDirectory(temp.resolve("mnt"));
    mount = Mount.mount(vault, mnt, MountOptions.readOnly());
  }

  @AfterEach
  void unmount() {
    if (mount != null) {
      mount.close();
    }
    Machine.unmountBelow(temp);
  }

  @Test
  void unrecoverableDataIsAnInputOutputErrorAndALogLineThatSaysWhatToDo() {
    vault.file("/lost", new byte[100_000]);
    vault.file("/kept", "fine".getBytes(UTF_8));
    vault.fail(
        "/lost", new UnrecoverableException("stripe 12ab: 3 of 4 shards, archives b, e gone"));
    String log =
        Machine.logOf(() -> Shell.sh("cat \"$1/lost\"", mnt).expectError("Input/output error"));
    assertTrue(log.contains("/lost"), log);
    assertTrue(log.contains("inode"), log);
    assertTrue(log.contains("archives b, e gone"), log);
    assertTrue(log.contains("kintsugi status"), log);
    assertEquals("fine", Shell.sh("cat \"$1/kept\"", mnt).expect(0).text());
    vault.heal();
    Shell.sh("cmp -n 100000 \"$1/lost\" /dev/zero", mnt).expect(0);
  }

  @Test
  void archivesThatDoNotAnswerAreAnInputOutputErrorAndALogLine() {
    vault.file("/away", new byte[10]);
    vault.fail("/away", new ArchiveUnavailableException("archive c: connection refused"));
    String log =
        Machine.logOf(() -> Shell.sh("cat \"$1/away\"", mnt).expectError("Input/output error"));
    assertTrue(log.contains("/away") && log.contains("archive c: connection refused"), log);
  }

  @Test
  void defectsAreInputOutputErrorsAndTheMountGoesOn() {
    vault.file("/file", new byte[10]);
    vault.directory("/directory");
    vault.fail("/file", new IllegalStateException("a defect"));
    vault.fail("/directory", new IllegalStateException("another"));
    String log =
        Machine.logOf(
            () -> {
              Shell.sh("cat \"$1/file\"", mnt).expectError("Input/output error");
              Shell.sh("ls \"$1/directory\"", mnt).expectError("Input/output error");
            });
    assertTrue(log.contains("a defect") && log.contains("another"), log);
    vault.heal();
    Shell.sh("cat \"$1/file\" && ls \"$1/directory\"", mnt).expect(0);
  }

  @Test
  void askingForWhatIsNotThereIsNotLogged() {
    assertEquals(
        "", Machine.logOf(() -> Shell.sh("cat \"$1/nothing\"", mnt).expectError("No such file")));
  }

  @Test
  void whatAnotherProcessStoresAppearsWithinTwoSeconds() {
    vault.file("/changing", "old".getBytes(UTF_8));
    Shell.sh("[ \"$(cat \"$1/changing\")\" = old ] && [ ! -e \"$1/new\" ]", mnt).expect(0);
    vault.file("/changing", "new and longer".getBytes(UTF_8));
    vault.file("/new", "new".getBytes(UTF_8));
    Shell.sh("[ \"$(cat \"$1/new\")\" = new ]", mnt).expect(0); // absence is not remembered
    assertTrue(sees("new and longer"));
    vault.file("/changing", "x".getBytes(UTF_8));
    assertTrue(sees("x"));
    vault.delete("/changing");
    assertTrue(
        Machine.await(
            Duration.ofSeconds(2), () -> Shell.sh("[ -e \"$1\" ]", changing()).exitCode() == 1));
  }

  private boolean sees(String text) {
    return Machine.await(
        Duration.ofSeconds(2), () -> Shell.sh("cat \"$1\"", changing()).text().equals(text));
  }

  private Path changing() {
    return mnt.resolve("changing");
  }

  @Test
  void anOpenFileKeepsItsVersionWhileOthersReadTheNewOne() throws IOException {
    int half = 1 << 20;
    vault.file("/file", "a".repeat(2 * half).getBytes(UTF_8));
    Path seen = temp.resolve("seen");
    Shell.sh("mkfifo \"$1\"", temp.resolve("go")).expect(0);
    Process reader =
        new ProcessBuilder(
                "bash",
                "-c",
                "exec 3< \"$1/file\"; head -c "
                    + half
                    + " <&3 | md5sum; touch \"$2\"; read x < \"$3\";"
                    + " dd bs=64K status=none <&3 | tr -d a | wc -c",
                "reader",
                mnt.toString(),
                seen.toString(),
                temp.resolve("go").toString())
            .redirectErrorStream(true)
            .start();
    assertTrue(Machine.await(Duration.ofSeconds(20), () -> Files.exists(seen)));
    vault.file("/file", "b".repeat(2 * half).getBytes(UTF_8));
    assertEquals(
        "0\n", Shell.sh("tr -d b < \"$1/file\" | wc -c", mnt).expect(0).text(), "new version");
    Shell.sh("echo go > \"$1\"", temp.resolve("go")).expect(0);
    String out = new String(reader.getInputStream().readAllBytes(), UTF_8);
    assertTrue(out.endsWith("\n0\n"), "the old version has nothing but a: " + out);
    assertTrue(Machine.await(Duration.ofSeconds(5), () -> vault.openReaders() == 0));
  }

  @Test
  void aDirectoryOfAHundredThousandEntriesIsListedWhole() {
    vault.directory("/big");
    for (int i = 0; i < 100_000; i++) {
      vault.file("/big/entry-" + i, new byte[0]);
    }
    String count = "cd \"$1/big\" && ls -f | grep -c ^entry- && ls -f | sort -u | wc -l";
    assertEquals("100000\n100002\n", Shell.sh(count, mnt).expect(0).text());
  }

  @Test
  void aRemountForWritingStillRefusesEveryChange() {
    vault.directory("/d");
    vault.file("/f", new byte[1]);
    vault.file("/d/g", new byte[1]);
    Machine.assumeRoot("only root may remount");
    Shell.sh("mount -i -o remount,rw \"$1\"", mnt).expect(0);
    for (String change :
        new String[] {
          "echo x > new",
          "echo x >> f",
          "mkdir new",
          "rm f",
          "rmdir d",
          "mv f new",
          "ln f new",
          "ln -s x new",
          "chmod 777 f",
          "touch -d yesterday f",
          "truncate -s 0 f",
          "mkfifo new"
        }) {
      Shell.sh("cd \"$1\" && " + change, mnt).expectError("Read-only file system");
    }
    assertFalse(Shell.sh("cat \"$1/f\" | wc -c", mnt).expect(0).text().isEmpty());
  }

  @Test
  void bytesBeyondFourGibibytesAreReadFromTheirPlaces() {
    long size = (5L << 30) + 7;
    vault.pattern("/huge", size);
    for (long position : new long[] {0, (1L << 31) - 5, (1L << 32) - 3, size - 10}) {
      StringBuilder expected = new StringBuilder();
      for (long i = position; i < position + 10; i++) {
        expected.append(String.format(" %02x", FakeVault.patternAt(i)));
      }
      String dump = "dd if=\"$1\" bs=10 count=1 iflag=skip_bytes skip=$2 status=none | od -An -tx1";
      assertEquals(
          expected.toString(),
          Shell.sh(dump, mnt.resolve("huge"), position).expect(0).text().stripTrailing());
    }
    assertEquals(size + "\n", Shell.sh("stat -c %s \"$1/huge\"", mnt).expect(0).text());
    Shell.sh("tail -c 3 \"$1/huge\" | wc -c | grep -q '^3$'", mnt).expect(0);
  }

  @Test
  void otherUsersGetInOnlyIfTheMountAllowsThem() throws IOException {
    Machine.assumeRoot("only root may become another user");
    String other = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
    Shell.sh("chmod 755 \"$1\"", temp).expect(0);
    Shell.sh(other + "ls \"$1\"", mnt).expectError("Permission denied");
    vault.file(VaultPath.parse("/open"), new byte[3], NewAttributes.ofMode(0644));
    vault.file(VaultPath.parse("/private"), new byte[3], NewAttributes.ofMode(0600));
    Path shared = Files.createDirectory(temp.resolve("shared"));
    try (Mount all = Mount.mount(vault, shared, MountOptions.readOnly().withAllowOther(true))) {
      Shell.sh(other + "cat \"$1/open\"", all.directory()).expect(0);
      Shell.sh(other + "cat \"$1/private\"", all.directory()).expectError("Permission denied");
    }
  }
}
