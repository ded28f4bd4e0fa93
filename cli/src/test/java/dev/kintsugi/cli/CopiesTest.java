package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.cli.local.Restorer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault of three copies loses two archives at a time, and its own directory with them. */
final class CopiesTest {
  @TempDir Path temp;

  private static List<Path> shards(Cli cli, String archive) throws Exception {
    try (Stream<Path> paths = Files.walk(cli.archive(archive).resolve("shards"))) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void assertAllThere(Cli cli, String out) throws Exception {
    cli.run("get", "-r", "/tree", temp.resolve(out).toString()).expect(0);
    cli.shell("diff -r tree " + out + "/tree").expect(0);
  }

  @Test
  void anyOneArchiveIsEnough() throws Exception {
    Cli cli = new Cli(temp).init("replicate:3", "a", "b", "c");
    cli.run("kit", "export", temp.resolve("kit").toString()).expect(0);
    Path tree = Files.createDirectories(temp.resolve("tree/sub"));
    byte[] bytes = new byte[9_000_000];
    new Random(11).nextBytes(bytes);
    Files.write(tree.resolve("large"), bytes);
    Files.writeString(tree.resolve("small"), "small");
    cli.run("put", "-r", temp.resolve("tree").toString(), "/").expect(0);
    Set<Long> checksums = new HashSet<>();
    int shards = 0;
    for (String archive : List.of("a", "b", "c")) {
      for (Path shard : shards(cli, archive)) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        byte[] record = Files.readAllBytes(shard);
        crc.update(record, 224, 1000);
        checksums.add(crc.getValue());
        shards++;
      }
    }
    assertEquals(shards, checksums.size(), "no two archives hold the same payload");
    assertTrue(shards >= 9, shards + " shards");

    Restorer.removeTree(cli.archive("a"));
    Restorer.removeTree(cli.archive("c"));
    assertAllThere(cli, "lost");
    Cli.Result status = cli.run("status").expect(0);
    assertTrue(status.out().contains("Can lose 0 more shards:     3 stripes"), status.out());
    cli.run("archive", "add", cli.word("a")).expect(0);
    cli.run("archive", "add", cli.word("c")).expect(0);
    cli.run("rebuild", "a").expect(0);
    byte[] damaged = Files.readAllBytes(shards(cli, "b").get(0));
    damaged[300] ^= 1;
    Files.write(shards(cli, "b").get(0), damaged);
    cli.run("scrub", "--repair").expect(0);
    cli.run("rebuild", "c").expect(0);
    cli.run("scrub").expect(0);
    assertAllThere(cli, "mended");

    Restorer.removeTree(cli.vault);
    Restorer.removeTree(cli.archive("a"));
    Restorer.removeTree(cli.archive("b"));
    String kit = temp.resolve("kit").toString();
    cli.run("recover", cli.vault.toString(), "--kit", kit, "--archive", cli.word("c")).expect(0);
    assertAllThere(cli, "recovered");
  }

  @Test
  void aDrillWithCopiesSucceeds() throws Exception {
    Cli cli = new Cli(temp);
    Files.writeString(Files.createDirectories(temp.resolve("tree")).resolve("file"), "content");
    Cli.Result drill =
        cli.run("drill", "--scheme", "replicate:2", temp.resolve("tree").toString()).expect(0);
    assertTrue(drill.out().contains("after losing 1 of 2 archives"), drill.out());
  }
}
