package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForestTest {
  private static final byte[] ID = World.ID;

  private static byte[] key(Forest forest, long leaf) {
    try (Secret key = forest.leaf(leaf)) {
      return key.use(byte[]::clone);
    }
  }

  @Test
  void nodesAreHmacSha256OfLabelForestLevelAndOffset() throws Exception {
    byte[] parent = new byte[40];
    new Random(1).nextBytes(parent);
    NodeHash hash = new NodeHash(ID);
    hash.parent(parent, 3);
    for (boolean leaf : new boolean[] {false, true}) {
      byte[] out = new byte[40];
      hash.child(leaf, 7, 0x123456789abcL, out, 5);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(parent, 3, 32, "HmacSHA256"));
      mac.update((byte) (leaf ? 2 : 1));
      mac.update(ID);
      mac.update((byte) 7);
      mac.update(ByteBuffer.allocate(8).putLong(0, 0x123456789abcL));
      assertArrayEquals(mac.doFinal(), Arrays.copyOfRange(out, 5, 37));
    }
  }

  @Test
  void keysOfAllLeavesDifferAndDoNotChange() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4));
    TreeSet<String> seen = new TreeSet<>();
    for (long leaf = 0; leaf < 500; leaf++) {
      assertTrue(seen.add(Arrays.toString(key(forest, leaf))));
    }
    Random random = new Random(3);
    Map<Long, String> known = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      long leaf = random.nextInt(500);
      String key = Arrays.toString(key(forest, leaf));
      assertEquals(known.computeIfAbsent(leaf, l -> key), key);
    }
  }

  @Test
  void aPunctureLeavesSiblingsAlongThePathAsRoots() {
    Forest root;
    try (Secret key = Secret.random(32)) {
      root = Forest.ofRoot(ID, Fanouts.of(4, 4, 4, 4), key);
    }
    assertEquals(1, root.roots());
    Forest less = root.without(77, 78, 256);
    assertEquals(4 * 3, less.roots());
    assertThrows(PuncturedLeafException.class, () -> less.leaf(77));
    for (long leaf = 0; leaf < 256; leaf++) {
      if (leaf != 77) {
        assertArrayEquals(key(root, leaf), key(less, leaf), "leaf " + leaf);
      }
    }
    assertFalse(less.contains(256), "nothing behind the only tree");
    assertEquals(0, root.without(0, 256, 256).roots());
  }

  @Test
  void puncturingUnderTheSpanningRootReplacesIt() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4));
    byte[] before = key(forest, 100);
    byte[] unused = key(forest, 200);
    Forest less = forest.without(5, 6, 101);
    assertArrayEquals(before, key(less, 100));
    assertNotEquals(Arrays.toString(unused), Arrays.toString(key(less, 200)));
    assertFalse(Arrays.equals(forest.spanKey(), less.spanKey()));
    assertFalse(less.contains(5));
  }

  /** A naive model: the key of every live leaf that was ever used. */
  private static final class Model {
    final Map<Long, byte[]> live = new HashMap<>();
    final TreeSet<Long> dead = new TreeSet<>();
    long limit;
  }

  @ParameterizedTest
  @ValueSource(strings = {"4,4,4", "2,3,5", "16,16", "2", "256,2"})
  void randomOperationsAgreeWithAModel(String shape) {
    long seed = 20_261_124L + shape.hashCode();
    Random random = new Random(seed);
    Fanouts fanouts =
        Fanouts.of(Arrays.stream(shape.split(",", -1)).mapToInt(Integer::parseInt).toArray());
    int operations = Boolean.getBoolean("kintsugi.campaign") ? 2_000_000 : 210_000;
    Model model = new Model();
    Forest forest = Forest.create(ID, fanouts);
    LeafSet pending = new LeafSet();
    for (int op = 0; op < operations; op++) {
      String where = shape + ", seed " + seed + ", operation " + op;
      int kind = random.nextInt(1000);
      if (kind < 300 || model.limit == 0) {
        // Append: use a leaf never used before.
        model.live.put(model.limit, key(forest, model.limit));
        model.limit++;
      } else if (kind < 985) {
        long leaf = (long) (random.nextDouble() * model.limit);
        byte[] known = model.live.get(leaf);
        if (known == null) {
          assertFalse(forest.contains(leaf) && !pending.contains(leaf), where);
        } else if (kind < 985 - 300) {
          assertArrayEquals(known, key(forest, leaf), where);
        } else {
          pending.add(leaf, leaf + 1);
          model.live.remove(leaf);
          model.dead.add(leaf);
        }
      } else if (kind < 988) {
        long from = model.limit - random.nextInt((int) Math.min(50, model.limit));
        for (long leaf = from; leaf < model.limit; leaf++) {
          model.live.remove(leaf);
          model.dead.add(leaf);
        }
        pending.add(from, model.limit);
      } else {
        Forest next = forest.without(pending.ranges(), model.limit);
        checkStructure(next, fanouts, model, where);
        forest.close();
        pending = new LeafSet();
        forest = next;
        if (random.nextBoolean()) {
          byte[] image = ForestCodec.encode(forest);
          forest = ForestCodec.decode(ID, ByteBuffer.wrap(image));
        }
        if (model.limit > 3000) {
          model = new Model();
          forest = Forest.create(ID, fanouts);
        }
      }
    }
  }

  private static void checkStructure(Forest forest, Fanouts shape, Model model, String where) {
    RootList roots = forest.rootList();
    long end = 0;
    for (int i = 0; i < roots.count(); i++) {
      long size = shape.size(roots.level(i));
      assertTrue(roots.start(i) >= end && roots.start(i) % size == 0, where + ": disjoint");
      end = roots.start(i) + size;
      Long dead = model.dead.ceiling(roots.start(i));
      assertTrue(dead == null || dead >= end, where + ": root above a dead leaf");
    }
    assertTrue(end <= forest.spanFrom() * shape.treeSize(), where);
    Long lastDead = model.dead.isEmpty() ? Long.valueOf(-1) : model.dead.last();
    assertTrue(forest.spanFrom() * shape.treeSize() > lastDead, where + ": spans a dead leaf");
    model.live.keySet().forEach(leaf -> assertTrue(forest.contains(leaf), where + ": covering"));
  }

  @Test
  void sealedForestsOpenAndEveryMutationIsRejected() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4)).without(3, 4, 40);
    try (Secret key = Secret.random(32)) {
      byte[] image = ForestCodec.seal(forest, key, 9);
      Forest read = ForestCodec.open(image, key, ID, 9);
      assertArrayEquals(key(forest, 30), key(read, 30));
      assertFalse(read.contains(3));
      for (int bit = 0; bit < 8 * image.length; bit++) {
        byte[] flipped = image.clone();
        flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
        assertThrows(CryptoException.class, () -> ForestCodec.open(flipped, key, ID, 9));
      }
      for (int n = 0; n < image.length; n++) {
        byte[] cut = Arrays.copyOf(image, n);
        assertThrows(CryptoException.class, () -> ForestCodec.open(cut, key, ID, 9));
      }
      byte[] otherId = ID.clone();
      otherId[0] ^= 1;
      assertThrows(
          AuthenticationFailedException.class, () -> ForestCodec.open(image, key, otherId, 9));
      assertThrows(AuthenticationFailedException.class, () -> ForestCodec.open(image, key, ID, 10));
      byte[] newer = image.clone();
      newer[5] = 2;
      assertThrows(UnsupportedVersionException.class, () -> ForestCodec.open(newer, key, ID, 9));
    }
  }

  @Test
  void hostileEncodingsAreRefusedWithTypedErrors() {
    Random random = new Random(5);
    byte[] good = ForestCodec.encode(Forest.create(ID, Fanouts.of(4, 4)).without(3, 4, 40));
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bad[random.nextInt(60)] = (byte) random.nextInt();
      }
      try {
        ByteBuffer in = ByteBuffer.wrap(bad, 0, random.nextInt(4) == 0 ? 50 : bad.length);
        ForestCodec.decode(ID, in);
      } catch (MalformedRecordException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000);
    byte[] huge = good.clone();
    ByteBuffer.wrap(huge).putInt(1 + 2 + 8 + 1 + 32, Integer.MAX_VALUE);
    assertThrows(
        MalformedRecordException.class, () -> ForestCodec.decode(ID, ByteBuffer.wrap(huge)));
  }

  @Test
  void badShapesAndRangesAreRefused() {
    for (int[] bad : new int[][] {{}, {1}, {257}, {256, 256, 256, 256, 256, 256}, new int[15]}) {
      assertThrows(IllegalArgumentException.class, () -> Fanouts.of(bad));
    }
    Forest forest = Forest.create(ID, Fanouts.DEFAULT);
    assertThrows(IllegalArgumentException.class, () -> forest.without(5, 4, 10));
    assertThrows(IllegalArgumentException.class, () -> forest.without(-1, 4, 10));
    assertThrows(IllegalArgumentException.class, () -> forest.without(1, 11, 10));
    forest.close();
    assertThrows(IllegalStateException.class, () -> forest.leaf(1));
  }

  @Test
  void thereIsNoLeafBelowZero() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4));
    for (long leaf : new long[] {-1, -2, Long.MIN_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> forest.leaf(leaf), "at first");
      assertFalse(forest.contains(leaf));
    }
    forest.leaf(7).close();
    assertThrows(IllegalArgumentException.class, () -> forest.leaf(-1), "after another leaf");
    Forest less = forest.without(3, 4, 10);
    assertThrows(PuncturedLeafException.class, () -> less.leaf(3));
    assertThrows(IllegalArgumentException.class, () -> less.leaf(-1), "after a leaf that is gone");
  }

  @Test
  void aLimitThatLeavesTooManyTreesIsRefusedAndNoKeyIsLost() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4));
    byte[] key = key(forest, 1000);
    for (long limit : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 14, 1L << 40}) {
      assertThrows(
          IllegalArgumentException.class, () -> forest.without(5, 6, limit), "limit " + limit);
      assertThrows(IllegalArgumentException.class, () -> forest.without(2000, limit, limit));
      assertArrayEquals(key, key(forest.without(5, 5, limit), 1000), "nothing is cut out");
    }
    // Without a spanning root, or in front of it, the limit matters to nobody.
    Forest less = forest.without(5, 6, 1001);
    assertArrayEquals(key, key(less.without(7, 8, Long.MAX_VALUE), 1000));
    assertArrayEquals(key, key(forest.without(5, 6, 1 << 20), 1000));
  }

  @Test
  void closingWipesTheRoots() {
    Forest forest = Forest.create(ID, Fanouts.of(4, 4)).without(3, 4, 40);
    byte[] key = new byte[32];
    forest.close();
    for (int i = 0; i < forest.roots(); i++) {
      forest.rootList().copyKey(i, key, 0);
      assertArrayEquals(new byte[32], key);
    }
  }
}
