package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scrubs and repairs of one vault at the same time. */
@Timeout(120)
final class MendingAtOnceTest {
  @TempDir Path directory;
  private SmallVault vault;
  private StripeId stripe;

  @BeforeEach
  void create() {
    vault = new SmallVault(directory, "rs:2+1", 5);
    stripe = vault.index.read(reader -> reader.stripes(null, 1)).get(0).id();
  }

  @AfterEach
  void close() {
    vault.close();
  }

  private Rows.Shard shard(int index) {
    return vault.index.read(reader -> reader.shards(stripe)).get(index);
  }

  private void markMissing(Rows.Shard shard) {
    vault.index.write(
        writer -> {
          writer.putShard(
              new Rows.Shard(shard.stripe(), shard.index(), shard.archive(), shard.name(), true));
          return 0;
        });
  }

  private boolean holds(Rows.Shard shard) {
    return vault.everything().containsKey(shard.archive() + "/" + shard.name());
  }

  /** An index that runs something before each of its transactions. */
  private record Watched(Index index, Runnable before) implements Index {
    @Override
    public <T> T read(Function<IndexReader, T> function) {
      return index.read(function);
    }

    @Override
    public <T> T write(Function<IndexWriter, T> function) {
      before.run();
      return index.write(function);
    }

    @Override
    public void close() {}
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(1_000_000); // the test's time limit ends this
    }
  }

  /**
   * Moves a shard; before the index learns its new name, its old archive is back, so that nothing
   * needs the shard that has just been written, and a scrub removes orphans.
   *
   * @param waits whether that scrub waits at the gate
   * @return whether the shard is where the index says in the end
   */
  private boolean survivesAScrub(Mending.Gate gate, BooleanSupplier waits)
      throws InterruptedException {
    Rows.Shard lost = shard(0);
    markMissing(lost);
    vault.down.add(lost.archive());
    Mending scrubbing = vault.mending(vault.index, gate);
    Thread scrub =
        new Thread(() -> scrubbing.scrub(new ScrubOptions(true), false, Progress.NONE), "scrub");
    AtomicBoolean once = new AtomicBoolean();
    Runnable between =
        () -> {
          if (once.compareAndSet(false, true)) {
            vault.down.clear();
            scrubbing.scrub(
                new ScrubOptions(false), false, Progress.NONE); // finds the old shard sound
            assertFalse(shard(0).missing());
            scrub.start();
            await(() -> waits.getAsBoolean() || !scrub.isAlive());
          }
        };
    vault.mending(new Watched(vault.index, between), gate).repair(Progress.NONE);
    scrub.join();
    assertTrue(once.get());
    assertFalse(shard(0).equals(lost), "it has moved");
    return holds(shard(0));
  }

  @Test
  void aShardThatRepairHasJustMovedIsNoOrphanToAScrub() throws InterruptedException {
    LockGate gate = new LockGate();
    assertTrue(survivesAScrub(gate, gate::isWaitedFor));
    assertTrue(
        vault
            .mending(vault.index)
            .scrub(new ScrubOptions(true), false, Progress.NONE)
            .unrecoverable()
            .isEmpty());
  }

  @Test
  void withoutTheGateItWouldBeRemoved() throws InterruptedException {
    Mending.Gate open =
        new Mending.Gate() {
          @Override
          public void enter() {}

          @Override
          public void leave() {}

          @Override
          public boolean quietly(Runnable action) {
            action.run();
            return true;
          }
        };
    assertFalse(survivesAScrub(open, () -> false));
  }

  @Test
  void aShardThatMovesWhileItIsScrubbedStaysWhereItMoved() {
    Rows.Shard lost = shard(0);
    vault.replace(lost.archive(), lost.name(), Optional.empty());
    AtomicBoolean once = new AtomicBoolean();
    Asked move =
        archive -> {
          if (archive == lost.archive() && once.compareAndSet(false, true)) {
            markMissing(lost);
            vault.down.add(archive);
            assertEquals(1, vault.mending(vault.index).repair(Progress.NONE).shardsRestored());
            vault.down.remove(archive);
          }
        };
    // From when the archives were listed, which is before any stripe is read.
    ScrubReport report =
        vault
            .mending(vault.index)
            .scrub(new ScrubOptions(false), false, (task, done, total, unit) -> vault.asked = move);
    assertTrue(once.get());
    assertFalse(shard(0).missing());
    assertFalse(shard(0).archive() == lost.archive(), "the move was undone");
    assertTrue(holds(shard(0)));
    assertEquals(List.of(), report.findings(), "what was found before it moved is no news");
    assertEquals(3, report.shards());
  }

  @Test
  void whatIsMarkedWasNotChangedMeanwhile() {
    Rows.Shard old = shard(0);
    StripeMender mender = vault.mending(vault.index).mender();
    var loaded = vault.index.read(reader -> StripeMender.load(reader, stripe)).orElseThrow();
    markMissing(old);
    vault.down.add(old.archive());
    vault.mending(vault.index).repair(Progress.NONE);
    Rows.Shard moved = shard(0);
    mender.mark(loaded, index -> index <= 1);
    assertEquals(moved, shard(0));
    assertTrue(shard(1).missing(), "rows that are as they were are marked");
  }

  @Test
  void anOrphanThatCannotBeReadIsLeftAlone() {
    Rows.Shard shard = shard(0);
    int elsewhere = (shard.archive() + 1) % 5;
    vault.replace(elsewhere, shard.name(), Optional.of(vault.bytes(shard.archive(), shard.name())));
    Orphans orphans = new Orphans(vault.mending(vault.index), 10);
    FindingLog log = new FindingLog(finding -> {}, 10);
    orphans.find(new TreeSet<>(), false, log);
    assertEquals(1, log.first().size());
    AtomicInteger asked = new AtomicInteger();
    vault.asked =
        archive -> {
          if (archive == elsewhere && asked.incrementAndGet() == 2) { // after it was listed
            throw new IOException("once");
          }
        };
    assertEquals(new Orphans.Removal(0, 1), orphans.remove(new TreeSet<>()));
    assertEquals(2, asked.get());
    assertEquals(new Orphans.Removal(1, 0), orphans.remove(new TreeSet<>()), "the control");
  }
}
