package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.dispersal.Fixture.Extent;
import dev.kintsugi.core.internal.dispersal.Fixture.Stored;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.crypto.ExtentKey;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class StripeReaderTest {
  private static final long SEED = 0x5eed_0001L;

  private final Fixture fixture = new Fixture("rs:4+2", 6, 1);
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    fixture.close();
  }

  private Stored mixed() {
    return fixture.store(random, 700_000, 1, 65_536, 65_537, 0, 200_000, 12_345);
  }

  private void assertReadable(StripeReader reader, Stored stored) {
    for (Extent extent : stored.extents()) {
      assertArrayEquals(
          extent.plain(), fixture.read(reader, stored.stripe(), extent), "seed " + SEED);
    }
  }

  @Test
  void extentsComeBackAsTheyWere() {
    Stored stored = mixed();
    assertEquals(0, stored.result().missing());
    assertReadable(fixture.reader(), stored);
    assertTrue(fixture.found.isEmpty());
  }

  @Test
  void fullStripesComeBackAsTheyWere() {
    Stored stored = fixture.store(random, fixture.scheme.capacity());
    assertEquals(fixture.scheme.fullShardLength(), stored.stripe().row().shardLength());
    assertReadable(fixture.reader(), stored);
  }

  @Test
  void anyRangeCanBeRead() {
    Stored stored = fixture.store(random, 100_000, 1_500_000);
    StripeReader reader = fixture.reader();
    Extent extent = stored.extents().get(1);
    for (int round = 0; round < 200; round++) {
      int from = random.nextInt(extent.plain().length);
      int length = random.nextInt(Math.min(200_000, extent.plain().length - from) + 1);
      assertArrayEquals(
          Arrays.copyOfRange(extent.plain(), from, from + length),
          fixture.read(reader, stored.stripe(), extent, from, length),
          "seed " + SEED + ", " + length + " bytes from " + from);
    }
  }

  @Test
  void aRangeReadTouchesOnlyTheBlocksItNeeds() {
    Stored stored = fixture.store(random, 4_000_000);
    fixture.backends.forEach(backend -> backend.bytesRead.set(0));
    fixture.read(fixture.reader(), stored.stripe(), stored.extents().get(0), 3_000_000, 100);
    long read = fixture.backends.stream().mapToLong(backend -> backend.bytesRead.get()).sum();
    assertEquals(65_552, read);
  }

  @Test
  void everyLossOfTwoShardsIsSurvivedAndNamed() throws IOException {
    for (int a = 0; a < 6; a++) {
      for (int b = a + 1; b < 6; b++) {
        Stored stored = fixture.store(random, 900_000, 10, 40_000);
        fixture.drop(stored.stripe(), a);
        fixture.drop(stored.stripe(), b);
        fixture.found.clear();
        assertReadable(fixture.reader(), stored);
        Set<Integer> named = named(Problem.MISSING);
        Set<Integer> lost = new TreeSet<>(Set.of(a, b));
        lost.removeIf(shard -> shard > 3 && !named.contains(shard)); // parity may go unread
        assertEquals(lost, named);
      }
    }
  }

  @Test
  void everyPairOfLiarsIsSurvivedAndNamed() throws IOException {
    for (boolean forger : new boolean[] {false, true}) {
      Problem problem = forger ? Problem.TAMPERED : Problem.DAMAGED;
      for (int a = 0; a < 6; a++) {
        for (int b = a + 1; b < 6; b++) {
          Stored stored = fixture.store(random, 1_000_000);
          Stripe stripe = stored.stripe();
          for (int liar : new int[] {a, b}) {
            byte[] record = fixture.shard(stripe, liar);
            int bit = random.nextInt(8 * 200_000);
            fixture.change(stripe, liar, Fixture.flip(record, bit, forger));
          }
          fixture.found.clear();
          assertReadable(fixture.reader(), stored);
          Set<Integer> named = named(problem);
          assertEquals(fixture.found.size(), named.size(), fixture.found.toString());
          for (int liar : new int[] {a, b}) {
            assertTrue(liar > 3 || named.contains(liar), liar + " is not in " + fixture.found);
          }
        }
      }
    }
  }

  @Test
  void threeShardsOfAShortStripeMayBeDamagedWhereNoByteNeedsAllOfThem() throws IOException {
    int[] lengths = new int[60];
    Arrays.fill(lengths, 1000);
    for (boolean everywhere : new boolean[] {false, true}) {
      Stored stored = fixture.store(random, lengths);
      Stripe stripe = stored.stripe();
      assertTrue(stripe.row().shardLength() < 65_536, "one checksum covers all of a shard");
      int[] damaged = {0, 1, 4};
      int[] bytes = everywhere ? new int[] {100, 100, 100} : new int[] {100, 300, 12_000};
      for (int i = 0; i < damaged.length; i++) {
        byte[] record = fixture.shard(stripe, damaged[i]);
        fixture.change(stripe, damaged[i], Fixture.flip(record, 8 * bytes[i], false));
      }
      if (everywhere) {
        Extent first = stored.extents().get(0);
        assertThrows(
            UnrecoverableException.class,
            () -> fixture.read(fixture.reader(), stripe, first),
            "three damaged shards in one byte are too many");
      } else {
        assertReadable(fixture.reader(), stored);
      }
    }
  }

  @Test
  void flippedBitsInAnyThreeShardsAreSurvived() throws IOException {
    for (int round = 0; round < 50; round++) {
      int[] lengths = random.ints(random.nextInt(1, 60), 100, 25_000).toArray();
      Stored stored = fixture.store(random, lengths);
      Stripe stripe = stored.stripe();
      Set<Integer> flipped = new TreeSet<>();
      while (flipped.size() < 3) {
        int shard = random.nextInt(6);
        byte[] record = fixture.shard(stripe, shard);
        int bit = random.nextInt(8 * record.length); // of header, payload or checksums
        if (flipped.add(bit / 8)) {
          record[bit / 8] ^= (byte) (1 << bit % 8);
          fixture.change(stripe, shard, record);
        }
      }
      assertReadable(fixture.reader(), stored);
    }
  }

  @Test
  void threeLiarsAreTooManyAndAllAreNamed() throws IOException {
    Stored stored = fixture.store(random, 3_000_000);
    Stripe stripe = stored.stripe();
    for (int liar : new int[] {0, 3, 5}) {
      byte[] record = fixture.shard(stripe, liar);
      for (int bit = 0; bit < 8 * 600_000; bit += 8 * 50_000) {
        record = Fixture.flip(record, bit, true);
      }
      fixture.change(stripe, liar, record);
    }
    UnrecoverableException e =
        assertThrows(UnrecoverableException.class, () -> assertReadable(fixture.reader(), stored));
    for (int liar : new int[] {0, 3, 5}) {
      assertTrue(
          e.toString().contains("archive" + stripe.shards().get(liar).archive() + " tampered"),
          e.toString());
    }
    assertTrue(e.toString().contains("3 intact shards, 4 are needed"), e.toString());
    assertEquals(Set.of(0, 3, 5), named(Problem.TAMPERED));
  }

  @Test
  void threeArchivesGoneAreTooManyAndReadableAgainWhenOneReturns() {
    Stored stored = mixed();
    for (int archive : new int[] {1, 2, 4}) {
      fixture.backends.get(archive).down = "unplugged";
    }
    StripeReader reader = fixture.reader();
    UnrecoverableException e =
        assertThrows(UnrecoverableException.class, () -> assertReadable(reader, stored));
    assertTrue(e.toString().contains("unplugged"), e.toString());
    fixture.backends.get(2).down = null;
    assertReadable(reader, stored);
  }

  @Test
  void swappedShardsAreMisplacedAndReadsStayRight() throws IOException {
    Stored one = fixture.store(random, 500_000);
    Stored two = fixture.store(random, 500_000);
    byte[] replayed = fixture.shard(two.stripe(), 1);
    fixture.change(one.stripe(), 1, replayed);
    assertReadable(fixture.reader(), one);
    assertEquals(Set.of(1), named(Problem.MISPLACED));
    assertTrue(
        fixture.found.get(0).detail().contains(two.stripe().name(1).toString()),
        fixture.found.toString());
  }

  @Test
  void truncatedAndInventedShardsAreNamed() throws IOException {
    Stored stored = fixture.store(random, 3_000_000);
    Stripe stripe = stored.stripe();
    fixture.change(stripe, 0, Arrays.copyOf(fixture.shard(stripe, 0), 400_000));
    byte[] invented = new byte[fixture.shard(stripe, 2).length];
    random.nextBytes(invented);
    fixture.change(stripe, 2, invented);
    assertReadable(fixture.reader(), stored);
    assertEquals(Set.of(0, 2), named(Problem.DAMAGED));
  }

  @Test
  void anArchiveThatLiesInPartsOnlyIsNamed() {
    Stored stored = fixture.store(random, 3_000_000);
    fixture.holder(stored.stripe(), 1).lieInParts = true;
    fixture.holder(stored.stripe(), 4).lieInParts = true;
    assertReadable(fixture.reader(), stored);
    Set<Integer> named = named(Problem.TAMPERED);
    assertTrue(named.contains(1), fixture.found.toString());
    assertEquals(fixture.found.size(), named.size(), fixture.found.toString());
  }

  @Test
  void aSlowArchiveIsNotWaitedForAndItsLateAnswerTouchesNothing() {
    Stored stored = fixture.store(random, 3_000_000);
    CountDownLatch hold = new CountDownLatch(1);
    fixture.holder(stored.stripe(), 2).hold = hold;
    StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(30), 4));
    byte[] out = new byte[3_000_000];
    Extent extent = stored.extents().get(0);
    try (ExtentKey key = fixture.key(extent.leaf())) {
      reader.read(stored.stripe(), extent.address(), out.length, key, 0, out, 0, out.length);
    }
    assertArrayEquals(extent.plain(), out);
    Arrays.fill(out, (byte) 1);
    hold.countDown();
    fixture.holder(stored.stripe(), 2).hold = null;
    ArchivePool.await(fixture.pool.submit(stored.stripe().archive(2), () -> true));
    ArchivePool.await(fixture.pool.submit(stored.stripe().archive(2), () -> true));
    byte[] expected = new byte[out.length];
    Arrays.fill(expected, (byte) 1);
    assertArrayEquals(expected, out, "the late answer was written into a buffer given back");
    assertTrue(fixture.found.isEmpty(), "slow is not bad: " + fixture.found);
  }

  @Test
  void aSlowArchiveIsWaitedForWhenNobodyElseCanHelp() throws Exception {
    Stored stored = fixture.store(random, 3_000_000);
    fixture.drop(stored.stripe(), 4);
    fixture.drop(stored.stripe(), 5);
    CountDownLatch hold = new CountDownLatch(1);
    fixture.holder(stored.stripe(), 2).hold = hold;
    StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(10), 4));
    Thread helper =
        new Thread(
            () -> {
              try {
                Thread.sleep(200);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              fixture.holder(stored.stripe(), 2).hold = null;
              hold.countDown();
            });
    helper.start();
    assertReadable(reader, stored);
    helper.join();
  }

  @Test
  void whenAllWereSlowForAMomentOneMayHangFromThenOn() throws InterruptedException {
    Stored stored = fixture.store(random, 3_000_000);
    CountDownLatch moment = new CountDownLatch(1);
    CountDownLatch hold = new CountDownLatch(1);
    for (int shard = 0; shard < 6; shard++) {
      fixture.holder(stored.stripe(), shard).hold = shard == 0 ? hold : moment;
    }
    try {
      StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(30), 4));
      Thread helper =
          new Thread(
              () -> {
                try {
                  Thread.sleep(500);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                moment.countDown();
              });
      helper.start();
      assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertReadable(reader, stored));
      helper.join();
    } finally {
      fixture.holder(stored.stripe(), 0).hold = null;
      hold.countDown();
    }
  }

  @Test
  void aHungArchiveAndALiarTogetherKeepNobodyWaiting() throws IOException {
    for (int liar : new int[] {4, 5}) {
      Stored stored = fixture.store(random, 3_000_000);
      Stripe stripe = stored.stripe();
      fixture.change(stripe, liar, Fixture.flip(fixture.shard(stripe, liar), 77, true));
      CountDownLatch hold = new CountDownLatch(1);
      fixture.holder(stripe, 0).hold = hold;
      try {
        StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(30), 4));
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertReadable(reader, stored));
      } finally {
        fixture.holder(stripe, 0).hold = null;
        hold.countDown();
      }
    }
  }

  @Test
  void aLiarThatHangsWhenItsWholeShardIsReadIsNamedAndNotWaitedFor() {
    Stored stored = fixture.store(random, 3_000_000);
    LyingBackend liar = fixture.holder(stored.stripe(), 1);
    CountDownLatch hold = new CountDownLatch(1);
    liar.lieInParts = true;
    liar.holdWhole = hold;
    try {
      StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(30), 4));
      assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertReadable(reader, stored));
      assertEquals(Set.of(1), named(Problem.DAMAGED));
    } finally {
      hold.countDown();
    }
  }

  @Test
  void readsThatGaveUpOnAHungArchiveKeepNoBytes() throws InterruptedException {
    Stored stored = fixture.store(random, 3_000_000);
    CountDownLatch hold = new CountDownLatch(1);
    fixture.holder(stored.stripe(), 2).hold = hold;
    try {
      StripeReader reader = fixture.reader(new StripeReader.Patience(Duration.ofMillis(30), 4));
      List<WeakReference<byte[]>> read = new ArrayList<>();
      for (int i = 0; i < 20; i++) { // more than there are threads for an archive
        byte[] out = fixture.read(reader, stored.stripe(), stored.extents().get(0));
        read.add(new WeakReference<>(out));
      }
      for (int i = 0; i < 50 && read.stream().anyMatch(out -> out.get() != null); i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertEquals(0, read.stream().filter(out -> out.get() != null).count());
    } finally {
      fixture.holder(stored.stripe(), 2).hold = null;
      hold.countDown();
    }
  }

  @Test
  void shardsKnownToBeBadAreReportedOnceAndAvoided() throws IOException {
    Stored stored = fixture.store(random, 3_000_000);
    fixture.drop(stored.stripe(), 1);
    StripeReader reader = fixture.reader();
    assertReadable(reader, stored);
    long before = fixture.holder(stored.stripe(), 1).reads.get();
    assertReadable(reader, stored);
    assertEquals(before, fixture.holder(stored.stripe(), 1).reads.get());
    assertEquals(1, fixture.found.size());
    reader.forget(stored.stripe());
    assertReadable(reader, stored);
    assertEquals(2, fixture.found.size());
  }

  @Test
  void aWrongKeyIsAnIntegrityErrorNotALossOfShards() {
    Stored stored = mixed();
    Extent extent = stored.extents().get(0);
    Extent wrong = new Extent(extent.plain(), extent.leaf() + 1, extent.address());
    IntegrityException e =
        assertThrows(
            IntegrityException.class, () -> fixture.read(fixture.reader(), stored.stripe(), wrong));
    assertTrue(e.toString().contains("key"), e.toString());
    assertTrue(fixture.found.isEmpty(), fixture.found.toString());
  }

  @Test
  void addressesBeyondTheStripeAreFormatErrors() {
    Stored stored = fixture.store(random, 1000);
    try (ExtentKey key = fixture.key(0)) {
      for (ExtentAddress bad :
          List.of(
              new ExtentAddress(4, 0),
              new ExtentAddress(0, Integer.MAX_VALUE),
              new ExtentAddress(3, 900))) {
        assertThrows(
            FormatException.class,
            () -> fixture.reader().readExtent(stored.stripe(), bad, 1000, key));
      }
      assertThrows(
          FormatException.class,
          () ->
              fixture
                  .reader()
                  .read(
                      stored.stripe(),
                      new ExtentAddress(0, 0),
                      Integer.MAX_VALUE,
                      key,
                      0,
                      new byte[1],
                      0,
                      1));
    }
  }

  @Test
  void sealedBytesCanBeReadAndPutIntoAnotherStripe() throws IOException {
    Stored stored = fixture.store(random, 150_000, 20);
    fixture.drop(stored.stripe(), 0);
    Extent extent = stored.extents().get(0);
    byte[] sealed;
    try (ExtentKey key = fixture.key(extent.leaf())) {
      sealed = fixture.reader().readSealed(stored.stripe(), extent.address(), 150_000, key);
    }
    StripeBuilder builder = fixture.writer.builder();
    builder.reserve(150_000);
    builder.put(0, sealed);
    builder.complete();
    StoredStripe copy =
        ArchivePool.await(
            fixture.writer.write(
                builder,
                dev.kintsugi.core.internal.format.StripeId.random(),
                dev.kintsugi.core.internal.format.Role.DATA,
                8,
                0,
                0));
    Extent moved = new Extent(extent.plain(), extent.leaf(), new ExtentAddress(0, 0));
    assertArrayEquals(extent.plain(), fixture.read(fixture.reader(), copy.stripe(), moved));
  }

  @Test
  void manyThreadsMayReadAtOnceWhileTwoArchivesLie() throws Exception {
    List<Stored> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Stored stored = fixture.store(random, 900_000, 70_000, 5);
      for (int liar : new int[] {i % 6, (i + 1) % 6}) {
        byte[] record = fixture.shard(stored.stripe(), liar);
        fixture.change(stored.stripe(), liar, Fixture.flip(record, 4711, true));
      }
      all.add(stored);
    }
    StripeReader reader = fixture.reader();
    List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int start = t;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 12; i++) {
                  assertReadable(reader, all.get((start + i) % all.size()));
                }
              });
      thread.setUncaughtExceptionHandler((who, e) -> failures.add(e));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
  }

  private Set<Integer> named(Problem problem) {
    return fixture.found.stream()
        .filter(p -> p.problem() == problem)
        .map(ShardProblem::index)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
