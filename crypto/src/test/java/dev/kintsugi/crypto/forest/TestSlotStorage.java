package dev.kintsugi.crypto.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Slot sectors that can be torn by a crash, remember the past, and can pretend to erase. */
final class TestSlotStorage implements SlotStorage {
  final byte[][] sectors = new byte[2][SECTOR];
  final List<byte[]> everWritten = new ArrayList<>();
  Crash crash = new Crash();
  Runnable beforeEachRead = () -> {};
  boolean keepsOldBytes;
  private final Random random = new Random(6);

  @Override
  public byte[] read(int sector) {
    crash.meanwhile(beforeEachRead);
    return sectors[sector].clone();
  }

  @Override
  public void write(int sector, byte[] content) {
    boolean erasure = Arrays.equals(content, new byte[SECTOR]);
    if (!erasure) {
      everWritten.add(content.clone());
    }
    if (erasure && keepsOldBytes) {
      return;
    }
    if (crash.now()) {
      System.arraycopy(content, 0, sectors[sector], 0, random.nextInt(200));
      throw crash.thrown();
    }
    System.arraycopy(content, 0, sectors[sector], 0, SECTOR);
    crash.after();
  }

  @Override
  public void sync() {
    crash.step();
  }

  @Override
  public void close() {}
}
