package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Any bytes as a forest: a typed error, or a forest that is written as exactly these bytes. */
final class ImagesFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void topImagesAreStrict(byte[] bytes) {
    try (TopImage top = TopImage.decode(World.ID, bytes)) {
      assertArrayEquals(bytes, top.encode());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void forestsAreStrict(byte[] bytes) {
    try (Forest forest = ForestCodec.decode(World.ID, ByteBuffer.wrap(bytes))) {
      assertArrayEquals(bytes, ForestCodec.encode(forest));
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void sealedImagesAreStrict(byte[] bytes) {
    byte[] behindMagic = bytes.clone();
    byte[] header = {'K', 'T', 'F', 'I', 0, 1, 1};
    System.arraycopy(header, 0, behindMagic, 0, Math.min(header.length, behindMagic.length));
    for (byte[] image : new byte[][] {bytes, behindMagic}) {
      try (Secret key = Secret.copyOf(new byte[32]);
          Forest forest = ForestCodec.open(image, key, World.ID, 1)) {
        fail("nobody sealed " + forest);
      } catch (CryptoException expected) {
        assertFalse(String.valueOf(expected.getMessage()).isEmpty());
      }
    }
  }

  /** Any bytes in the sectors of a key slot: nothing, or an error, never an entry. */
  @FuzzTest(maxDuration = "1m")
  void keySlotsAreStrict(byte[] bytes) {
    TestSlotStorage sectors = new TestSlotStorage();
    byte[] sector = Arrays.copyOf(bytes, SlotStorage.SECTOR);
    byte[] header = {'K', 'T', 'S', 'L', 0, 1};
    boolean blank = Arrays.equals(sector, new byte[SlotStorage.SECTOR]);
    for (int round = 0; round < 2; round++) {
      sectors.sectors[round] = sector.clone();
      try (KeySlot slot =
          new TwoRecordKeySlot(sectors, Secret.copyOf(new byte[32]), World.ID, true)) {
        assertTrue(slot.current().isEmpty() && blank && round == 0);
      } catch (CryptoException expected) {
        assertFalse(blank && round == 0);
      }
      System.arraycopy(header, 0, sector, 0, header.length);
    }
  }
}
