package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DerivedLeafKeysTest extends LeafKeysContract {
  private final Secret root = Hex.secret("aa".repeat(32));
  private final Counter counter = new Counter();

  /** A counter in memory; it outlives the keys like a durable one. */
  private static final class Counter implements LeafReservation {
    final AtomicLong next = new AtomicLong();

    @Override
    public long reserve(int count) {
      return next.getAndAdd(count);
    }

    @Override
    public long limit() {
      return next.get();
    }
  }

  @Override
  LeafKeys open() {
    return new DerivedLeafKeys(root, counter);
  }

  @Test
  void saysThatDeletionIsNotIrrevocable() {
    try (LeafKeys keys = open()) {
      assertFalse(keys.irrevocable());
    }
  }

  @Test
  void reservesInChunksAndWastesTheRestOfOneOnlyWhenAnotherReservedBetween() {
    try (LeafKeys a = open();
        LeafKeys b = open()) {
      assertEquals(0, a.allocate(1));
      assertEquals(LeafAllocator.CHUNK, counter.limit());
      assertEquals(LeafAllocator.CHUNK, b.allocate(4000));
      assertEquals(LeafAllocator.CHUNK + 4000, b.allocate(200), "adjacent chunks are joined");
      assertEquals(3L * LeafAllocator.CHUNK, a.allocate(4096), "a's rest of 4095 is too short");
    }
  }

  /** HMAC-SHA256(HKDF(root, "kintsugi leaf keys v1"), id), by an independent implementation. */
  @Test
  void knownAnswer() {
    counter.next.set(1000);
    try (LeafKeys keys = open()) {
      assertEquals(
          "1ee97949c4ee1c4366abaceda642b6c3eae804414996c15a65a0d9f128a9395d",
          Hex.text(keys.key(0)));
      assertEquals(
          "cdfb2144adf7ed6bf16f0d0d8b4a541353666e1c273c6917e5a43acf1b858b27",
          Hex.text(keys.key(999)));
    }
  }

  @Test
  void otherRootsGiveOtherKeys() {
    counter.next.set(10);
    try (LeafKeys mine = open();
        LeafKeys other = new DerivedLeafKeys(Secret.random(32), counter)) {
      assertNotEquals(mine.key(3), other.key(3));
    }
  }

  @Test
  void aReservationThatGoesBackIsRefused() {
    try (LeafKeys keys = open()) {
      keys.allocate(1);
      counter.next.set(0);
      assertThrows(IllegalStateException.class, () -> keys.allocate(LeafAllocator.CHUNK));
    }
  }

  @Test
  void rangesBehaveLikeASet() {
    long seed = 99;
    Random random = new Random(seed);
    LeafRanges ranges = new LeafRanges();
    Set<Long> model = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      long id = random.nextInt(5000);
      ranges.add(id);
      model.add(id);
      long probe = random.nextInt(5000);
      assertEquals(model.contains(probe), ranges.contains(probe), "seed " + seed + ", step " + i);
    }
    int runs = 0;
    for (long id = 0; id < 5000; id++) {
      if (model.contains(id) && !model.contains(id - 1)) {
        runs++;
      }
    }
    assertEquals(runs, ranges.ranges());
  }
}
