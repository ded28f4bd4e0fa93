package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Defects seen in published forests, each played once against this one and once, as the control,
 * with the defect built in: an id used again, a truncation that forgets what was updated below it,
 * a counter that goes back, a nonce that starts again.
 */
final class OverwriteAttackTest {
  private static final Fanouts SHAPE = Fanouts.of(4, 4);

  private final World world = new World(SHAPE);
  private final Disk disk = new Disk();
  private final ForestLeafKeys keys = world.create();

  private void fill() {
    for (int i = 0; i < 20; i++) {
      disk.write(keys, "name " + i, "text " + i);
    }
    keys.commit();
  }

  private long leaf(String name) {
    return Objects.requireNonNull(disk.now.get(name)).leaf();
  }

  private Set<String> stolen() {
    return Adversary.stolen(world, disk);
  }

  @Test
  void ofWhatWasOverwrittenTwiceInAnEpochNeitherOldVersionOpens() {
    fill();
    disk.write(keys, "name 7", "text 7 of version 1");
    disk.write(keys, "name 7", "text 7 of version 2");
    keys.commit();
    Set<String> stolen = stolen();
    assertEquals(20, stolen.size(), "all that lives opens");
    assertTrue(stolen.contains("text 7 of version 2"));
    assertEquals("text 7 of version 2", disk.read(keys, "name 7"));
  }

  @Test
  void controlOverwrittenUnderTheSameLeafBothOldVersionsOpen() {
    fill();
    disk.writeUnder(keys, "name 7", "text 7 of version 1", leaf("name 7"));
    disk.writeUnder(keys, "name 7", "text 7 of version 2", leaf("name 7"));
    keys.commit();
    assertTrue(stolen().containsAll(Set.of("text 7", "text 7 of version 1")));
    // And both versions were sealed with one key stream: their difference is that of the texts.
    byte[] one = disk.everWritten.get(20).sealed();
    byte[] two = disk.everWritten.get(21).sealed();
    int differing = 0;
    for (int i = 0; i < 19; i++) {
      differing += one[i] == two[i] ? 0 : 1;
    }
    assertEquals(1, differing, "only the number of the version");
  }

  @Test
  void whatWasUpdatedBelowACutInTheSameEpochStaysGone() {
    fill();
    disk.write(keys, "name 9", "new text 9");
    cut();
    keys.commit();
    Set<String> stolen = stolen();
    assertFalse(stolen.contains("text 9"));
    assertEquals(10, stolen.size(), "names 0 to 9, and nothing of the others: " + stolen);
    for (int i = 0; i < 9; i++) {
      assertEquals("text " + i, disk.read(keys, "name " + i));
    }
    assertEquals("new text 9", disk.read(keys, "name 9"));
  }

  /** Cuts off names 10 to 19. */
  private void cut() {
    keys.punctureRange(leaf("name 10"), leaf("name 19") + 1);
  }

  @Test
  void controlACutThatForgetsTheUpdateBelowItGivesTheOldTextBack() {
    fill();
    disk.writeUnder(keys, "name 9", "new text 9", keys.allocate(1));
    cut();
    keys.commit();
    assertTrue(stolen().contains("text 9"));
  }

  private static byte[] key(ForestLeafKeys keys, long id) {
    try (Secret key = keys.key(id)) {
      return key.use(byte[]::clone);
    }
  }

  @Test
  void whatIsAppendedAfterADeletionAndACrashHasAnotherKey() {
    disk.write(keys, "tail", "deleted text");
    byte[] old = key(keys, leaf("tail"));
    disk.delete(keys, "tail");
    keys.close(); // the puncture is lost
    ForestLeafKeys again = world.open();
    disk.write(again, "tail", "appended text");
    assertFalse(Arrays.equals(old, key(again, leaf("tail"))));
    again.puncture(0);
    again.commit();
    assertEquals(Set.of("appended text"), stolen());
  }

  @Test
  void controlIfTheCounterGoesBackTheAppendedTextHasTheDeletedOnesKey() {
    disk.write(keys, "tail", "deleted text");
    byte[] old = key(keys, leaf("tail"));
    disk.delete(keys, "tail");
    keys.close();
    world.next.set(0);
    ForestLeafKeys again = world.open();
    disk.write(again, "tail", "appended text");
    assertArrayEquals(old, key(again, leaf("tail")));
    again.commit();
    assertEquals(Set.of("appended text", "deleted text"), stolen());
  }

  /** Sixty lives with a crash in each; returns the number of leaves whose key came up before. */
  private static int livesWithCrashes(World world, SlotStorage sectors, LeafReservation counter) {
    Crash crash = new Crash();
    world.crashWith(crash);
    ForestLeafKeys.create(World.ID, SHAPE, world.store, slot(world, sectors), counter).close();
    Set<ByteBuffer> seen = new HashSet<>();
    int repeated = 0;
    for (int round = 1; round <= 60; round++) {
      ForestLeafKeys keys =
          ForestLeafKeys.open(World.ID, world.store, slot(world, sectors), counter, 0);
      long first = keys.allocate(5);
      for (long id = first; id < first + 5; id++) {
        try {
          repeated += seen.add(ByteBuffer.wrap(key(keys, id))) ? 0 : 1;
        } catch (PuncturedLeafException usedBefore) {
          repeated++;
        }
      }
      keys.puncture(first + round % 5);
      crash.arm(1 + round % 8, round % 2 == 0);
      try {
        keys.commit();
      } catch (Crash.Died e) {
        // The next life starts from what is left.
      }
      crash.disarm();
    }
    return repeated;
  }

  private static KeySlot slot(World world, SlotStorage sectors) {
    return new TwoRecordKeySlot(sectors, world.slotKey, World.ID, true);
  }

  /** Returns how many images and slot records ever written have a nonce that was there before. */
  private static int repeatedNonces(World world) {
    Set<ByteBuffer> seen = new HashSet<>();
    int repeated = 0;
    assertTrue(world.store.everWritten.size() > 100, "images");
    for (byte[] image : world.store.everWritten) {
      repeated += seen.add(ByteBuffer.wrap(image, 7, 12)) ? 0 : 1;
    }
    // Recovery writes the current record again as it is; a nonce is repeated by another record.
    Set<ByteBuffer> records = new HashSet<>();
    world.sectors.everWritten.forEach(sector -> records.add(ByteBuffer.wrap(sector)));
    assertTrue(records.size() > 30, "slot records");
    for (ByteBuffer record : records) {
      repeated += seen.add(record.slice(14, 12)) ? 0 : 1;
    }
    return repeated;
  }

  @Test
  void noNonceAndNoLeafIsUsedTwiceWhateverCrashesAndRestarts() {
    World lives = new World(SHAPE);
    assertEquals(0, livesWithCrashes(lives, lives.sectors, lives));
    assertEquals(0, repeatedNonces(lives));
  }

  @Test
  void controlACounterThatStartsAgainInEveryLifeIsSeen() {
    World lives = new World(SHAPE);
    LeafReservation forgetful =
        new LeafReservation() {
          @Override
          public long reserve(int count) {
            return 0;
          }

          @Override
          public long limit() {
            return 4096;
          }
        };
    assertNotEquals(0, livesWithCrashes(lives, lives.sectors, forgetful));
  }

  @Test
  void controlSlotRecordsUnderAFixedNonceAreSeen() {
    World lives = new World(SHAPE);
    SlotStorage fixed = new FixedNonceStorage(lives.sectors, lives.slotKey, World.ID);
    assertEquals(0, livesWithCrashes(lives, fixed, lives), "it works, and looks sound");
    assertNotEquals(0, repeatedNonces(lives));
  }
}
