package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;

/** Two sectors of a device with a cache that is lost with the power. */
final class LossySectorsKeySlotTest extends KeySlotContract {
  @Override
  Medium medium() {
    TestSlotStorage sectors = new TestSlotStorage();
    Secret key = Secret.random(32);
    return new Medium() {
      @Override
      public KeySlot open() {
        return new TwoRecordKeySlot(sectors, key, World.ID, true);
      }

      @Override
      public Crash crash() {
        return sectors.crash;
      }

      @Override
      public void restart(Loss loss) {
        sectors.crash.disarm();
        sectors.losePower(loss);
      }

      @Override
      public byte[] readable() {
        return ByteBuffer.allocate(2 * SlotStorage.SECTOR)
            .put(sectors.sectors[0])
            .put(sectors.sectors[1])
            .array();
      }
    };
  }
}
