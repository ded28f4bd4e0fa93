package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.index.Counters;
import dev.kintsugi.core.internal.index.Incarnations;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.Changes;
import dev.kintsugi.core.internal.namespace.NamespaceEditor;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.VaultPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecovererTest {
  @TempDir Path directory;
  private SmallVault vault;
  private final Map<String, byte[]> contents = new LinkedHashMap<>();
  private int recoveries;

  @BeforeEach
  void fill() {
    vault = new SmallVault(directory, "rs:4+2", 6);
    vault.commit(editor -> editor.makeDirectory(VaultPath.parse("/d"), NewAttributes.ofMode(0700)));
    put("/empty", 0);
    put("/one", 1);
    put("/d/block", 65_536);
    put("/d/block+1", 65_537);
    put("/d/large", 700_001);
    vault.commit(
        editor ->
            editor.symlink(
                VaultPath.parse("/d/link"),
                NewAttributes.ofMode(0777),
                "../one".getBytes(StandardCharsets.UTF_8)));
  }

  @AfterEach
  void close() {
    vault.close();
  }

  private void put(String path, int length) {
    byte[] content = new byte[length];
    new Random(path.hashCode()).nextBytes(content);
    contents.put(path, content);
    vault.put(path, content);
  }

  private SmallVault.Recovered recover() {
    return vault.recover("recovered-" + recoveries++ + ".db");
  }

  private void assertComplete(SmallVault.Recovered recovered) {
    assertEquals(vault.tree(vault.index), vault.tree(recovered.index()));
    contents.forEach(
        (path, content) -> assertArrayEquals(content, vault.get(recovered.index(), path), path));
    assertEquals(List.of(), recovered.recovery().report().unrecoverable());
    assertEquals(List.of(), recovered.recovery().report().lostCommits());
    assertTrue(recovered.recovery().rootFound());
  }

  @Test
  void everythingComesBackFromAllArchives() {
    put("/two stripes", (8 << 20) + 3);
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
      RecoverReport report = recovered.recovery().report();
      assertEquals(6, report.files());
      assertEquals(2, report.directories());
      assertEquals(1, report.symlinks());
      assertEquals(contents.values().stream().mapToLong(c -> c.length).sum(), report.bytes());
      assertEquals(0, report.foreign());
      assertEquals(vault.everything().size(), report.shards());
      assertTrue(
          vault
              .mending(recovered.index())
              .scrub(new ScrubOptions(false), true, Progress.NONE)
              .clean(),
          "the recovered index knows every shard");
    }
  }

  @Test
  void everythingComesBackWithoutAnyTwoArchives() {
    Map<String, byte[]> before = vault.everything();
    for (int a = 0; a < 6; a++) {
      for (int b = 0; b < a; b++) {
        vault.down.addAll(List.of(a, b));
        try (SmallVault.Recovered recovered = recover()) {
          assertComplete(recovered);
          assertEquals(
              List.of("archive" + b, "archive" + a),
              recovered.recovery().report().archivesMissing());
        }
        vault.down.clear();
      }
    }
    assertSame(before, vault.everything());
  }

  @Test
  void everythingComesBackFromAnyOneOfThreeCopies() {
    byte[] content = new byte[(8 << 20) + 70_000];
    new Random(3).nextBytes(content);
    try (SmallVault copies = new SmallVault(directory, "replicate:3", 3, "copies.db")) {
      copies.put("/two stripes", content);
      copies.commit(
          editor -> {
            for (int i = 0; i < 100; i++) {
              editor.makeDirectory(VaultPath.parse("/d" + i), NewAttributes.ofMode(0700));
            }
          });
      int fewest = Integer.MAX_VALUE;
      for (int left = 0; left < 3; left++) {
        copies.down.addAll(List.of((left + 1) % 3, (left + 2) % 3));
        AtomicInteger asked = new AtomicInteger();
        copies.asked = archive -> asked.incrementAndGet();
        try (SmallVault.Recovered recovered = copies.recover("copies-" + left + ".db")) {
          assertEquals(copies.tree(copies.index), copies.tree(recovered.index()));
          assertEquals(List.of(), recovered.recovery().report().unrecoverable());
          assertEquals(2, recovered.recovery().report().archivesMissing().size());
          fewest = Math.min(fewest, asked.get());
          assertArrayEquals(content, copies.get(recovered.index(), "/two stripes"));
        }
        copies.down.clear();
      }
      assertTrue(fewest < 50, fewest + " reads where the data shard is: each record by itself");
    }
  }

  private static void assertSame(Map<String, byte[]> before, Map<String, byte[]> after) {
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
  }

  @Test
  void withThreeArchivesGoneNothingIsPromisedAndNothingChanged() {
    Map<String, byte[]> before = vault.everything();
    vault.down.addAll(List.of(0, 2, 5));
    try (SmallVault.Recovered recovered = recover()) {
      assertFalse(recovered.recovery().rootFound());
      assertTrue(recovered.recovery().report().lostCommits().contains(vault.sequence));
    }
    vault.down.remove(2);
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
    }
    vault.down.clear();
    assertSame(before, vault.everything());
  }

  @Test
  void filesWithTooFewShardsAreNamedAndTheOthersComeBack() {
    removeShards(stripesOf("/d/large"), 3);
    try (SmallVault.Recovered recovered = recover()) {
      assertEquals(List.of("/d/large"), recovered.recovery().report().unrecoverable());
      assertEquals(vault.tree(vault.index), vault.tree(recovered.index()));
      assertThrows(UnrecoverableException.class, () -> vault.get(recovered.index(), "/d/large"));
      assertArrayEquals(
          contents.get("/d/block"), vault.get(recovered.index(), "/d/block"), "others are whole");
    }
    removeShards(stripesOf("/d/large"), 6);
    try (SmallVault.Recovered recovered = recover()) {
      assertEquals(List.of("/d/large"), recovered.recovery().report().unrecoverable());
      assertThrows(UnrecoverableException.class, () -> vault.get(recovered.index(), "/d/large"));
    }
  }

  private List<Rows.Stripe> stripesOf(String path) {
    return vault.index.read(
        reader -> {
          long ino = new NamespaceReader(reader, vault.seals).stat(VaultPath.parse(path)).inode();
          return reader.stripes(null, 1000).stream()
              .filter(row -> row.role() == Role.DATA && reader.inodesIn(row.id()).contains(ino))
              .toList();
        });
  }

  private void removeShards(List<Rows.Stripe> stripes, int count) {
    for (Rows.Stripe stripe : stripes) {
      List<Rows.Shard> shards = vault.index.read(reader -> reader.shards(stripe.id()));
      for (Rows.Shard shard : shards.subList(0, count)) {
        vault.replace(shard.archive(), shard.name(), Optional.empty());
      }
    }
  }

  @Test
  void whatWasDeletedOrReplacedDoesNotComeBackThoughItsShardsAreThere() {
    vault.deletesDead = false;
    vault.commit(editor -> editor.remove(VaultPath.parse("/d/block")));
    contents.remove("/d/block");
    put("/one", 5000);
    vault.commit(editor -> editor.move(VaultPath.parse("/d"), VaultPath.parse("/moved")));
    contents.keySet().removeIf(path -> path.startsWith("/d/"));
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
      assertTrue(vault.tree(recovered.index()).contains("/moved/large"));
      // The shards of dead stripes are still there; nothing in the new index refers to them.
      var scrub =
          vault.mending(recovered.index()).scrub(new ScrubOptions(false), true, Progress.NONE);
      assertTrue(scrub.findings().size() >= 12, "shards of two dead data stripes are orphans");
    }
  }

  @Test
  void anUnacknowledgedCommitOfAnOlderWriterIsOutranked() {
    leaveAnUnacknowledgedCommit();
    try (SmallVault.Recovered recovered = recover()) {
      // Negative control: as long as nobody outranks it, it is a whole commit.
      assertTrue(vault.tree(recovered.index()).contains("/leftover"));
    }
    vault.incarnation = 2;
    put("/after", 100);
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
    }
  }

  @Test
  void anUnacknowledgedCommitDoesNotComeBackWhenTheOneThatOutrankedItIsGone() {
    long last = vault.sequence;
    leaveAnUnacknowledgedCommit();
    vault.incarnation = 2;
    vault.commit(
        editor -> editor.symlink(link("/passing"), NewAttributes.ofMode(0777), new byte[] {1}));
    vault.commit(editor -> editor.remove(link("/passing")));
    vault.commit(
        editor -> editor.symlink(link("/other"), NewAttributes.ofMode(0777), new byte[] {1}));
    vault.commit(editor -> editor.remove(link("/other")));
    try (SmallVault.Recovered recovered = recover()) {
      // Negative control: no commit of that number is left to outrank it.
      assertTrue(vault.tree(recovered.index()).contains("/leftover"));
    }
    vault.ended = List.of(new CommitHeader.Ended(1, last));
    put("/after", 100);
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
      assertEquals(vault.ended, recovered.index().read(Incarnations::ended));
    }
  }

  private static VaultPath link(String path) {
    return VaultPath.parse(path);
  }

  /** Puts a whole commit on the archives that the index knows nothing of. */
  private void leaveAnUnacknowledgedCommit() {
    byte[] secret = "leftover".getBytes(StandardCharsets.UTF_8);
    Changes[] lost = new Changes[1];
    assertThrows(
        IllegalStateException.class,
        () ->
            vault.index.write(
                rows -> {
                  var editor = editor(rows);
                  editor.symlink(VaultPath.parse("/leftover"), NewAttributes.ofMode(0777), secret);
                  lost[0] = editor.finish();
                  throw new IllegalStateException("crash before the transaction is committed");
                }));
    vault.manifest(vault.sequence + 1, 1, 0, 1, lost[0], List.of());
  }

  private NamespaceEditor editor(IndexWriter rows) {
    return new NamespaceEditor(
        rows,
        vault.seals,
        vault::freshIno,
        vault::freshLeaf,
        () -> Instant.EPOCH,
        vault.sequence + 1,
        path -> false);
  }

  @Test
  void aCommitOfWhichAPartWasNeverWrittenDoesNotCount() {
    vault.manifest(
        vault.sequence + 1,
        1,
        0,
        2,
        new Changes(List.of(), List.of(2L, 3L, 4L), List.of()),
        List.of());
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
    }
    // Negative control: with its second part it counts, and takes three inodes away.
    vault.manifest(
        vault.sequence + 1, 1, 1, 2, new Changes(List.of(), List.of(), List.of()), List.of());
    try (SmallVault.Recovered recovered = recover()) {
      assertTrue(vault.tree(recovered.index()).size() < vault.tree(vault.index).size());
    }
  }

  @Test
  void countersJumpSoThatNothingIsGivenTwice() {
    try (SmallVault.Recovered one = recover();
        SmallVault.Recovered two = recover()) {
      long leaf = one.index().read(r -> r.counter(Counters.NEXT_LEAF)).orElseThrow();
      long ino = one.index().read(r -> r.counter(Counters.NEXT_INODE)).orElseThrow();
      assertTrue(leaf >= 1L << 32 && leaf % (1L << 32) == 0, "leaf " + leaf);
      assertTrue(ino >= 1L << 24 && ino % (1L << 24) == 0, "inode " + ino);
      assertEquals(
          vault.sequence, one.index().read(r -> r.counter(Counters.SEQUENCE)).orElseThrow());
      assertEquals(2, one.index().read(r -> r.counter(Counters.INCARNATION)).orElseThrow());
      assertTrue(
          leaf != two.index().read(r -> r.counter(Counters.NEXT_LEAF)).orElseThrow()
              || ino != two.index().read(r -> r.counter(Counters.NEXT_INODE)).orElseThrow(),
          "two recoveries of one vault must not hand out the same numbers");
    }
  }

  @Test
  void damagedAndStrangeShardsOnTwoArchivesDoNotMatter() {
    Random random = new Random(42);
    List<String> names = new ArrayList<>(vault.everything().keySet());
    for (String name : names) {
      if (name.startsWith("1/") || name.startsWith("4/")) {
        byte[] bytes = vault.bytes(name.charAt(0) - '0', shard(name));
        for (int i = 0; i < 40; i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
        }
        vault.replace(name.charAt(0) - '0', shard(name), Optional.of(bytes));
      }
    }
    try (SmallVault.Recovered recovered = recover()) {
      assertComplete(recovered);
    }
  }

  private static ShardName shard(String name) {
    return ShardName.parse(name.substring(2));
  }

  @Test
  void shardsOfArchivesThatReturnAfterARecoveryAreTakenBack() {
    for (Rows.Stripe stripe : stripesOf("/d/large")) {
      for (Rows.Shard shard : vault.index.read(reader -> reader.shards(stripe.id()))) {
        if (shard.archive() == 0) {
          vault.replace(0, shard.name(), Optional.empty());
        }
      }
    }
    vault.down.addAll(List.of(4, 5));
    try (SmallVault.Recovered recovered = recover()) {
      assertEquals(
          List.of("/d/large"),
          recovered.recovery().report().unrecoverable(),
          "control: too few shards were there");
      vault.down.clear();
      var scrub =
          vault.mending(recovered.index()).scrub(new ScrubOptions(true), false, Progress.NONE);
      assertTrue(scrub.repaired() > 0, scrub.toString());
      assertEquals(List.of(), scrub.unrecoverable());
      for (Map.Entry<String, byte[]> file : contents.entrySet()) {
        assertArrayEquals(file.getValue(), vault.get(recovered.index(), file.getKey()));
      }
      var again =
          vault.mending(recovered.index()).scrub(new ScrubOptions(true), false, Progress.NONE);
      assertEquals(List.of(), again.findings());
    }
  }

  @Test
  void aRecoveredVaultIsMendedOntoNewArchives() {
    vault.down.addAll(List.of(1, 3));
    try (SmallVault.Recovered recovered = recover()) {
      vault.down.clear();
      vault.replaceArchive(1);
      vault.replaceArchive(3);
      Mending mending = vault.mending(recovered.index());
      assertTrue(mending.rebuild(1, Progress.NONE).shardsRestored() > 0);
      assertTrue(mending.repair(Progress.NONE).shardsRestored() > 0);
      assertTrue(mending.scrub(new ScrubOptions(false), true, Progress.NONE).clean());
      vault.down.addAll(List.of(0, 2));
      assertComplete(recovered);
    }
  }
}
