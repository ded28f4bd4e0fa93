package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The slot in memory; its memory outlives nothing, so no power is lost. */
final class MemoryKeySlotTest extends KeySlotContract {
  @Override
  Medium medium() {
    MemorySlotStorage memory = new MemorySlotStorage();
    FragileSectors sectors = new FragileSectors(memory);
    Secret key = Secret.random(32);
    return new Medium() {
      @Override
      public KeySlot open() {
        return new TwoRecordKeySlot(sectors, key, new byte[0], true);
      }

      @Override
      public Crash crash() {
        return sectors.crash;
      }

      @Override
      public void restart(Loss loss) {
        sectors.crash.disarm();
      }

      @Override
      public byte[] readable() {
        return ByteBuffer.allocate(2 * SlotStorage.SECTOR)
            .put(memory.read(0))
            .put(memory.read(1))
            .array();
      }
    };
  }

  @Test
  void closingWipesTheMemory() {
    MemorySlotStorage memory = new MemorySlotStorage();
    KeySlot slot = new TwoRecordKeySlot(memory, Secret.random(32), new byte[0], true);
    slot.put(entry(1));
    slot.close();
    assertArrayEquals(new byte[SlotStorage.SECTOR], memory.read(0));
    assertArrayEquals(new byte[SlotStorage.SECTOR], memory.read(1));
  }

  @Test
  void eachSlotInMemoryIsEmptyAndErases() {
    try (KeySlot used = KeySlots.memory();
        KeySlot other = KeySlots.memory()) {
      used.put(entry(1));
      assertTrue(other.current().isEmpty());
      assertTrue(used.erasesForGood());
    }
  }
}
