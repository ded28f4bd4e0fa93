package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.RecoveryGaps;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards that the index does not know and that must stay nevertheless. */
final class RetentionTest {
  private static final int SIZE = 200_000;

  @TempDir Path directory;

  private static byte[] bytes(long seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static ScrubReport repair(SmallVault vault, Index index) {
    return vault.mending(index).scrub(new ScrubOptions(true), false, Progress.NONE);
  }

  /** Two files, the second of which is acknowledged while some archives are away. */
  private SmallVault twoFiles(String scheme, Set<Integer> awayAtTheSecond) {
    SmallVault vault = new SmallVault(directory, scheme, 6);
    vault.put("/t1", bytes(1));
    vault.down.addAll(awayAtTheSecond);
    vault.put("/t2", bytes(2));
    vault.down.clear();
    return vault;
  }

  private static void assertBothComeBack(SmallVault vault, String name) {
    try (SmallVault.Recovered again = vault.recover(name)) {
      assertEquals(List.of(), again.recovery().report().lostCommits(), name);
      assertArrayEquals(bytes(1), vault.get(again.index(), "/t1"), name);
      assertArrayEquals(bytes(2), vault.get(again.index(), "/t2"), name);
    }
  }

  @Test
  void aRepairAfterAnIncompleteRecoveryDestroysNoAcknowledgedCommit() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of(5))) {
      vault.down.addAll(List.of(3, 4));
      try (SmallVault.Recovered incomplete = vault.recover("incomplete.db")) {
        long lost = incomplete.recovery().report().lostCommits().size();
        assertEquals(1, lost);
        Index index = incomplete.index();
        ScrubReport away = repair(vault, index);
        assertEquals(lost, away.lostCommits());
        assertEquals(6, away.leftovers(), "data and manifest on three archives");
        assertTrue(away.whyLeft().toString().contains("without 1 commit"), away.toString());
        vault.down.clear();
        ScrubReport back = repair(vault, index);
        assertEquals(10, back.leftovers(), "data and manifest on five archives");
        assertFalse(back.clean());
        assertBothComeBack(vault, "complete.db");
      }
    }
  }

  @Test
  void onlyTheCounterTellsThoseShardsFromLeftovers() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of(5))) {
      vault.down.addAll(List.of(3, 4));
      try (SmallVault.Recovered incomplete = vault.recover("incomplete.db")) {
        vault.down.clear();
        forget(incomplete.index());
        ScrubReport report = repair(vault, incomplete.index());
        assertEquals(0, report.leftovers());
        assertEquals(List.of(), report.whyLeft());
      }
      try (SmallVault.Recovered again = vault.recover("again.db")) {
        assertFalse(vault.tree(again.index()).contains("/t2"), "the control");
      }
    }
  }

  private static void forget(Index index) {
    index.write(
        writer -> {
          new RecoveryGaps(0, false).set(writer);
          return 0;
        });
  }

  @Test
  void shardsOfUnknownStripesStayWhileAnyArchiveIsAway() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of(5))) {
      vault.down.addAll(List.of(3, 4));
      try (SmallVault.Recovered incomplete = vault.recover("incomplete.db")) {
        forget(incomplete.index());
        vault.down.remove(3);
        ScrubReport report = repair(vault, incomplete.index());
        assertEquals(8, report.leftovers());
        assertEquals(List.of("archives cannot be asked: archive4"), report.whyLeft());
        vault.down.clear();
        assertBothComeBack(vault, "complete.db");
      }
    }
  }

  @Test
  void shardsOfACommitThatShowedNoneOfThemToTheRecoveryStay() {
    try (SmallVault vault = twoFiles("rs:2+4", Set.of(0, 1, 2))) {
      vault.down.addAll(List.of(3, 4, 5));
      try (SmallVault.Recovered blind = vault.recover("blind.db")) {
        assertEquals(List.of(), blind.recovery().report().lostCommits());
        assertFalse(vault.tree(blind.index()).contains("/t2"));
        vault.down.clear();
        ScrubReport report = repair(vault, blind.index());
        assertEquals(6, report.leftovers());
        assertTrue(report.whyLeft().toString().contains("unseen"), report.toString());
        assertBothComeBack(vault, "complete.db");
      }
    }
  }

  @Test
  void aCompleteRecoveryLeavesNoGaps() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of(5))) {
      vault.down.add(0);
      try (SmallVault.Recovered complete = vault.recover("complete.db")) {
        assertEquals(new RecoveryGaps(0, false), complete.index().read(RecoveryGaps::of));
      }
    }
  }

  @Test
  void shardsWithoutASoundHeaderStayWhileAnyShardIsMissing() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of())) {
      ShardName damaged = ShardName.random();
      vault.replace(2, damaged, Optional.of(new byte[SIZE]));
      Map<Rows.Shard, byte[]> taken = new LinkedHashMap<>();
      vault.index.read(reader -> reader.shards(reader.stripes(null, 1).get(0).id())).stream()
          .limit(3)
          .forEach(shard -> taken.put(shard, vault.bytes(shard.archive(), shard.name())));
      taken.keySet().forEach(s -> vault.replace(s.archive(), s.name(), Optional.empty()));
      ScrubReport beyond = repair(vault, vault.index);
      assertFalse(beyond.unrecoverable().isEmpty());
      assertEquals(1, beyond.leftovers());
      assertTrue(beyond.whyLeft().toString().contains("missing"), beyond.toString());
      assertTrue(vault.everything().containsKey("2/" + damaged));
      taken.forEach((s, bytes) -> vault.replace(s.archive(), s.name(), Optional.of(bytes)));
      ScrubReport whole = repair(vault, vault.index);
      assertEquals(Map.of(Problem.ORPHAN, 1L), whole.counts());
      assertEquals(0, whole.leftovers(), "the control");
      assertFalse(vault.everything().containsKey("2/" + damaged));
    }
  }

  @Test
  void writesThatDoNotEndCostAScrubNothingButItsLeftovers() {
    try (SmallVault vault = twoFiles("rs:4+2", Set.of())) {
      vault.replace(2, ShardName.random(), Optional.of(new byte[SIZE]));
      LockGate busy =
          new LockGate() {
            @Override
            public boolean quietly(Runnable action) {
              return false;
            }
          };
      ScrubReport report =
          vault.mending(vault.index, busy).scrub(new ScrubOptions(true), false, Progress.NONE);
      assertEquals(Map.of(Problem.ORPHAN, 1L), report.counts());
      assertEquals(1, report.leftovers());
      assertTrue(report.whyLeft().toString().contains("being stored"), report.toString());
      assertTrue(report.stripes() > 0);
      assertEquals(0, repair(vault, vault.index).leftovers(), "the control");
    }
  }
}
