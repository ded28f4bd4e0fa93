package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * A cache that reports a failed flush once and then takes what it could not write for clean, as
 * operating systems do: the next flush succeeds and is about nothing.
 */
final class FailedFlushTest {
  /** Two sectors behind such a cache. */
  private static final class Cache implements SlotStorage {
    final byte[][] cached = new byte[2][SECTOR];
    final byte[][] durable = new byte[2][SECTOR];
    final boolean[] dirty = new boolean[2];
    boolean failing;

    @Override
    public byte[] read(int sector) {
      return cached[sector].clone();
    }

    @Override
    public void write(int sector, byte[] content) {
      cached[sector] = content.clone();
      dirty[sector] = true;
    }

    @Override
    public void sync() throws IOException {
      for (int i = 0; i < 2; i++) {
        if (dirty[i] && !failing) {
          durable[i] = cached[i].clone();
        }
        dirty[i] = false;
      }
      if (failing) {
        throw new IOException("the device is away for a moment");
      }
    }

    void losePower() {
      for (int i = 0; i < 2; i++) {
        cached[i] = durable[i].clone();
      }
    }

    @Override
    public void close() {}
  }

  private final Cache cache = new Cache();
  private final Secret key = Secret.random(32);

  private KeySlot open() {
    return new TwoRecordKeySlot(cache, key, World.ID, true);
  }

  @Test
  void theOldEntryIsNotErasedBeforeTheNewOneIsReallyDurable() {
    try (KeySlot slot = open()) {
      slot.put(KeySlotContract.entry(1));
      slot.eraseBefore(1);
      cache.failing = true;
      assertThrows(UncheckedIOException.class, () -> slot.put(KeySlotContract.entry(2)));
      cache.failing = false;
    }
    try (KeySlot next = open()) {
      assertEquals(2, next.current().orElseThrow().epoch(), "from the cache");
      next.eraseBefore(2);
    }
    cache.losePower();
    assertEquals(2, open().current().orElseThrow().epoch());
  }

  @Test
  void theFirstEntryIsDurableOnceItWasReliedOn() {
    cache.failing = true;
    assertThrows(UncheckedIOException.class, () -> open().put(KeySlotContract.entry(1)));
    cache.failing = false;
    open().eraseBefore(1);
    cache.losePower();
    assertEquals(1, open().current().orElseThrow().epoch());
  }

  @Test
  void whatIsSaidToBeErasedIsNotOnTheDevice() {
    byte[] old;
    try (KeySlot slot = open()) {
      slot.put(KeySlotContract.entry(1));
      old = Arrays.copyOf(cache.durable[0], 150);
      slot.put(KeySlotContract.entry(2));
      cache.failing = true;
      assertThrows(UncheckedIOException.class, () -> slot.eraseBefore(2));
      cache.failing = false;
    }
    assertArrayEquals(old, Arrays.copyOf(cache.durable[0], 150), "the control: it is there");
    assertTrue(Arrays.equals(new byte[SlotStorage.SECTOR], cache.cached[0]), "and nobody sees it");
    open().eraseBefore(2);
    assertFalse(Arrays.equals(old, Arrays.copyOf(cache.durable[0], 150)));
    cache.losePower();
    assertEquals(2, open().current().orElseThrow().epoch());
  }
}
