package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The masks of payloads, and the key stream that they are. */
final class KeyStreamTest {
  private static final int LENGTH = 200_000;

  private static byte[] stream(long position, int length) {
    byte[] bytes = new byte[length];
    try (Secret key = Secret.copyOf(Samples.bytes(9, KeyStream.KEY))) {
      KeyStream.xor(key, position, bytes, 0, length);
    }
    return bytes;
  }

  @Test
  void everyBlockIsItsEncryptedNumber() {
    try (Secret key = Secret.copyOf(Samples.bytes(9, KeyStream.KEY))) {
      for (long block : new long[] {0, 1, 255, 256, 65_536, (1L << 26) - 1}) {
        byte[] number = ByteBuffer.allocate(16).putLong(8, block).array();
        assertArrayEquals(Prf.permute(key, number), stream(16 * block, 16), "block " + block);
      }
    }
  }

  @Test
  void anyPartIsThatPartOfTheWhole() {
    byte[] whole = stream(0, LENGTH);
    Random random = new Random(0x5eed);
    for (int round = 0; round < 300; round++) {
      int from = random.nextInt(LENGTH);
      int length = random.nextInt(Math.min(LENGTH - from, round < 100 ? 40 : LENGTH) + 1);
      assertArrayEquals(
          Arrays.copyOfRange(whole, from, from + length),
          stream(from, length),
          length + " bytes from " + from);
    }
  }

  @Test
  void onlyTheBytesAskedForAreChangedAndASecondTimeChangesThemBack() {
    ShardName name = ShardName.random();
    byte[] bytes = Samples.bytes(0, 1000);
    try (GroupKeys keys = Samples.keys()) {
      keys.shards().mask(name, 17, bytes, 100, 500);
      assertArrayEquals(Samples.bytes(0, 100), Arrays.copyOf(bytes, 100));
      assertArrayEquals(Samples.bytes(600, 400), Arrays.copyOfRange(bytes, 600, 1000));
      keys.shards().mask(name, 17, bytes, 100, 500);
    }
    assertArrayEquals(Samples.bytes(0, 1000), bytes);
  }

  @Test
  void everyNameHasAMaskOfItsOwn() {
    Set<Long> seen = new HashSet<>();
    int masks = 0;
    try (GroupKeys keys = Samples.keys();
        GroupKeys others = Samples.otherKeys()) {
      for (ShardKeys shards : new ShardKeys[] {keys.shards(), others.shards()}) {
        for (ShardName name :
            new ShardName[] {
              Samples.NAME,
              new ShardName(Samples.NAME.high(), Samples.NAME.low() ^ 1),
              new ShardName(Samples.NAME.high() ^ 1, Samples.NAME.low())
            }) {
          byte[] mask = new byte[800];
          shards.mask(name, 0, mask, 0, mask.length);
          for (int i = 0; i < mask.length; i += 8) {
            seen.add(ByteBuffer.wrap(mask).getLong(i));
          }
          masks++;
        }
      }
    }
    assertEquals(100 * masks, seen.size());
  }
}
