package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnknownLeafException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers and one writer, as if in processes of their own, at every step of each other. */
final class ReaderBesideWriterTest {
  private static final int IDS = 60;

  private static ForestReader reader(World world) {
    return ForestReader.open(World.ID, world.store, world.slot(), world, Optional.empty());
  }

  private static byte[] key(ForestLeafKeys keys, long id) {
    try (Secret key = keys.key(id)) {
      return key.use(byte[]::clone);
    }
  }

  private static byte[] key(ForestReader keys, long id) {
    try (Secret key = keys.key(id)) {
      return key.use(byte[]::clone);
    }
  }

  /** A writer, the keys it has given out, and which of them are gone in which epoch. */
  private static final class Scene {
    final World world = new World(Fanouts.of(4, 4));
    final ForestLeafKeys writer = world.create();
    final Map<Long, byte[]> known = new HashMap<>();
    final Map<Long, Long> goneSince = new HashMap<>();

    Scene() {
      long first = writer.allocate(IDS);
      for (long id = first; id < first + IDS; id++) {
        known.put(id, key(writer, id));
      }
      delete(3);
      delete(20);
      writer.commit();
    }

    void delete(long id) {
      writer.puncture(id);
      goneSince.put(id, writer.epoch() + 1);
    }

    /** Checks every key against what the epoch has to give. */
    void check(ForestReader reader, String where) {
      known.forEach(
          (id, expected) -> {
            byte[] found;
            try {
              found = key(reader, id);
            } catch (PuncturedLeafException e) {
              found = new byte[0];
            }
            boolean gone = goneSince.getOrDefault(id, Long.MAX_VALUE) <= reader.epoch().epoch();
            assertArrayEquals(gone ? new byte[0] : expected, found, where + ": leaf " + id);
          });
    }
  }

  @Test
  void readersAtEveryStepOfACommitSeeTheOldOrTheNewStateAndHarmNothing() {
    Scene scene = new Scene();
    World world = scene.world;
    Crash steps = new Crash();
    world.crashWith(steps);
    TreeSet<Long> seen = new TreeSet<>();
    try (ForestReader opened = reader(world);
        ForestReader fresh = reader(world)) {
      scene.check(opened, "before");
      steps.beforeEachStep =
          () -> {
            String where = "before step " + (steps.steps() + 1);
            try (ForestReader now = reader(world)) {
              scene.check(now, where);
              seen.add(now.epoch().epoch());
            }
            scene.check(opened, where);
          };
      scene.delete(4);
      scene.delete(33);
      scene.writer.commit();
      assertTrue(steps.steps() >= 10, "only " + steps.steps() + " steps");
      assertEquals(new TreeSet<>(List.of(2L, 3L)), seen);
      steps.beforeEachStep = () -> {};

      // It had read nothing before the commit: the segments it knows of were replaced.
      scene.check(fresh, "a reader of the epoch before");
      assertEquals(3, fresh.epoch().epoch());
      assertTrue(opened.refresh());
      assertFalse(opened.refresh());
      scene.check(opened, "refreshed");
    }
    scene.writer.close();
    ForestLeafKeys next = world.open();
    assertEquals(3, next.epoch());
    scene.known.forEach(
        (id, key) -> {
          if (!scene.goneSince.containsKey(id)) {
            assertArrayEquals(key, key(next, id));
          }
        });
  }

  @Test
  void negativeControlAReaderThatRecoversDestroysTheForest() {
    Scene scene = new Scene();
    Crash steps = new Crash();
    scene.world.crashWith(steps);
    steps.beforeEachStep =
        () -> {
          if (steps.steps() == 3) { // two segments and the top were put; the slot is not switched
            scene.world.open().close();
          }
        };
    scene.delete(4);
    scene.delete(33);
    scene.writer.commit();
    assertThrows(AuthenticationFailedException.class, scene.world::open);
  }

  @Test
  void aWriterWhoCommitsAtEveryStepOfAReaderIsFollowed() {
    for (int step = 1; step <= 40; step++) {
      for (int commits = 1; commits <= 3; commits++) {
        Scene scene = new Scene();
        World world = scene.world;
        int at = step;
        int times = commits;
        int[] reads = new int[1];
        Runnable writer =
            () -> {
              if (++reads[0] == at) {
                for (int i = 0; i < times; i++) {
                  scene.delete(5 + i);
                  scene.delete(40 + i);
                  scene.writer.commit();
                }
              }
            };
        world.sectors.beforeEachRead = writer;
        world.store.beforeEachGet = writer;
        String where = commits + " commits at step " + step;
        try (ForestReader reader = reader(world)) {
          scene.check(reader, where);
        }
      }
    }
  }

  @Test
  void aWriterWhoCommitsBetweenAnyTwoReadsOfTheSlotDoesNotMakeItLookEmpty() {
    Scene scene = new Scene();
    int[] reads = new int[1];
    scene.world.sectors.beforeEachRead =
        () -> {
          // The first sector is blank; from then on the entry is always in the one not looked at.
          if (++reads[0] > 1 && reads[0] <= 8) {
            scene.delete(20 + reads[0]);
            scene.writer.commit();
          }
        };
    try (ForestReader reader = reader(scene.world)) {
      assertEquals(9, reader.epoch().epoch());
      scene.check(reader, "after 7 commits");
    }
  }

  @Test
  void aSectorThatIsSeenHalfErasedIsNotTakenForDamage() {
    Scene scene = new Scene();
    byte[][] sectors = scene.world.sectors.sectors;
    byte[] old = sectors[1].clone();
    int[] reads = new int[1];
    scene.world.sectors.beforeEachRead =
        () -> {
          reads[0]++;
          if (reads[0] == 4) { // the first sector was looked at, and was blank
            scene.delete(30);
            scene.writer.commit();
            System.arraycopy(old, 60, sectors[1], 60, SlotStorage.SECTOR - 60);
          } else if (reads[0] == 5) {
            Arrays.fill(sectors[1], (byte) 0);
          }
        };
    try (ForestReader reader = reader(scene.world)) {
      assertEquals(3, reader.epoch().epoch());
      scene.check(reader, "after the commit");
    }
  }

  @Test
  void idsThatAreAllocatedAfterACommitHaveTheirKeysInAnOlderReader() {
    Scene scene = new Scene();
    World world = scene.world;
    try (ForestReader reader = reader(world)) {
      scene.check(reader, "before");
      scene.delete(50);
      scene.writer.commit();
      // Behind the base forest's tree in use: under the spanning root, which the commit replaced.
      long far = scene.writer.allocate(9000) + 8999;
      assertArrayEquals(key(scene.writer, far), key(reader, far));
      // Again, with an epoch in which nothing was allocated there yet.
      scene.delete(far);
      scene.writer.commit();
      long further = scene.writer.allocate(9000) + 8999;
      byte[] right = key(scene.writer, further);
      assertArrayEquals(right, key(reader, further));
      scene.delete(51);
      scene.writer.commit();
      assertArrayEquals(right, key(reader, further));
    }
  }

  @Test
  void aReaderKnowsOnlyWhatWasAllocatedAndIsClosedOnce() {
    Scene scene = new Scene();
    ForestReader reader = reader(scene.world);
    assertThrows(UnknownLeafException.class, () -> reader.key(scene.world.limit()));
    assertThrows(UnknownLeafException.class, () -> reader.key(-1));
    assertThrows(PuncturedLeafException.class, () -> reader.key(3));
    reader.close();
    reader.close();
    assertThrows(IllegalStateException.class, () -> reader.key(1));
    assertThrows(IllegalStateException.class, reader::refresh);
    assertThrows(AuthenticationFailedException.class, () -> reader(new World(Fanouts.of(4, 4))));
  }

  @Test
  void anImageThatIsMissingForGoodIsReported() {
    Scene scene = new Scene();
    try (ForestReader reader = reader(scene.world)) {
      scene.world.store.images().clear();
      assertThrows(AuthenticationFailedException.class, () -> reader.key(1));
      assertThrows(AuthenticationFailedException.class, () -> reader(scene.world));
    }
  }

  @Test
  void aSlotFileIsReadBesideItsWriterAndNeverCreatedByAReader(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("slot");
    Secret slotKey = Secret.random(32);
    assertThrows(NoSuchFileException.class, () -> KeySlots.fileForReading(file, slotKey, World.ID));
    assertFalse(Files.exists(file));
    try (KeySlot slot = KeySlots.file(file, slotKey, World.ID);
        KeySlotView view = KeySlots.fileForReading(file, slotKey, World.ID)) {
      assertTrue(view.current().isEmpty());
      for (long epoch = 1; epoch < 5; epoch++) {
        KeySlot.Entry entry = KeySlotContract.entry(epoch);
        slot.put(entry);
        assertTrue(view.current().orElseThrow().sameAs(entry));
        slot.eraseBefore(epoch);
        assertTrue(view.current().orElseThrow().sameAs(entry));
      }
    }
    Files.write(file, new byte[9]);
    assertThrows(java.io.IOException.class, () -> KeySlots.fileForReading(file, slotKey, World.ID));
  }
}
