package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.internal.dispersal.Fixture.Stored;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class StripeWriterTest {
  private final Random random = new Random(0x5eed_0002L);

  @Test
  void everyArchiveGetsOneShardOfTheRightLength() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      Stored stored = fixture.store(random, 100_000, 5);
      Rows.Stripe row = stored.stripe().row();
      assertEquals("rs:4+2", row.scheme());
      assertEquals(Role.DATA, row.role());
      assertFalse(row.retired());
      for (LyingBackend backend : fixture.backends) {
        assertEquals(1, backend.names().size());
      }
      assertEquals(
          6, stored.stripe().shards().stream().map(Rows.Shard::archive).distinct().count());
      StripeAuditor.Audit audit = fixture.auditor.audit(stored.stripe());
      assertEquals(List.of(), audit.problems());
      assertEquals(6, audit.intact().size());
    }
  }

  @Test
  void oneArchiveMayFailAndItsShardIsMarkedMissing() {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      fixture.backends.get(3).down = "unplugged";
      Stored stored = fixture.store(random, 100_000);
      assertEquals(1, stored.result().missing());
      assertEquals("unplugged", stored.result().problems().get(3));
      Rows.Shard missing =
          stored.stripe().shards().stream().filter(Rows.Shard::missing).findFirst().orElseThrow();
      assertEquals(3, missing.archive());
    }
  }

  @Test
  void belowTheQuorumNothingIsStoredAndEveryReasonIsGiven() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      fixture.backends.get(1).down = "unplugged";
      fixture.backends.get(4).full = true;
      ArchiveUnavailableException e =
          assertThrows(ArchiveUnavailableException.class, () -> fixture.store(random, 100_000));
      assertTrue(e.toString().contains("archive1: unplugged"), e.toString());
      assertTrue(e.toString().contains("archive4: no room"), e.toString());
      assertTrue(e.toString().contains("in 4 independent failure domains, 5"), e.toString());
      assertInstanceOf(ArchiveFullException.class, e.getSuppressed()[0]);
      for (int archive : new int[] {0, 2, 3, 5}) {
        ArchivePool.await(fixture.pool.submit(archive, () -> true));
        ArchivePool.await(fixture.pool.submit(archive, () -> true));
        assertEquals(List.of(), fixture.backends.get(archive).names(), "a shard was left behind");
      }
    }
  }

  @Test
  void dataLeavesRoomForManifests() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      Stored first = fixture.store(random, 100_000);
      long record = fixture.shard(first.stripe(), 0).length;
      for (long total : new long[] {1L << 40, 64 << 20}) {
        long kept = Math.min(Reserve.MOST, total / Reserve.PART);
        for (LyingBackend backend : fixture.backends) {
          backend.room = new Capacity(OptionalLong.of(total), OptionalLong.of(kept + record));
        }
        assertEquals(0, fixture.store(random, 100_000).result().missing());
        for (LyingBackend backend : fixture.backends) {
          backend.room = new Capacity(OptionalLong.of(total), OptionalLong.of(kept + record - 1));
        }
        ArchiveUnavailableException e =
            assertThrows(ArchiveUnavailableException.class, () -> fixture.store(random, 100_000));
        assertTrue(e.toString().contains("are kept for removing things"), e.toString());
        assertInstanceOf(ArchiveFullException.class, e.getSuppressed()[0]);
        Stored manifest = fixture.store(Role.MANIFEST, List.of(new byte[100_000]));
        assertEquals(0, manifest.result().missing());
      }
    }
  }

  @Test
  void anArchiveThatCannotBeMeasuredTakesData() {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      fixture.backends.forEach(backend -> backend.unmeasured = true);
      assertEquals(0, fixture.store(random, 100_000).result().missing());
    }
  }

  @Test
  void archivesOfOneDomainCountOnce() {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      fixture.domains.set(0, "same");
      fixture.domains.set(1, "same");
      assertEquals(0, fixture.store(random, 1000).result().missing());
      fixture.domains.set(2, "same");
      assertThrows(ArchiveUnavailableException.class, () -> fixture.store(random, 1000));
    }
  }

  @Test
  void aSpareArchiveTakesThePlaceOfOneThatFails() {
    try (Fixture fixture = new Fixture("rs:4+2", 8, 2)) {
      fixture.backends.get(1).down = "unplugged";
      fixture.backends.get(6).full = true;
      for (int i = 0; i < 20; i++) {
        Stored stored = fixture.store(random, 10_000);
        assertEquals(0, stored.result().missing());
        assertEquals(List.of(), fixture.auditor.audit(stored.stripe()).problems());
        assertEquals(
            6, stored.stripe().shards().stream().map(Rows.Shard::archive).distinct().count());
      }
    }
  }

  @Test
  void writersWaitWhileTooManyStripesAreInFlight() throws Exception {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1, 2)) {
      CountDownLatch hold = new CountDownLatch(1);
      fixture.backends.get(0).hold = hold;
      AtomicInteger stored = new AtomicInteger();
      Thread ingest =
          new Thread(
              () -> {
                for (int i = 0; i < 5; i++) {
                  StripeBuilder builder = fixture.writer.builder();
                  builder.reserve(10);
                  builder.put(0, new byte[26]);
                  builder.complete();
                  stored.incrementAndGet();
                  CompletableFuture<StoredStripe> unused =
                      fixture.writer.write(builder, StripeId.random(), Role.DATA, 1, 0, 0);
                }
              });
      ingest.start();
      while (stored.get() < 2 || ingest.getState() != Thread.State.WAITING) {
        assertTrue(ingest.isAlive(), "it did not wait");
        Thread.onSpinWait();
      }
      assertEquals(2, stored.get());
      fixture.backends.get(0).hold = null;
      hold.countDown();
      ingest.join();
      assertEquals(5, stored.get());
    }
  }

  @Test
  void buffersAreGivenBackAndReusedWhateverHappens() {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1, 1)) {
      for (int i = 0; i < 50; i++) {
        fixture.backends.get(1).down = i % 2 == 0 ? "unplugged" : null;
        fixture.backends.get(2).down = i % 3 == 0 ? "unplugged" : null;
        if (i % 6 == 0) {
          assertThrows(ArchiveUnavailableException.class, () -> fixture.store(random, 100_000));
        } else {
          Stored stored = fixture.store(random, 100_000);
          assertArrayEquals(
              stored.extents().get(0).plain(),
              fixture.read(fixture.reader(), stored.stripe(), stored.extents().get(0)));
        }
      }
    }
  }

  @Test
  void poolsKeepNoMoreThanTheyMay() {
    ShardBuffers buffers = new ShardBuffers(1000);
    byte[] first = buffers.take(400);
    byte[] second = buffers.take(400);
    byte[] third = buffers.take(400);
    buffers.giveBack(first);
    buffers.giveBack(second);
    buffers.giveBack(third);
    assertTrue(buffers.retained() <= 1000);
    buffers.giveBack(buffers.take(2000));
    assertTrue(buffers.retained() <= 1000);
    assertEquals(400, buffers.take(400).length);
  }

  @Test
  void whoWaitsForAStripeIsToldOfItsFailureAlsoWhenThePoolIsClosed() throws Exception {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      java.util.concurrent.CountDownLatch hold = new java.util.concurrent.CountDownLatch(1);
      for (int i = 0; i < 6; i++) {
        fixture.backends.get(i).full = i != 1; // what is written there is to be withdrawn
      }
      fixture.backends.get(0).hold = hold;
      StripeBuilder builder = fixture.writer.builder();
      builder.reserve(100);
      try (var key = fixture.key(1)) {
        builder.seal(0, key, new byte[100], 0);
      }
      builder.complete();
      var written =
          fixture.writer.write(
              builder,
              dev.kintsugi.core.internal.format.StripeId.random(),
              dev.kintsugi.core.internal.format.Role.DATA,
              1,
              0,
              0);
      Thread closing = new Thread(fixture.pool::close);
      closing.start();
      boolean open = true;
      while (open) {
        try {
          ArchivePool.await(fixture.pool.submit(5, () -> true));
        } catch (IllegalStateException | java.util.concurrent.RejectedExecutionException e) {
          open = !"the pool was closed".equals(e.getMessage());
        }
      }
      hold.countDown();
      Throwable failure =
          org.junit.jupiter.api.Assertions.assertThrows(
                  java.util.concurrent.ExecutionException.class,
                  () -> written.get(60, java.util.concurrent.TimeUnit.SECONDS))
              .getCause();
      org.junit.jupiter.api.Assertions.assertInstanceOf(
          dev.kintsugi.core.ArchiveUnavailableException.class, failure);
      closing.join();
    }
  }
}
