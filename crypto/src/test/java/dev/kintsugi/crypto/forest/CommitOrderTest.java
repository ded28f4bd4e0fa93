package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The order of a commit is what survives crashes: the right one loses nothing at any step, and each
 * wrong one loses everything at some step.
 */
final class CommitOrderTest {
  /** What is wrong with the order. */
  private enum Order {
    RIGHT,
    SLOT_BEFORE_IMAGES,
    ERASED_BEFORE_SWITCHED,
    OLD_IMAGES_DELETED_FIRST
  }

  /** A store and a slot over those of the world that do things in some order. */
  private static final class Ordered implements ImageStore, KeySlot {
    private final World world;
    private final KeySlot slot;
    private final Order order;
    private final Map<String, byte[]> held = new LinkedHashMap<>();

    Ordered(World world, Order order) {
      this.world = world;
      this.slot = world.slot();
      this.order = order;
    }

    @Override
    public void put(String name, byte[] image) {
      if (order == Order.SLOT_BEFORE_IMAGES) {
        held.put(name, image.clone());
        return;
      }
      if (order == Order.OLD_IMAGES_DELETED_FIRST) {
        Set<String> old = world.store.names();
        old.removeAll(held.keySet());
        old.forEach(world.store::delete);
        held.put(name, image.clone());
      }
      world.store.put(name, image);
    }

    @Override
    public void flush() {
      if (order != Order.SLOT_BEFORE_IMAGES) {
        world.store.flush();
      }
    }

    @Override
    public Optional<byte[]> get(String name) {
      return world.store.get(name);
    }

    @Override
    public void delete(String name) {
      world.store.delete(name);
    }

    @Override
    public Set<String> names() {
      return world.store.names();
    }

    @Override
    public Optional<Entry> current() {
      return slot.current();
    }

    @Override
    public void put(Entry next) {
      if (order == Order.ERASED_BEFORE_SWITCHED) {
        world.sectors.write(0, new byte[SlotStorage.SECTOR]);
        world.sectors.write(1, new byte[SlotStorage.SECTOR]);
      }
      slot.put(next);
      if (order == Order.SLOT_BEFORE_IMAGES) {
        held.forEach(world.store::put);
        world.store.flush();
        held.clear();
      }
    }

    @Override
    public void eraseBefore(long epoch) {
      slot.eraseBefore(epoch);
    }

    @Override
    public boolean erasesForGood() {
      return slot.erasesForGood();
    }

    @Override
    public void close() {
      slot.close();
    }
  }

  /** Returns at how many steps of a commit a crash loses the keys of leaves that live. */
  private static int losses(Order order) {
    int lost = 0;
    int crashes = 0;
    for (boolean after : new boolean[] {false, true}) {
      for (int step = 1; ; step++) {
        World world = new World(Fanouts.of(4, 4));
        ForestLeafKeys keys = world.create();
        long first = keys.allocate(40);
        keys.puncture(first + 20);
        keys.commit();
        byte[] live = key(keys, first + 5);
        keys.close();
        Ordered ordered = new Ordered(world, order);
        keys = ForestLeafKeys.open(World.ID, ordered, ordered, world, 0);
        Crash crash = new Crash();
        world.crashWith(crash);
        crash.arm(step, after);
        keys.puncture(first + 4);
        boolean died = false;
        try {
          keys.commit();
        } catch (Crash.Died e) {
          died = true;
          crashes++;
        }
        crash.disarm();
        try (ForestLeafKeys again = world.open()) {
          assertArrayEquals(live, key(again, first + 5));
        } catch (CryptoException everythingIsGone) {
          lost++;
        }
        if (!died) {
          break;
        }
      }
    }
    assertTrue(crashes >= 10, "only " + crashes + " steps were tried");
    return lost;
  }

  private static byte[] key(ForestLeafKeys keys, long id) {
    try (Secret key = keys.key(id)) {
      return key.use(byte[]::clone);
    }
  }

  @Test
  void imagesThenSlotThenErasureLosesNothingAtAnyStep() {
    assertEquals(0, losses(Order.RIGHT));
  }

  @Test
  void controlTheSlotBeforeTheImagesLosesEverything() {
    assertTrue(losses(Order.SLOT_BEFORE_IMAGES) > 0);
  }

  @Test
  void controlErasingBeforeTheSwitchLosesEverything() {
    assertTrue(losses(Order.ERASED_BEFORE_SWITCHED) > 0);
  }

  @Test
  void controlReplacingImagesInPlaceLosesEverything() {
    assertTrue(losses(Order.OLD_IMAGES_DELETED_FIRST) > 0);
  }
}
