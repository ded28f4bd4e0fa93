package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process dies at every step of creating, committing and recovering, with or without the power,
 * and every kind of what was not flushed is lost, on the images' disk and on the slot's.
 */
final class ForestDurabilityTest {
  private static final int IDS = 40;
  private static final Set<Long> ACKNOWLEDGED = Set.of(3L, 20L);
  private static final Set<Long> ATTEMPTED = Set.of(3L, 20L, 4L, 33L);

  /** Returns the keys of the first ids; nothing for those that were punctured. */
  private static Map<Long, byte[]> keys(ForestLeafKeys keys) {
    Map<Long, byte[]> found = new HashMap<>();
    for (long id = 0; id < IDS; id++) {
      try (Secret key = keys.key(id)) {
        found.put(id, key.use(byte[]::clone));
      } catch (PuncturedLeafException e) {
        found.put(id, new byte[0]);
      }
    }
    return found;
  }

  /** Allocates, deletes 3 and 20, and commits: epoch 2. Returns the keys before. */
  private static Map<Long, byte[]> begin(ForestLeafKeys keys) {
    assertEquals(0, keys.allocate(IDS));
    Map<Long, byte[]> known = keys(keys);
    ACKNOWLEDGED.forEach(keys::puncture);
    keys.commit();
    return known;
  }

  private static void attempt(ForestLeafKeys keys) {
    keys.puncture(4);
    keys.puncture(33);
    keys.commit();
  }

  private static void assertState(
      Map<Long, byte[]> known, Set<Long> gone, ForestLeafKeys keys, String where) {
    Map<Long, byte[]> found = keys(keys);
    known.forEach(
        (id, key) ->
            assertArrayEquals(
                gone.contains(id) ? new byte[0] : key, found.get(id), where + ": leaf " + id));
  }

  private static void assertOldOrNew(
      Map<Long, byte[]> known, boolean mustBeNew, ForestLeafKeys keys, String where) {
    long epoch = keys.epoch();
    assertTrue(epoch == 3 || (epoch == 2 && !mustBeNew), where + ": epoch " + epoch);
    assertState(known, epoch == 3 ? ATTEMPTED : ACKNOWLEDGED, keys, where);
  }

  private static void restart(World world, Loss images, Loss slot) {
    world.crashWith(new Crash());
    world.store.losePower(images);
    world.sectors.losePower(slot);
  }

  private static void assertOneEntry(World world, String where) {
    byte[] blank = new byte[SlotStorage.SECTOR];
    assertTrue(
        Arrays.equals(world.sectors.sectors[0], blank)
            != Arrays.equals(world.sectors.sectors[1], blank),
        where + ": the slot does not hold exactly one entry");
  }

  @Test
  void powerLossAtEveryStepOfACommitLeavesTheOldOrTheNewStateForGood() {
    int deaths = 0;
    for (int losses = 0; losses < 64; losses++) {
      Loss images = Loss.all().get(losses / 8);
      Loss slot = Loss.all().get(losses % 8);
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where =
              "step " + step + (after ? " done" : " torn") + ", images " + images + ", " + slot;
          World world = new World(Fanouts.of(4, 4));
          ForestLeafKeys keys = world.create();
          Map<Long, byte[]> known = begin(keys);
          Crash crash = new Crash();
          world.crashWith(crash);
          crash.arm(step, after);
          try {
            attempt(keys);
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          restart(world, images, slot);
          ForestLeafKeys recovered = world.open();
          assertOldOrNew(known, !died, recovered, where);
          assertEquals(1 + recovered.segments().size(), world.store.names().size(), where);
          long epoch = recovered.epoch();
          assertOneEntry(world, where);

          // What recovery found, and what is committed on top of it, is durable.
          restart(world, Loss.EVERYTHING, Loss.EVERYTHING);
          ForestLeafKeys again = world.open();
          assertEquals(epoch, again.epoch(), where);
          assertOldOrNew(known, epoch == 3, again, where);
          assertOneEntry(world, where);
          again.puncture(35);
          again.commit();
          restart(world, Loss.EVERYTHING, Loss.EVERYTHING);
          assertOneEntry(world, where);
          ForestLeafKeys last = world.open();
          assertEquals(epoch + 1, last.epoch(), where);
          assertArrayEquals(new byte[0], keys(last).get(35L), where);
        }
      }
    }
    assertTrue(deaths >= 64 * 20, "only " + deaths + " deaths");
  }

  @Test
  void powerLossAtEveryStepOfARecoveryLeavesTheOldOrTheNewState() {
    int recoveries = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          boolean diedAgain = true;
          for (int again = 1; diedAgain; again++) {
            String where = "step %d, then %d, done: %s, %s".formatted(step, again, after, loss);
            World world = new World(Fanouts.of(4, 4));
            ForestLeafKeys keys = world.create();
            Map<Long, byte[]> known = begin(keys);
            Crash crash = new Crash();
            world.crashWith(crash);
            crash.arm(step, after);
            try {
              attempt(keys);
              died = false;
            } catch (Crash.Died e) {
              died = true;
            }
            // The process died, not the machine: nothing is lost yet, but not everything durable.
            crash.arm(again, after);
            long found = 0;
            try {
              found = world.open().epoch();
              diedAgain = false;
            } catch (Crash.Died e) {
              recoveries++;
            }
            restart(world, loss, loss);
            ForestLeafKeys recovered = world.open();
            assertOldOrNew(known, !died || found == 3, recovered, where);
            assertTrue(diedAgain || recovered.epoch() == found, where);
            assertEquals(1 + recovered.segments().size(), world.store.names().size(), where);
            assertOneEntry(world, where);
          }
        }
      }
    }
    assertTrue(recoveries >= 8 * 40, "only " + recoveries + " recoveries were interrupted");
  }

  @Test
  void powerLossAtEveryStepOfCreateLeavesAForestOrRoomForOne() {
    int deaths = 0;
    int torn = 0;
    for (int losses = 0; losses < 64; losses++) {
      Loss images = Loss.all().get(losses / 8);
      Loss slot = Loss.all().get(losses % 8);
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where =
              "step " + step + (after ? " done" : " torn") + ", images " + images + ", " + slot;
          World world = new World(Fanouts.of(4, 4));
          Crash crash = new Crash();
          world.crashWith(crash);
          crash.arm(step, after);
          try {
            world.create();
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          restart(world, images, slot);
          boolean exists;
          try {
            Optional<KeySlot.Entry> entry = world.slot().current();
            exists = entry.isPresent();
            entry.ifPresent(KeySlot.Entry::close);
          } catch (AuthenticationFailedException e) {
            // The very first entry was torn: the slot says so, and is made anew.
            torn++;
            exists = false;
            Arrays.fill(world.sectors.sectors[0], (byte) 0);
            Arrays.fill(world.sectors.sectors[1], (byte) 0);
          }
          assertTrue(died || exists, where + ": created, and gone");
          ForestLeafKeys keys = exists ? world.open() : world.create();
          assertEquals(1, keys.epoch(), where);
          Map<Long, byte[]> known = begin(keys);
          restart(world, Loss.EVERYTHING, Loss.EVERYTHING);
          ForestLeafKeys opened = world.open();
          assertState(known, ACKNOWLEDGED, opened, where);
          assertEquals(1 + opened.segments().size(), world.store.names().size(), where);
        }
      }
    }
    assertTrue(deaths >= 64 * 8, "only " + deaths + " deaths");
    assertTrue(torn > 0 && torn <= 64, torn + " first entries were torn");
  }

  /** A vault on files; the ids are counted elsewhere. */
  private static final class OnFiles implements LeafReservation {
    final LossyDisk disk;
    final Secret slotKey = Secret.random(32);
    final AtomicLong next = new AtomicLong();

    OnFiles(Path root) {
      this.disk = new LossyDisk(root);
    }

    ForestLeafKeys start() throws IOException {
      DirectoryImageStore store = new DirectoryImageStore(disk.path().resolve("images"));
      KeySlot slot = KeySlots.file(disk.path().resolve("slot"), slotKey, World.ID);
      return slot.current().isPresent()
          ? ForestLeafKeys.open(World.ID, store, slot, this, 0)
          : ForestLeafKeys.create(World.ID, Fanouts.of(4, 4), store, slot, this);
    }

    @Override
    public long reserve(int count) {
      return next.getAndAdd(count);
    }

    @Override
    public long limit() {
      return next.get();
    }
  }

  @Test
  void powerLossAtEveryStepOfACommitOnFilesLeavesTheOldOrTheNewStateForGood(@TempDir Path dir)
      throws IOException {
    int deaths = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where = "step " + step + (after ? " done, " : " torn, ") + loss;
          OnFiles files =
              new OnFiles(Files.createDirectory(dir.resolve(loss.hashCode() + "-" + after + step)));
          ForestLeafKeys keys = files.start();
          Map<Long, byte[]> known = begin(keys);
          files.disk.crash.arm(step, after);
          try {
            attempt(keys);
            died = false;
          } catch (Crash.Died e) {
            deaths++;
          }
          files.disk.restart(loss);
          ForestLeafKeys recovered = files.start();
          assertOldOrNew(known, !died, recovered, where);
          long epoch = recovered.epoch();
          files.disk.restart(Loss.EVERYTHING);
          ForestLeafKeys again = files.start();
          assertEquals(epoch, again.epoch(), where);
          assertOldOrNew(known, epoch == 3, again, where);
          again.puncture(35);
          again.commit();
          files.disk.restart(Loss.EVERYTHING);
          assertEquals(epoch + 1, files.start().epoch(), where);
        }
      }
    }
    assertTrue(deaths >= 8 * 34, "only " + deaths + " deaths");
  }
}
