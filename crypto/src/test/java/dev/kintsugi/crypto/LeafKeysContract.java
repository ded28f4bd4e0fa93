package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What every {@link LeafKeys} promises. */
abstract class LeafKeysContract {
  /** Opens the keys over the same durable state as before; what was not committed may be gone. */
  abstract LeafKeys open();

  @Test
  void idsAreConsecutiveAndNeverRepeat() {
    long seed = 11;
    Random random = new Random(seed);
    Set<Long> seen = new HashSet<>();
    try (LeafKeys keys = open()) {
      for (int round = 0; round < 200; round++) {
        int count = 1 + random.nextInt(round % 20 == 0 ? 9000 : 50);
        long first = keys.allocate(count);
        assertTrue(first >= 0);
        for (int i = 0; i < count; i++) {
          assertTrue(seen.add(first + i), "id " + (first + i) + " repeats, seed " + seed);
        }
      }
    }
  }

  @Test
  void idsNeverRepeatAcrossReopening() {
    Set<Long> seen = new HashSet<>();
    for (int round = 0; round < 20; round++) {
      try (LeafKeys keys = open()) {
        for (int i = 0; i < 5; i++) {
          assertTrue(seen.add(keys.allocate(1)));
        }
        if (round % 2 == 0) {
          keys.commit();
        }
      }
    }
  }

  @Test
  void threadsNeverGetTheSameId() throws InterruptedException {
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    try (LeafKeys keys = open()) {
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        threads[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    long first = keys.allocate(3);
                    seen.add(first);
                    seen.add(first + 1);
                    seen.add(first + 2);
                  }
                });
        threads[t].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(12_000, seen.size());
  }

  @Test
  void keysAreStableAndDistinct() {
    try (LeafKeys keys = open()) {
      long first = keys.allocate(300);
      keys.commit();
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        try (Secret key = keys.key(first + i);
            Secret again = keys.key(first + i)) {
          assertEquals(LeafKeys.KEY_LENGTH, key.length());
          assertEquals(key, again);
          assertTrue(seen.add(Hex.text(key)));
        }
      }
    }
  }

  @Test
  void keysSurviveReopening() {
    Secret before;
    long id;
    try (LeafKeys keys = open()) {
      id = keys.allocate(10) + 3;
      before = keys.key(id);
      keys.commit();
    }
    try (LeafKeys keys = open()) {
      assertEquals(before, keys.key(id));
    }
  }

  @Test
  void aPuncturedLeafIsRefusedAtOnceAndItsNeighboursAreNot() {
    try (LeafKeys keys = open()) {
      long first = keys.allocate(9);
      Secret left = keys.key(first + 3);
      Secret right = keys.key(first + 5);
      keys.puncture(first + 4);
      keys.puncture(first + 4);
      assertThrows(PuncturedLeafException.class, () -> keys.key(first + 4));
      keys.commit();
      assertThrows(PuncturedLeafException.class, () -> keys.key(first + 4));
      assertEquals(left, keys.key(first + 3));
      assertEquals(right, keys.key(first + 5));
      assertDoesNotThrow(keys::commit);
    }
  }

  @Test
  void idsNeverAllocatedAreUnknown() {
    try (LeafKeys keys = open()) {
      long first = keys.allocate(5);
      for (long id :
          new long[] {-1, first + 5, first + 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThrows(UnknownLeafException.class, () -> keys.key(id), "id " + id);
        assertThrows(UnknownLeafException.class, () -> keys.puncture(id), "id " + id);
      }
      assertThrows(IllegalArgumentException.class, () -> keys.allocate(0));
    }
  }

  @Test
  void closedKeysAreUnusable() {
    LeafKeys keys = open();
    long id = keys.allocate(1);
    keys.close();
    keys.close();
    assertThrows(IllegalStateException.class, () -> keys.key(id));
    assertThrows(IllegalStateException.class, () -> keys.allocate(1));
  }
}
