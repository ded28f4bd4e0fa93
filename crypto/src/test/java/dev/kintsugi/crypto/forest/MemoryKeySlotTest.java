package dev.kintsugi.crypto.forest;

final class MemoryKeySlotTest extends KeySlotContract {
  @Override
  KeySlot open() {
    return KeySlots.memory();
  }
}
