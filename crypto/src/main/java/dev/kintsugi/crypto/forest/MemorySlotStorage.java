package dev.kintsugi.crypto.forest;

import java.util.Arrays;

/** Two sectors in memory. */
final class MemorySlotStorage implements SlotStorage {
  private final byte[][] sectors = new byte[2][SECTOR];

  @Override
  public byte[] read(int sector) {
    return sectors[sector].clone();
  }

  @Override
  public void write(int sector, byte[] content) {
    System.arraycopy(content, 0, sectors[sector], 0, SECTOR);
  }

  @Override
  public void sync() {}

  @Override
  public void close() {
    for (byte[] sector : sectors) {
      Arrays.fill(sector, (byte) 0);
    }
  }
}
