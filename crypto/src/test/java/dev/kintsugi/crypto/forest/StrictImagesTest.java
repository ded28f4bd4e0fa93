package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is inside a sealed image has one encoding; everything else is refused, and wiped. */
final class StrictImagesTest {
  private static final Fanouts SHAPE = Fanouts.of(4, 4);
  private static final int BASE_AT = Long.BYTES + KeySlot.HASH_LENGTH + 1 + 2; // its length field
  private static final int ROOTS_AT = 1 + 2 + Long.BYTES + 1 + NodeHash.KEY_LENGTH; // their number

  private static final int[] EXTREMES = {0, 1, 14, 15, 127, 128, 255};

  /** Roots with gaps of 0, 1 and 21, in the first trees; the spanning root comes behind. */
  private static Forest forest() {
    return Forest.create(World.ID, SHAPE).without(new long[] {3, 4, 20, 41}, 60);
  }

  private static byte[] top(Forest base, long... numbers) {
    NavigableMap<Long, TopImage.Segment> segments = new TreeMap<>();
    for (long number : numbers) {
      segments.put(number, new TopImage.Segment(new byte[KeySlot.NAME_LENGTH], Secret.random(32)));
    }
    return new TopImage(5, new byte[KeySlot.HASH_LENGTH], SHAPE, base, segments).encode();
  }

  /** Replaces {@code length} bytes by others. */
  private static byte[] splice(byte[] from, int at, int length, byte... by) {
    return ByteBuffer.allocate(from.length - length + by.length)
        .put(from, 0, at)
        .put(by)
        .put(from, at + length, from.length - at - length)
        .array();
  }

  private static void refused(byte[] top, String why) {
    TopImage.Keys keys = new TopImage.Keys();
    MalformedRecordException e =
        assertThrows(
            MalformedRecordException.class, () -> TopImage.decode(World.ID, top, keys), why);
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
    for (Forest forest : keys.forests) {
      assertThrows(IllegalStateException.class, () -> forest.leaf(1), "the base is wiped");
    }
    assertTrue(keys.secrets.stream().allMatch(Secret::isClosed), "the keys are wiped");
  }

  private static void refusedForest(byte[] encoding, String why) {
    MalformedRecordException e =
        assertThrows(
            MalformedRecordException.class,
            () -> ForestCodec.decode(World.ID, ByteBuffer.wrap(encoding)),
            why);
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @Test
  void numbersOfSegmentsAreWhatTheySay() {
    byte[] none = top(forest());
    byte[] two = top(forest(), 3, 25);
    int at = two.length - 4 - 2 * 49;
    TopImage.Keys keys = new TopImage.Keys();
    try (TopImage good = TopImage.decode(World.ID, two, keys)) {
      assertArrayEquals(two, good.encode());
      assertEquals(1, keys.forests.size());
      assertEquals(2, keys.secrets.size());
    }
    refused(
        splice(none, none.length - 4, 4, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xf9),
        "-7 segments");
    refused(splice(two, at, 4, (byte) 0, (byte) 0, (byte) 0, (byte) 3), "3 segments");
    refused(splice(two, at, 4, (byte) 0, (byte) 0, (byte) 0, (byte) 1), "49 bytes behind");
    refused(splice(two, at, 4, (byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff), "segments in");
    refused(splice(two, at + 4 + 49, 1, (byte) 0), "listed twice");
    refused(splice(two, at + 4 + 49, 1, (byte) 0x96, (byte) 0), "ends in a byte of nothing");
    refused(splice(two, two.length, 0, (byte) 0), "1 bytes behind the top image");
    refused(splice(two, two.length - 1, 1), "2 segments in 97 bytes");
    refused(splice(two, 7, 1, (byte) 0), "epoch (0)");
    refused(splice(two, 0, 1, (byte) 0x80), "epoch (-");
  }

  @Test
  void aSegmentIsEitherInTheBaseForestOrHasAnImage() {
    refused(top(forest(), 3, 4), "segment 4 has an image");
    refused(top(forest(), 3, 1000), "segment 1000 has an image");
    Forest none = new Forest(World.ID, SHAPE, new RootList.Builder().build(), 0, new byte[0]);
    refused(top(none, Long.MAX_VALUE / 2), "segment " + Long.MAX_VALUE / 2);
  }

  @Test
  void nothingComesBehindTheBaseForest() {
    byte[] good = top(forest(), 3);
    int length = ByteBuffer.wrap(good).getInt(BASE_AT);
    byte[] bad = splice(good, BASE_AT + 4 + length, 0, (byte) 1, (byte) 2, (byte) 3);
    ByteBuffer.wrap(bad).putInt(BASE_AT, length + 3);
    refused(bad, "3 bytes behind the forest");
  }

  @Test
  void aGapHasOneEncoding() {
    byte[] good = ForestCodec.encode(forest());
    int first = ROOTS_AT + 4;
    assertEquals(0x30, good[first], "a leaf with no gap");
    byte[] spelt = splice(good, first, 1, (byte) 0x3f, (byte) 0);
    refusedForest(spelt, "gap of 0 spelt out");
    int long21 = -1;
    for (int i = 0, at = first; i < ByteBuffer.wrap(good).getInt(ROOTS_AT); i++) {
      boolean far = (good[at] & 15) == 15;
      long21 = far ? at : long21;
      at += far ? 34 : 33;
    }
    assertEquals(21, good[long21 + 1]);
    refusedForest(
        splice(good, long21 + 1, 1, (byte) (0x80 | 21), (byte) 0), "ends in a byte of nothing");
    refusedForest(
        splice(good, long21 + 1, 1, (byte) (0x80 | 21), (byte) 0x80, (byte) 0), "of nothing");
    refusedForest(splice(good, long21 + 1, 1, (byte) 14), "gap of 14 spelt out");
    refusedForest(splice(good, good.length, 0, (byte) 7), "1 bytes behind the forest");
  }

  @Test
  void theSpanningRootBeginsWhereThereAreLeaves() {
    byte[] none = ForestCodec.encode(Forest.create(World.ID, SHAPE));
    for (long from : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE / 16 + 1, 1L << 60}) {
      byte[] bad = none.clone();
      ByteBuffer.wrap(bad).putLong(1 + 2, from);
      refusedForest(bad, "spanning root from tree " + from);
    }
  }

  @Test
  void aRootBehindTheLastLeafIsRefusedAlsoWhereNumbersEnd() {
    Fanouts wide = Fanouts.of(256, 256, 256, 256, 256);
    long trees = Long.MAX_VALUE / wide.treeSize();
    long limit = trees * wide.treeSize();
    ByteBuffer out = ByteBuffer.allocate(100);
    out.put((byte) 5).put(new byte[] {-1, -1, -1, -1, -1}).putLong(trees).put((byte) 0).putInt(1);
    out.put((byte) 0x1f);
    RootList.putVarint(out, limit);
    out.put(new byte[NodeHash.KEY_LENGTH]);
    refusedForest(Arrays.copyOf(out.array(), out.position()), "starts at " + limit);
  }

  @Test
  void aSegmentIsWhatIsLeftOfOneTreeOfItsShape() {
    try (Secret root = Secret.random(32);
        Forest tree = Forest.ofRoot(World.ID, SHAPE, root);
        Forest left = tree.without(3, 5, 16)) {
      byte[] good = ForestCodec.encode(left);
      ForestCodec.decodeSegment(World.ID, SHAPE, ByteBuffer.wrap(good)).close();
      for (Map.Entry<Fanouts, byte[]> bad :
          Map.of(Fanouts.of(4, 4, 4), good, SHAPE, ForestCodec.encode(forest())).entrySet()) {
        assertThrows(
            MalformedRecordException.class,
            () ->
                ForestCodec.decodeSegment(World.ID, bad.getKey(), ByteBuffer.wrap(bad.getValue())));
      }
      byte[] elsewhere = good.clone();
      elsewhere[1 + 2 + Long.BYTES - 1] = 2;
      assertThrows(
          MalformedRecordException.class,
          () -> ForestCodec.decodeSegment(World.ID, SHAPE, ByteBuffer.wrap(elsewhere)));
    }
  }

  /** Every bit flipped, every byte replaced, every cut: refused, or exactly these bytes again. */
  @Test
  void whateverIsReadIsWrittenAsItWas() {
    byte[] forest = ForestCodec.encode(forest());
    int same = everyMutant(forest, StrictImagesTest::throughForest);
    assertTrue(same > 8 * 32, "other keys are other forests: " + same);
    same = everyMutant(top(forest(), 3, 25), StrictImagesTest::throughTop);
    assertTrue(same > 8 * 32, "other keys are other states: " + same);
  }

  private static byte[] throughForest(byte[] bytes) {
    try (Forest forest = ForestCodec.decode(World.ID, ByteBuffer.wrap(bytes))) {
      return ForestCodec.encode(forest);
    }
  }

  private static byte[] throughTop(byte[] bytes) {
    try (TopImage top = TopImage.decode(World.ID, bytes)) {
      return top.encode();
    }
  }

  private static int everyMutant(byte[] good, UnaryOperator<byte[]> through) {
    assertArrayEquals(good, through.apply(good));
    int accepted = 0;
    for (int at = 0; at < good.length; at++) {
      byte[] cut = Arrays.copyOf(good, at);
      assertThrows(MalformedRecordException.class, () -> through.apply(cut), "cut at " + at);
      byte[] mutant = good.clone();
      for (int i = 0; i < 8 + EXTREMES.length; i++) {
        mutant[at] = (byte) (i < 8 ? good[at] ^ (1 << i) : EXTREMES[i - 8]);
        byte[] again;
        try {
          again = through.apply(mutant);
        } catch (MalformedRecordException expected) {
          continue;
        }
        assertArrayEquals(mutant, again, "byte %d: %d".formatted(at, mutant[at]));
        accepted++;
      }
    }
    return accepted;
  }
}
