package dev.kintsugi.crypto.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Slot sectors that can be torn by a crash, lose with the power what was not synced, remember the
 * past, and can pretend to erase.
 */
final class TestSlotStorage implements SlotStorage {
  final byte[][] sectors = new byte[2][SECTOR];
  private final byte[][] durable = new byte[2][SECTOR];
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
    if (crash.now()) {
      throw crash.thrown();
    }
    System.arraycopy(sectors[0], 0, durable[0], 0, SECTOR);
    System.arraycopy(sectors[1], 0, durable[1], 0, SECTOR);
    crash.after();
  }

  /** Forgets what was not synced: each sector is one half of what the loss is about. */
  void losePower(Loss loss) {
    if (!loss.equals(Loss.NOTHING)) {
      byte[][] kept = {
        loss.firstHalf() ? sectors[0] : durable[0], loss.secondHalf() ? sectors[1] : durable[1]
      };
      for (int i = 0; i < 2; i++) {
        byte[] content = kept[i].clone();
        System.arraycopy(content, 0, sectors[i], 0, SECTOR);
        System.arraycopy(content, 0, durable[i], 0, SECTOR);
      }
    }
  }

  @Override
  public void close() {}
}
