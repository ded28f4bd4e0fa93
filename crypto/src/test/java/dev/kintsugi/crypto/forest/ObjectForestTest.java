package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.ExtentContext;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * An object's own forest as a tier: its blocks are sealed under its leaves, its image travels in
 * the object's manifest, sealed under one leaf of the group's forest. The adversary has every
 * manifest, block and image of the group's forest ever written, and the key slot as it is.
 */
final class ObjectForestTest {
  private static final byte[] OBJECT_ID = {16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  private static final long OBJECT = 77;
  private static final int BLOCKS = 12;

  private final World world = new World(Fanouts.of(4, 4));
  private ForestLeafKeys group = world.create();
  private final Secret groupKey = Secret.random(32);
  private final List<byte[]> manifests = new ArrayList<>(); // ever written
  private final List<byte[]> blocks = new ArrayList<>(); // ever written, by leaf of the object
  private final List<Long> leaves = new ArrayList<>(); // of the group, for each manifest
  private long leaf; // of the group, that seals the current manifest
  private byte[] manifest = {};

  private static byte[] text(long block) {
    return new byte[] {42, (byte) block};
  }

  private ExtentKey blockKey(Secret blockLeaf, long block) {
    return ExtentKey.derive(blockLeaf, groupKey, new ExtentContext(World.ID, 1, OBJECT, block));
  }

  /** Writes the manifest under a fresh leaf; it counts from now on. */
  private void writeManifest(Forest forest) {
    long fresh = group.allocate(1);
    try (Secret key = group.key(fresh)) {
      manifest = ForestCodec.seal(forest, key, OBJECT);
    }
    manifests.add(manifest);
    leaves.add(fresh);
    leaf = fresh;
  }

  private Forest openManifest() {
    try (Secret key = group.key(leaf)) {
      return ForestCodec.open(manifest, key, OBJECT_ID, OBJECT);
    }
  }

  private void writeObject() {
    try (Forest forest = Forest.create(OBJECT_ID, Fanouts.of(4, 4))) {
      for (int block = 0; block < BLOCKS; block++) {
        try (Secret blockLeaf = forest.leaf(block);
            ExtentKey key = blockKey(blockLeaf, block)) {
          blocks.add(new ExtentSealer(key).sealExtent(text(block)));
        }
      }
      writeManifest(forest);
    }
    group.commit();
  }

  /** Deletes a block: new forest, new manifest under a fresh leaf, then the old leaf goes. */
  private void deleteBlock(int block, boolean punctureTheOldLeaf) {
    long old = leaf;
    try (Forest forest = openManifest();
        Forest less = forest.without(block, block + 1, BLOCKS)) {
      writeManifest(less);
    }
    if (punctureTheOldLeaf) {
      group.puncture(old);
    }
    group.commit();
  }

  /** Returns the blocks the adversary can read. */
  private Set<Integer> stolen() {
    Set<Integer> read = new TreeSet<>();
    long limit = leaf + 1;
    for (String hex : Adversary.derivable(world, Arrays.asList(world.sectors.sectors), limit)) {
      for (byte[] image : manifests) {
        try (Secret key = Secret.takeOver(HexFormat.of().parseHex(hex));
            Forest forest = ForestCodec.open(image, key, OBJECT_ID, OBJECT)) {
          for (int block = 0; block < BLOCKS; block++) {
            if (opens(forest, block)) {
              read.add(block);
            }
          }
        } catch (CryptoException notThisOne) {
          // Another leaf's manifest.
        }
      }
    }
    return read;
  }

  private boolean opens(Forest forest, int block) {
    try (Secret blockLeaf = forest.leaf(block);
        ExtentKey key = blockKey(blockLeaf, block)) {
      assertArrayEquals(text(block), new ExtentSealer(key).openExtent(blocks.get(block)));
      return true;
    } catch (PuncturedLeafException gone) {
      return false;
    }
  }

  private Set<Integer> readable() {
    Set<Integer> read = new TreeSet<>();
    try (Forest forest = openManifest()) {
      for (int block = 0; block < BLOCKS; block++) {
        if (opens(forest, block)) {
          read.add(block);
        }
      }
    }
    return read;
  }

  private static Set<Integer> allBut(Integer... deleted) {
    Set<Integer> rest = new TreeSet<>();
    for (int block = 0; block < BLOCKS; block++) {
      rest.add(block);
    }
    rest.removeAll(Set.of(deleted));
    return rest;
  }

  @Test
  void aDeletedBlockIsGoneFromEveryOldManifestAndTheOthersAreNot() {
    writeObject();
    assertEquals(allBut(), stolen(), "the attack reads what lives");
    deleteBlock(5, true);
    assertEquals(allBut(5), stolen());
    assertEquals(allBut(5), readable());
    deleteBlock(0, true);
    deleteBlock(11, true);
    assertEquals(allBut(0, 5, 11), stolen());
    group.close();
    group = world.open();
    assertEquals(allBut(0, 5, 11), readable());
    assertEquals(4, manifests.size());
  }

  @Test
  void controlIfTheOldLeafIsNotPuncturedTheBlockComesBack() {
    writeObject();
    deleteBlock(5, false);
    assertEquals(allBut(5), readable(), "honest readers do not see it");
    assertEquals(allBut(), stolen());
  }

  @Test
  void controlIfTheSlotDoesNotEraseTheBlockComesBack() {
    world.sectors.keepsOldBytes = true;
    writeObject();
    deleteBlock(5, true);
    assertEquals(allBut(), stolen());
  }

  @Test
  void controlAManifestSealedAgainUnderItsOldLeafGivesTheBlockBack() {
    writeObject();
    try (Forest forest = openManifest();
        Forest less = forest.without(5, 6, BLOCKS);
        Secret key = group.key(leaf)) {
      manifest = ForestCodec.seal(less, key, OBJECT);
      manifests.add(manifest);
    }
    group.commit();
    assertEquals(allBut(5), readable());
    assertEquals(allBut(), stolen());
  }

  @Test
  void deletingTheObjectIsOneLeaf() {
    writeObject();
    deleteBlock(5, true);
    group.puncture(leaf);
    group.commit();
    assertEquals(Set.of(), stolen());
    assertThrows(PuncturedLeafException.class, this::openManifest);
  }

  @Test
  void truncatingKeepsWhatIsBelowAndWhatWasDeletedThere() {
    writeObject();
    deleteBlock(3, true);
    long old = leaf;
    try (Forest forest = openManifest();
        Forest less = forest.without(8, BLOCKS, BLOCKS)) {
      writeManifest(less);
    }
    group.puncture(old);
    group.commit();
    assertEquals(allBut(3, 8, 9, 10, 11), stolen());
    assertEquals(allBut(3, 8, 9, 10, 11), readable());
  }

  @Test
  void whateverStepCrashesTheObjectIsReadableAndADeletionAcknowledgedStays() {
    int crashes = 0;
    for (boolean after : new boolean[] {false, true}) {
      for (int step = 1; ; step++) {
        ObjectForestTest life = new ObjectForestTest();
        life.writeObject();
        life.deleteBlock(2, true);
        Crash crash = new Crash();
        life.world.crashWith(crash);
        crash.arm(step, after);
        boolean died = false;
        try {
          life.deleteBlock(5, true);
        } catch (Crash.Died e) {
          died = true;
          crashes++;
        }
        crash.disarm();
        life.group = life.world.open();
        String where = "step " + step + (after ? " done" : " torn");
        assertEquals(allBut(2, 5), life.readable(), where + ": the new manifest was durable");
        Set<Integer> stolen = life.stolen();
        assertTrue(
            stolen.equals(allBut(2, 5)) || (died && stolen.equals(allBut(2))), where + stolen);
        // Not acknowledged, so it is repeated: puncturing again does no harm.
        life.leaves.subList(0, 2).forEach(life.group::puncture);
        life.group.commit();
        assertEquals(allBut(2, 5), life.stolen(), where);
        assertEquals(allBut(2, 5), life.readable(), where);
        if (!died) {
          break;
        }
      }
    }
    assertTrue(crashes >= 10, "only " + crashes + " steps were tried");
  }
}
