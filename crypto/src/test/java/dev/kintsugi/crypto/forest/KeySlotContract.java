package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link KeySlot} promises. */
abstract class KeySlotContract {
  /** Opens the slot over the same storage as before. */
  abstract KeySlot open() throws Exception;

  static KeySlot.Entry entry(long epoch) {
    byte[] name = new byte[KeySlot.NAME_LENGTH];
    byte[] hash = new byte[KeySlot.HASH_LENGTH];
    name[0] = (byte) epoch;
    hash[1] = (byte) epoch;
    return new KeySlot.Entry(epoch, Secret.random(32), name, hash);
  }

  @Test
  void anEmptySlotHasNoEntry() throws Exception {
    try (KeySlot slot = open()) {
      assertEquals(Optional.empty(), slot.current());
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(1));
    }
  }

  @Test
  void theLastEntryIsCurrent() throws Exception {
    try (KeySlot slot = open()) {
      for (long epoch = 1; epoch < 10; epoch++) {
        KeySlot.Entry entry = entry(epoch);
        slot.put(entry);
        assertTrue(slot.current().orElseThrow().sameAs(entry));
        if (epoch % 3 != 0) {
          slot.eraseBefore(epoch);
          slot.eraseBefore(epoch);
        }
        assertTrue(slot.current().orElseThrow().sameAs(entry));
      }
    }
  }

  @Test
  void epochsOnlyRise() throws Exception {
    try (KeySlot slot = open()) {
      slot.put(entry(5));
      for (long epoch : new long[] {1, 4, 5}) {
        assertThrows(IllegalArgumentException.class, () -> slot.put(entry(epoch)));
      }
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(4));
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(6));
      assertEquals(5, slot.current().orElseThrow().epoch());
      slot.put(entry(100));
      assertEquals(100, slot.current().orElseThrow().epoch());
    }
    assertThrows(IllegalArgumentException.class, () -> entry(0));
  }
}
