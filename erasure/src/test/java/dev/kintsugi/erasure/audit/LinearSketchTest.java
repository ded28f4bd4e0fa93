package dev.kintsugi.erasure.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinearSketchTest {
  private static final byte[] SEED = {1, 2, 3, 4};

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+3", "lrc:6+2+2", "raid6:5"})
  void sketchesOfAStripeAreAStripe(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    Random random = new Random(1);
    int length = 150_001;
    byte[][] shards = new byte[code.totalShards()][length];
    for (byte[] shard : shards) {
      random.nextBytes(shard);
    }
    code.encode(shards, 0, length);
    byte[][] sketches = new byte[shards.length][];
    for (int i = 0; i < shards.length; i++) {
      sketches[i] = LinearSketch.of(SEED, 16, shards[i], 0, length);
    }
    assertTrue(code.verify(sketches, 0, 16));
    for (int position : new int[] {0, 4095, 70_000, length - 1}) {
      shards[2][position] ^= 0x10;
      sketches[2] = LinearSketch.of(SEED, 16, shards[2], 0, length);
      assertFalse(code.verify(sketches, 0, 16));
      assertEquals("located 2", ErrorLocator.of(code).locate(sketches, 0, 16).toString());
      shards[2][position] ^= 0x10;
    }
  }

  @Test
  void isTheSameInPiecesOfAnySize() {
    byte[] shard = new byte[200_000];
    new Random(2).nextBytes(shard);
    byte[] whole = LinearSketch.of(SEED, 8, shard, 0, shard.length);
    Random random = new Random(3);
    LinearSketch sketch = LinearSketch.start(SEED, 8);
    for (int done = 0; done < shard.length; ) {
      int count = Math.min(shard.length - done, random.nextInt(9000));
      sketch.update(shard, done, count);
      done += count;
    }
    assertArrayEquals(whole, sketch.finish());
    LinearSketch ofBuffers = LinearSketch.start(SEED, 8);
    ByteBuffer direct = ByteBuffer.allocateDirect(shard.length).put(0, shard);
    for (int done = 0; done < shard.length; ) {
      int count = Math.min(shard.length - done, random.nextInt(9000));
      ByteBuffer piece =
          random.nextBoolean()
              ? direct.slice(done, count)
              : ByteBuffer.wrap(shard, done, count).asReadOnlyBuffer();
      ofBuffers.update(piece);
      assertEquals(count, piece.remaining());
      done += count;
    }
    assertArrayEquals(whole, ofBuffers.finish());
    assertArrayEquals(whole, LinearSketch.of(SEED, 8, direct));
    assertThrows(IllegalStateException.class, () -> ofBuffers.update(direct));
    assertThrows(IllegalStateException.class, sketch::finish);
    assertThrows(IllegalStateException.class, () -> sketch.update(shard, 0, 1));
    assertArrayEquals(whole, LinearSketch.of(SEED, 8, Arrays.copyOf(shard, 300_000), 0, 300_000));
  }

  @Test
  void everySingleBitChangesIt() {
    byte[] shard = new byte[5000];
    byte[] zero = LinearSketch.of(SEED, 16, shard, 0, shard.length);
    assertArrayEquals(new byte[16], zero);
    for (int bit = 0; bit < 8 * shard.length; bit += 37) {
      shard[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(Arrays.equals(zero, LinearSketch.of(SEED, 16, shard, 0, shard.length)));
      shard[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** Archives of different versions must agree on the map. */
  @Test
  void theMapOfASeedNeverChanges() {
    byte[] shard = new byte[100_000];
    for (int i = 0; i < shard.length; i++) {
      shard[i] = (byte) (i * 7 + (i >> 8));
    }
    assertEquals(
        "a9b4220ca21f7f17", HexFormat.of().formatHex(LinearSketch.of(SEED, 8, shard, 0, 100_000)));
    assertFalse(
        Arrays.equals(
            LinearSketch.of(SEED, 8, shard, 0, 100_000),
            LinearSketch.of(new byte[] {1, 2, 3, 5}, 8, shard, 0, 100_000)));
  }

  @Test
  @SuppressWarnings("NullAway")
  void badArgumentsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.start(SEED, 0));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.start(SEED, 65));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.start(new byte[0], 8));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.of(SEED, 8, new byte[4], 1, 4));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.start(null, 8));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.of(SEED, 8, null, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> LinearSketch.of(SEED, 8, null));
  }
}
