package dev.kintsugi.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of a real vault go and come while programs read through the mount. */
final class VanishingArchivesTest {
  private static final long SEED = 4711;
  private static final String HALVES =
      "exec 3< \"$1\"; head -c 1000000 <&3 | md5sum; echo ready; read x; cat <&3 | md5sum";

  @TempDir Path temp;
  private Path source;
  private Path mnt;
  private SixArchives archives;
  private Vault vault;
  private Mount mount;

  @BeforeEach
  void storeAndMount() throws IOException {
    Machine.assumeFuse();
    Path tree = Files.createDirectory(temp.resolve("tree"));
    source = tree.resolve("film");
    byte[] bytes = new byte[(40 << 20) + 12345];
    new Random(SEED).nextBytes(bytes);
    Files.write(source, bytes);
    archives = new SixArchives(Files.createDirectory(temp.resolve("scratch")));
    archives.store(tree);
    mnt = Files.createDirectory(temp.resolve("mnt"));
    vault = archives.openReadOnly();
    mount = Mount.mount(vault, mnt, MountOptions.readOnly());
  }

  @AfterEach
  void unmount() {
    if (mount != null) {
      mount.close();
      vault.close();
    }
    Machine.unmountBelow(temp);
  }

  @Test
  void aProgramReadsOnWhenTwoArchivesVanishUnderIt() throws Exception {
    String expected = halves(source, () -> {});
    String read =
        halves(
            mnt.resolve("film"),
            () -> {
              archives.lose(0);
              archives.lose(3);
            });
    assertEquals(expected, read, "seed " + SEED);
  }

  @Test
  void aProgramGetsAnErrorWhenThreeArchivesVanishAndAllBytesOnceOneReturns() throws Exception {
    String[] read = new String[1];
    String log =
        Machine.logOf(
            () ->
                read[0] =
                    halves(
                        mnt.resolve("film"),
                        () -> {
                          archives.lose(0);
                          archives.lose(1);
                          archives.lose(2);
                        }));
    assertTrue(read[0].contains("Input/output error"), read[0]);
    assertTrue(log.contains("/film") && log.contains("kintsugi status"), log);
    archives.bringBack(1);
    Shell.sh("cmp \"$1\" \"$2/film\"", source, mnt).expect(0);
  }

  @Test
  void whatAWriterStoresMeanwhileAppears() throws IOException {
    try (Vault writer = archives.open()) {
      writer.put(VaultPath.parse("/note"), Source.of("first\n".getBytes(UTF_8)));
      assertTrue(sees("first\n"));
      writer.put(VaultPath.parse("/note"), Source.of("second, longer\n".getBytes(UTF_8)));
      assertTrue(sees("second, longer\n"));
      writer.move(VaultPath.parse("/note"), VaultPath.parse("/moved"));
      Shell.sh("cat \"$1/moved\"", mnt).expect(0);
    }
  }

  private boolean sees(String text) {
    return Machine.await(
        Duration.ofSeconds(20), () -> Shell.sh("cat \"$1/note\"", mnt).text().equals(text));
  }

  /** What happens between two reads. */
  @FunctionalInterface
  private interface Event {
    void happen() throws IOException;
  }

  /** Lets one program read a file in two parts, and returns what it says of them. */
  private static String halves(Path file, Event between) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", HALVES, "reader", file.toString())
              .redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      try (BufferedReader out =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
        StringBuilder said = new StringBuilder();
        String line = out.readLine();
        while (line != null) {
          said.append(line).append('\n');
          if (line.equals("ready")) {
            between.happen();
            process.getOutputStream().write('\n');
            process.getOutputStream().close();
          }
          line = out.readLine();
        }
        return said.toString();
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new AssertionError("the reading program failed", e);
    }
  }
}
