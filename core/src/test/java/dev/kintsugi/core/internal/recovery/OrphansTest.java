package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many orphans, few remembered at a time. */
final class OrphansTest {
  private static final int MANY = 137;
  private static final int MOST = 10;

  @TempDir Path directory;
  private SmallVault vault;
  private Map<String, byte[]> before;
  private final AtomicInteger quiet = new AtomicInteger();
  private final List<ShardFinding> told = new ArrayList<>();
  private final FindingLog log = new FindingLog(told::add, 20);
  private Orphans orphans;

  @BeforeEach
  void fill() {
    vault = new SmallVault(directory, "rs:2+1", 4);
    vault.put("/a", new byte[1000]);
    before = vault.everything();
    for (int i = 0; i < MANY; i++) {
      vault.replace(i % 4, ShardName.random(), Optional.of(new byte[300]));
    }
    LockGate gate =
        new LockGate() {
          @Override
          public boolean quietly(Runnable action) {
            quiet.incrementAndGet();
            return super.quietly(action);
          }
        };
    orphans = new Orphans(vault.mending(vault.index, gate), MOST);
  }

  @AfterEach
  void close() {
    vault.close();
  }

  @Test
  void allAreCountedAndToldAndRemovedFewAtATime() {
    assertEquals(0, orphans.find(new TreeSet<>(), true, log));
    assertEquals(Map.of(Problem.ORPHAN, (long) MANY), log.counts());
    assertEquals(MANY, told.stream().map(ShardFinding::shard).distinct().count());
    assertEquals(20, log.first().size(), "the log keeps no more");
    assertEquals(new Orphans.Removal(MANY, 0), orphans.remove(new TreeSet<>()));
    assertEquals(before.keySet(), vault.everything().keySet());
    assertTrue(quiet.get() >= MANY / MOST, "at most ten at a time");
    assertEquals(new Orphans.Removal(0, 0), orphans.remove(new TreeSet<>()));
  }

  @Test
  void shardsThatALiveStripeMissesAreTakenBackAmongMany() {
    List<Rows.Shard> lost = new ArrayList<>();
    vault.index.write(
        writer -> {
          for (Rows.Stripe stripe : writer.stripes(null, 100)) {
            Rows.Shard shard = writer.shards(stripe.id()).get(0);
            lost.add(shard);
            writer.putShard(
                new Rows.Shard(
                    shard.stripe(), 0, shard.archive(), ShardName.random(), true)); // forgotten
          }
          return 0;
        });
    assertEquals(lost.size(), orphans.find(new TreeSet<>(), true, log));
    assertEquals(Map.of(Problem.ORPHAN, (long) MANY + lost.size()), log.counts());
    assertEquals(lost.size(), told.stream().filter(f -> f.detail().contains("taken back")).count());
    assertEquals(new Orphans.Removal(MANY, 0), orphans.remove(new TreeSet<>()));
    for (Rows.Shard shard : lost) {
      assertEquals(shard, vault.index.read(reader -> reader.shards(shard.stripe())).get(0));
    }
    assertEquals(before.keySet(), vault.everything().keySet());
  }

  @Test
  void whatMustStayDoesNotKeepRemovalGoingForEver() {
    vault.asked =
        archive -> {
          throw new IOException("down for now");
        };
    TreeSet<String> unavailable = new TreeSet<>();
    assertEquals(0, orphans.find(unavailable, true, log));
    assertEquals(4, unavailable.size());
    vault.asked = archive -> {};
    orphans.find(new TreeSet<>(), true, log);
    vault.asked =
        archive -> {
          throw new IOException("down for now");
        };
    unavailable.clear();
    assertEquals(new Orphans.Removal(0, 0), orphans.remove(unavailable));
    assertEquals(4, unavailable.size());
    vault.asked = archive -> {};
    assertEquals(MANY + before.size(), vault.everything().size());
  }

  @Test
  void whatMustStayHoldsUpNothingElse() {
    List<Rows.Shard> whole =
        vault.index.read(reader -> reader.shards(reader.stripes(null, 100).get(0).id()));
    List<Rows.Shard> other =
        vault.index.read(reader -> reader.shards(reader.stripes(null, 100).get(1).id()));
    markMissing(other.get(0)); // so all that have no sound header stay
    for (Rows.Shard shard : whole) {
      int elsewhere = (shard.archive() + 1) % 4;
      byte[] copy = vault.bytes(shard.archive(), shard.name());
      vault.replace(elsewhere, shard.name(), Optional.of(copy));
    }
    orphans.find(new TreeSet<>(), false, log);
    assertEquals(new Orphans.Removal(whole.size(), MANY), orphans.remove(new TreeSet<>()));
  }

  private void markMissing(Rows.Shard shard) {
    vault.index.write(
        writer -> {
          writer.putShard(
              new Rows.Shard(shard.stripe(), shard.index(), shard.archive(), shard.name(), true));
          return 0;
        });
  }

  @Test
  void orphansThatComeUpLaterAreCountedAndHideNoDamage() {
    ShardName late = ShardName.random();
    AtomicBoolean full = new AtomicBoolean();
    vault.asked =
        archive -> {
          if (archive == 3 && full.get()) {
            throw new IOException("no room");
          }
        };
    LockGate gate =
        new LockGate() {
          @Override
          public boolean quietly(Runnable action) {
            full.set(false);
            vault.replace(3, late, Optional.of(new byte[300]));
            return super.quietly(action);
          }
        };
    Rows.Shard lost =
        vault.index.read(reader -> reader.stripes(null, 100)).stream()
            .flatMap(row -> vault.index.read(reader -> reader.shards(row.id())).stream())
            .filter(shard -> shard.archive() == 3)
            .findFirst()
            .orElseThrow();
    vault.replace(3, lost.name(), Optional.empty());
    ScrubReport report =
        vault
            .mending(vault.index, gate)
            .scrub(
                new ScrubOptions(true, finding -> full.compareAndSet(false, !isOrphan(finding))),
                false,
                Progress.NONE);
    assertTrue(report.count(Set.of(Problem.MISSING)) > 0);
    assertEquals(0, report.mended());
    assertEquals(0, report.removed());
    assertEquals(MANY + 1, report.leftovers(), "a stripe is not whole");
  }

  @Test
  void anArchiveThatRemovesNothingIsNotAskedForEachOfMany() {
    orphans.find(new TreeSet<>(), false, log);
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    vault.asked =
        archive -> {
          if (archive == 2 && asked.incrementAndGet() > 1) { // after it was listed
            refused.incrementAndGet();
            throw new IOException("read-only");
          }
        };
    Orphans.Removal removal = orphans.remove(new TreeSet<>());
    assertEquals(MANY, removal.removed() + removal.left());
    assertEquals((MANY + 1) / 4, removal.left());
    assertTrue(refused.get() < 10, refused + " requests");
    assertTrue(orphans.reasons().toString().contains("archive2"), orphans.reasons().toString());
  }

  private static boolean isOrphan(ShardFinding finding) {
    return finding.problem() == Problem.ORPHAN;
  }
}
