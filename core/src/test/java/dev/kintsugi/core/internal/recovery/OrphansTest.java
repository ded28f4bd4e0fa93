package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.ShardFinding;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
    assertEquals(MANY, orphans.remove());
    assertEquals(before.keySet(), vault.everything().keySet());
    assertEquals((MANY + MOST - 1) / MOST, quiet.get(), "so many times at most ten");
    assertEquals(0, orphans.remove());
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
    assertEquals(MANY, orphans.remove());
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
    assertEquals(0, orphans.remove());
    vault.asked = archive -> {};
    assertEquals(MANY + before.size(), vault.everything().size());
  }
}
