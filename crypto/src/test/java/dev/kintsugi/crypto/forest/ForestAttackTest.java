package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The adversary holds every image that was ever written, complete or torn, by successful and failed
 * attempts, and everything the key slot holds now, with the key that seals the slot.
 */
final class ForestAttackTest {
  private static final Fanouts SHAPE = Fanouts.of(4, 4);

  private static byte[] key(ForestLeafKeys keys, long id) {
    try (Secret key = keys.key(id)) {
      return key.use(byte[]::clone);
    }
  }

  /** Random writes, deletions, commits and reopenings; returns what was acknowledged as deleted. */
  private static Set<String> live(World world, long seed, Map<Long, byte[]> alive) {
    Random random = new Random(seed);
    Set<String> deleted = new TreeSet<>();
    Set<String> waiting = new TreeSet<>();
    ForestLeafKeys keys = world.create();
    for (int round = 0; round < 12; round++) {
      long first = keys.allocate(10);
      for (long id = first; id < first + 10; id++) {
        alive.put(id, key(keys, id));
      }
      for (long id : alive.keySet().stream().filter(i -> random.nextInt(6) == 0).toList()) {
        keys.puncture(id);
        waiting.add(HexFormat.of().formatHex(alive.remove(id)));
      }
      keys.commit();
      deleted.addAll(waiting);
      waiting.clear();
      if (random.nextInt(3) == 0) {
        keys.close();
        keys = world.open();
      }
    }
    keys.close();
    return deleted;
  }

  @Test
  void deletedKeysCannotBeDerivedFromAnyImageAndTheSurvivorsCan() {
    for (long seed = 0; seed < 5; seed++) {
      World world = new World(SHAPE);
      Map<Long, byte[]> alive = new HashMap<>();
      Set<String> deleted = live(world, seed, alive);
      assertTrue(deleted.size() > 30);
      Set<String> found = Adversary.derivableNow(world);
      for (String key : deleted) {
        assertFalse(found.contains(key), "seed " + seed + ": a deleted key came back");
      }
      for (byte[] key : alive.values()) {
        assertTrue(found.contains(HexFormat.of().formatHex(key)), "the attack sees live keys");
      }
      ForestLeafKeys keys = world.open();
      alive.forEach((id, key) -> assertArrayEquals(key, key(keys, id)));
    }
  }

  @Test
  void negativeControlWithoutErasureOfTheOldMasterKeyDeletedKeysComeBack() {
    World world = new World(SHAPE);
    world.sectors.keepsOldBytes = true;
    Map<Long, byte[]> alive = new HashMap<>();
    ForestLeafKeys keys = world.create();
    long id = keys.allocate(5);
    byte[] key = key(keys, id);
    keys.puncture(id);
    keys.commit();
    assertTrue(Adversary.derivableNow(world).contains(HexFormat.of().formatHex(key)));
    // And if the slot keeps everything, as flash may, everything comes back.
    World flash = new World(SHAPE);
    Set<String> deleted = live(flash, 1, alive);
    assertTrue(
        Adversary.derivable(flash, flash.sectors.everWritten, flash.limit()).containsAll(deleted));
  }

  @Test
  void crashesAtEveryStepLeaveTheOldOrTheNewStateAndDeletionsStayDeleted() {
    int crashes = 0;
    for (boolean after : new boolean[] {false, true}) {
      for (int step = 1; ; step++) {
        World world = new World(SHAPE);
        ForestLeafKeys keys = world.create();
        long first = keys.allocate(40);
        Map<Long, byte[]> known = new HashMap<>();
        for (long id = first; id < first + 40; id++) {
          known.put(id, key(keys, id));
        }
        keys.puncture(first + 3);
        keys.puncture(first + 20);
        keys.commit();
        String acknowledged = HexFormat.of().formatHex(known.get(first + 3));

        Crash crash = new Crash();
        world.crashWith(crash);
        crash.arm(step, after);
        keys.puncture(first + 4);
        keys.puncture(first + 33);
        boolean died = false;
        try {
          keys.commit();
        } catch (Crash.Died e) {
          died = true;
          crashes++;
        }
        crash.disarm();
        String where = "step " + step + (after ? " done" : " torn");
        assertFalse(
            Adversary.derivableNow(world).contains(acknowledged), where + ", before recovery");

        ForestLeafKeys recovered = world.open();
        boolean isNew = recovered.epoch() == 3;
        assertTrue(isNew || recovered.epoch() == 2, where);
        assertTrue(died || isNew, where);
        for (Map.Entry<Long, byte[]> entry : known.entrySet()) {
          long offset = entry.getKey() - first;
          boolean gone = offset == 3 || offset == 20 || (isNew && (offset == 4 || offset == 33));
          if (gone) {
            assertThrows(PuncturedLeafException.class, () -> recovered.key(entry.getKey()), where);
          } else {
            assertArrayEquals(entry.getValue(), key(recovered, entry.getKey()), where);
          }
        }
        // Repeat the deletion and one more: nothing of the failed attempt may help the adversary.
        recovered.puncture(first + 4);
        recovered.puncture(first + 33);
        recovered.puncture(first + 35);
        recovered.commit();
        Set<String> found = Adversary.derivableNow(world);
        for (long offset : new long[] {3, 4, 20, 33, 35}) {
          String key = HexFormat.of().formatHex(known.get(first + offset));
          assertFalse(found.contains(key), where + ": leaf " + offset + " came back");
        }
        assertEquals(world.store.names().size(), 1 + recovered.segments().size(), where);
        if (!died) {
          break;
        }
      }
    }
    assertTrue(crashes >= 14, "only " + crashes + " steps were tried");
  }

  @Test
  void aFailedAttemptIsRepeatedWithinTheSameProcessWhenTheSlotWasNotReached() {
    World world = new World(SHAPE);
    ForestLeafKeys keys = world.create();
    long first = keys.allocate(10);
    byte[] key = key(keys, first + 1);
    byte[] other = key(keys, first + 2);
    Crash crash = new Crash();
    world.crashWith(crash);
    crash.arm(1, false);
    keys.puncture(first + 1);
    assertThrows(Crash.Died.class, keys::commit);
    assertArrayEquals(other, key(keys, first + 2));
    assertThrows(PuncturedLeafException.class, () -> keys.key(first + 1));
    keys.puncture(first + 2);
    keys.commit();
    Set<String> found = Adversary.derivableNow(world);
    assertFalse(found.contains(HexFormat.of().formatHex(key)));
    assertFalse(found.contains(HexFormat.of().formatHex(other)), "the first attempt kept leaf 2");
  }

  @Test
  void whenTheOutcomeIsUnknownTheKeysMustBeOpenedAgain() {
    World world = new World(SHAPE);
    ForestLeafKeys keys = world.create();
    long first = keys.allocate(10);
    Crash crash = new Crash();
    world.crashWith(crash);
    crash.arm(4, false); // segment image, top image, flush, then the slot
    keys.puncture(first);
    assertThrows(Crash.Died.class, keys::commit);
    assertThrows(IllegalStateException.class, () -> keys.key(first + 1));
    assertThrows(IllegalStateException.class, keys::commit);
    crash.disarm();
    assertEquals(32, key(world.open(), first + 1).length);
  }

  @Test
  void flippedSwappedMissingAndReplayedImagesAreRejected() {
    World world = new World(SHAPE);
    ForestLeafKeys keys = world.create();
    long ids = keys.allocate(40);
    keys.puncture(ids + 1);
    keys.puncture(ids + 17);
    keys.commit();
    Map<String, byte[]> old = new HashMap<>(world.store.images());
    byte[][] oldSlot = {world.sectors.sectors[0].clone(), world.sectors.sectors[1].clone()};
    keys.puncture(ids + 2);
    keys.commit();
    keys.close();
    Map<String, byte[]> now = new HashMap<>(world.store.images());
    for (String name : now.keySet()) {
      byte[] image = now.get(name);
      for (int bit = 0; bit < 8 * image.length; bit++) {
        byte[] bad = image.clone();
        bad[bit >> 3] ^= (byte) (1 << (bit & 7));
        world.store.images().put(name, bad);
        assertThrows(CryptoException.class, () -> readAll(world, ids), name + " bit " + bit);
      }
      for (int length = 0; length < image.length + 20; length++) {
        if (length != image.length) {
          world.store.images().put(name, Arrays.copyOf(image, length));
          assertThrows(CryptoException.class, () -> readAll(world, ids), name + " of " + length);
        }
      }
      for (String other : old.keySet()) {
        if (!other.equals(name)) {
          world.store.images().put(name, old.get(other));
          assertThrows(CryptoException.class, () -> readAll(world, ids));
        }
      }
      world.store.images().remove(name);
      assertThrows(CryptoException.class, () -> readAll(world, ids));
      world.store.images().put(name, image);
    }
    readAll(world, ids);
    // The whole past, slot included, is put back: only the remembered epoch can tell.
    world.store.images().putAll(old);
    System.arraycopy(oldSlot[0], 0, world.sectors.sectors[0], 0, SlotStorage.SECTOR);
    System.arraycopy(oldSlot[1], 0, world.sectors.sectors[1], 0, SlotStorage.SECTOR);
    assertThrows(
        AuthenticationFailedException.class,
        () -> ForestLeafKeys.open(World.ID, world.store, world.slot(), world, 3));
    // The control: whoever remembers nothing gets the deleted leaf back.
    assertEquals(32, key(world.open(), ids + 2).length);
  }

  private static void readAll(World world, long ids) {
    ForestLeafKeys keys = ForestLeafKeys.open(World.ID, world.store, world.slot(), world, 0);
    for (long id = ids; id < ids + 40; id++) {
      try {
        keys.key(id).close();
      } catch (PuncturedLeafException e) {
        assertTrue(id == ids + 1 || id == ids + 2 || id == ids + 17);
      }
    }
  }

  @Test
  void createRefusesAUsedSlotAndOpenAnEmptyOne() {
    World world = new World(SHAPE);
    assertThrows(AuthenticationFailedException.class, world::open);
    world.create();
    assertThrows(IllegalStateException.class, world::create);
  }

  @Test
  void aMemberWithAllOldImagesCannotOpenADeletedBlock() {
    for (boolean erases : new boolean[] {true, false}) {
      World world = new World(SHAPE);
      world.sectors.keepsOldBytes = !erases;
      ForestLeafKeys keys = world.create();
      Disk disk = new Disk();
      for (int i = 0; i < 20; i++) {
        disk.write(keys, "block " + i, "text " + i);
      }
      keys.commit();
      disk.delete(keys, "block 6");
      keys.commit();
      Set<String> stolen = Adversary.stolen(world, disk);
      assertEquals(erases ? 19 : 20, stolen.size(), "all others open");
      assertEquals(!erases, stolen.contains("text 6"), "the control: a slot that does not erase");
    }
  }
}
