package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.cli.local.Restorer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault that was recovered from too few archives, and mended before it is recovered again. */
final class IncompleteRecoveryTest {
  @TempDir Path temp;

  private void move(Cli cli, String name, boolean away) throws Exception {
    Path other = Files.createDirectories(temp.resolve("away")).resolve(name);
    Files.move(away ? cli.archive(name) : other, away ? other : cli.archive(name));
  }

  private Cli.Result recover(Cli cli, String... archives) throws Exception {
    Restorer.removeTree(cli.vault);
    List<String> words =
        new ArrayList<>(
            List.of("recover", cli.vault.toString(), "--kit", temp.resolve("kit").toString()));
    for (String name : archives) {
      words.addAll(List.of("--archive", cli.word(name)));
    }
    return cli.run(words.toArray(String[]::new));
  }

  @Test
  void aRepairInBetweenCostsNothing() throws Exception {
    Cli cli = new Cli(temp).initSix();
    cli.run("kit", "export", temp.resolve("kit").toString()).expect(0);
    Path one = Files.writeString(temp.resolve("one"), "1".repeat(1000));
    Path two = Files.writeString(temp.resolve("two"), "2".repeat(1000));
    cli.run("put", one.toString(), "/one").expect(0);
    move(cli, "f", true);
    cli.run("put", two.toString(), "/two").expect(0);
    move(cli, "f", false);
    move(cli, "d", true);
    move(cli, "e", true);
    recover(cli, "a", "b", "c", "f").expect(4).says("recover again with more archives");
    cli.run("cat", "/two").expect(2);
    cli.run("scrub", "--repair").expect(6).says("recovered without 1 commit");
    move(cli, "d", false);
    move(cli, "e", false);
    Cli.Result scrub = cli.run("--json", "scrub", "--repair").expect(3);
    scrub.says("leftovers are kept").says("recovered without 1 commit");
    JsonNode summary = scrub.events("summary").get(0);
    assertEquals(1, summary.get("lostCommits").asInt());
    assertTrue(summary.get("leftovers").asInt() > 0, summary.toString());
    Cli.Result status = cli.run("status", "--check").expect(3);
    assertTrue(status.out().contains("recovered without 1 commit"), status.out());
    recover(cli, "a", "b", "c", "d", "e", "f").expect(0);
    assertEquals("2".repeat(1000), cli.run("cat", "/two").expect(0).out());
    assertEquals("1".repeat(1000), cli.run("cat", "/one").expect(0).out());
    cli.run("status").expect(0);
    cli.run("scrub", "--repair").expect(0);
  }
}
