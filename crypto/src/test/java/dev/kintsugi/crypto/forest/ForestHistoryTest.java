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
import dev.kintsugi.crypto.Secret;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each image names the one before: an adversary mixes epochs of different histories. */
final class ForestHistoryTest {
  private static final Fanouts SHAPE = Fanouts.of(4, 4);

  /** Everything on disk at one moment, as the adversary keeps it. */
  // The arrays are never compared as values.
  @SuppressWarnings("ArrayRecordComponent")
  private record Disk(Map<String, byte[]> images, byte[] first, byte[] second) {
    static Disk of(World world) {
      return new Disk(
          new TreeMap<>(world.store.images()),
          world.sectors.sectors[0].clone(),
          world.sectors.sectors[1].clone());
    }

    void putBack(World world) {
      world.store.images().clear();
      world.store.images().putAll(images);
      System.arraycopy(first, 0, world.sectors.sectors[0], 0, SlotStorage.SECTOR);
      System.arraycopy(second, 0, world.sectors.sectors[1], 0, SlotStorage.SECTOR);
    }

    /** Returns the one sector that has an entry. */
    byte[] sector() {
      return Arrays.equals(first, new byte[SlotStorage.SECTOR]) ? second : first;
    }
  }

  /** Two histories that part after epoch 2. */
  private static final class Fork {
    final World world = new World(SHAPE);
    final CommittedEpoch two;
    final CommittedEpoch threeA;
    final CommittedEpoch threeB;
    final CommittedEpoch fourB;
    final Disk diskTwo;
    final Disk diskThreeA;
    final Disk diskThreeB;
    final Disk diskFourB;
    final Disk diskFiveB;

    Fork() {
      ForestLeafKeys keys = world.create();
      keys.allocate(40);
      two = next(keys, 1);
      diskTwo = Disk.of(world);
      threeA = next(keys, 5);
      diskThreeA = Disk.of(world);
      diskTwo.putBack(world);
      ForestLeafKeys other = world.open();
      threeB = next(other, 6);
      diskThreeB = Disk.of(world);
      fourB = next(other, 7);
      diskFourB = Disk.of(world);
      next(other, 8);
      diskFiveB = Disk.of(world);
    }

    private static CommittedEpoch next(ForestLeafKeys keys, long puncture) {
      keys.puncture(puncture);
      keys.commit();
      return keys.committed();
    }

    long open(Disk disk, CommittedEpoch last) {
      disk.putBack(world);
      try (ForestLeafKeys keys =
          ForestLeafKeys.open(World.ID, world.store, world.slot(), world, last)) {
        return keys.epoch();
      }
    }

    long read(Disk disk, CommittedEpoch last) {
      disk.putBack(world);
      try (ForestReader keys =
          ForestReader.open(World.ID, world.store, world.slot(), world, Optional.of(last))) {
        return keys.epoch().epoch();
      }
    }

    void assertRefused(Disk disk, CommittedEpoch last, String why) {
      for (boolean write : new boolean[] {true, false}) {
        AuthenticationFailedException e =
            assertThrows(
                AuthenticationFailedException.class,
                () -> {
                  if (write) {
                    open(disk, last);
                  } else {
                    read(disk, last);
                  }
                });
        assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
        assertEquals(disk.images().keySet(), world.store.images().keySet(), "nothing was deleted");
        assertArrayEquals(disk.first(), world.sectors.sectors[0]);
        assertArrayEquals(disk.second(), world.sectors.sectors[1]);
      }
    }
  }

  @Test
  void everyImageCarriesTheHashOfTheOneBefore() {
    World world = new World(SHAPE);
    ForestLeafKeys keys = world.create();
    keys.allocate(40);
    byte[] before = new byte[KeySlot.HASH_LENGTH];
    for (long epoch = 1; epoch <= 8; epoch++) {
      try (KeySlot.Entry entry = world.slot().current().orElseThrow()) {
        byte[] image = world.store.get(HexFormat.of().formatHex(entry.imageName())).orElseThrow();
        byte[] plain =
            ForestCodec.open(ForestCodec.KIND_TOP, World.ID, epoch, entry.masterKey(), image);
        try (TopImage top = TopImage.decode(World.ID, plain)) {
          assertArrayEquals(before, top.previousHash(), "epoch " + epoch);
          assertEquals(epoch, top.epoch());
        }
        before = NodeHash.sha256().digest(image);
        assertEquals(new CommittedEpoch(epoch, before), keys.committed());
      }
      if (epoch % 3 == 0) {
        keys.close();
        keys = world.open();
      }
      keys.puncture(epoch);
      keys.commit();
    }
  }

  @Test
  void anotherHistoryOfTheSameOrTheNextEpochIsRefused() {
    Fork fork = new Fork();
    fork.assertRefused(fork.diskTwo, fork.threeA, "rolled back");
    fork.assertRefused(fork.diskThreeB, fork.threeA, "another history");
    fork.assertRefused(fork.diskFourB, fork.threeA, "not made from");
    fork.assertRefused(fork.diskThreeA, fork.threeB, "another history");
    fork.assertRefused(fork.diskThreeA, fork.fourB, "rolled back");
    // The controls: the same disks, remembered rightly.
    assertEquals(3, fork.open(fork.diskThreeA, fork.two));
    assertEquals(3, fork.open(fork.diskThreeA, fork.threeA));
    assertEquals(3, fork.read(fork.diskThreeB, fork.threeB));
    assertEquals(4, fork.open(fork.diskFourB, fork.threeB));
    assertEquals(4, fork.read(fork.diskFourB, fork.two));
    // The limit, said in the Javadoc: two epochs on, nothing can tell.
    assertEquals(5, fork.open(fork.diskFiveB, fork.threeA));
  }

  @Test
  void aReaderThatIsOpenDoesNotChangeHistory() {
    Fork fork = new Fork();
    fork.diskThreeA.putBack(fork.world);
    try (ForestReader reader =
        ForestReader.open(
            World.ID, fork.world.store, fork.world.slot(), fork.world, Optional.empty())) {
      for (Disk other : new Disk[] {fork.diskTwo, fork.diskThreeB, fork.diskFourB}) {
        other.putBack(fork.world);
        assertThrows(AuthenticationFailedException.class, reader::refresh);
        assertEquals(fork.threeA, reader.epoch());
      }
      fork.diskThreeA.putBack(fork.world);
      assertFalse(reader.refresh());
    }
  }

  @Test
  void imagesOfAnotherHistoryUnderTheNamesOfThisOneAreRefused() {
    Fork fork = new Fork();
    for (String name : fork.diskThreeB.images().keySet()) {
      for (byte[] image : fork.diskThreeA.images().values()) {
        fork.diskThreeB.putBack(fork.world);
        if (!Arrays.equals(image, fork.world.store.images().put(name, image))) {
          assertThrows(
              CryptoException.class,
              () -> {
                ForestLeafKeys keys = fork.world.open();
                for (long id = 0; id < 40; id++) {
                  if (id != 1 && id != 6) {
                    keys.key(id).close();
                  }
                }
              });
        }
      }
    }
  }

  @Test
  void aSlotWithEntriesOfTwoHistoriesIsRefused() {
    Fork fork = new Fork();
    fork.diskThreeB.putBack(fork.world);
    byte[] a = fork.diskThreeA.sector();
    byte[] b = fork.diskThreeB.sector();
    assertNotEquals(HexFormat.of().formatHex(a), HexFormat.of().formatHex(b));
    System.arraycopy(a, 0, fork.world.sectors.sectors[0], 0, SlotStorage.SECTOR);
    System.arraycopy(b, 0, fork.world.sectors.sectors[1], 0, SlotStorage.SECTOR);
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, fork.world::open);
    assertTrue(String.valueOf(e.getMessage()).contains("two entries of epoch 3"), e.getMessage());
  }

  @Test
  void aWriterWhoseStateIsNotTheCommittedOneCannotCommit() {
    World world = new World(SHAPE);
    ForestLeafKeys first = world.create();
    first.allocate(40);
    ForestLeafKeys second = world.open(); // although the writer must be alone
    first.puncture(1);
    first.commit();
    CommittedEpoch right = first.committed();
    second.puncture(2);
    assertThrows(IllegalStateException.class, second::commit);
    assertThrows(IllegalStateException.class, () -> second.key(3));
    assertEquals(right, world.open().committed());
    // Also if the other one is of the same epoch.
    Fork fork = new Fork();
    fork.diskThreeA.putBack(fork.world);
    ForestLeafKeys ofA = fork.world.open();
    fork.diskThreeB.putBack(fork.world);
    ofA.puncture(25);
    assertThrows(IllegalStateException.class, ofA::commit);
    assertEquals(fork.threeB, fork.world.open().committed());
  }

  @Test
  void aTopImageThatContradictsItsPlaceInTheChainIsRefused() {
    byte[] zeros = new byte[KeySlot.HASH_LENGTH];
    byte[] hash = NodeHash.sha256().digest(new byte[1]);
    assertEquals(1, openForged(1, 1, zeros));
    assertEquals(4, openForged(4, 4, hash));
    assertThrows(MalformedRecordException.class, () -> openForged(4, 3, hash));
    assertThrows(MalformedRecordException.class, () -> openForged(1, 1, hash));
    assertThrows(MalformedRecordException.class, () -> openForged(4, 4, zeros));
  }

  /** Also if it is sealed under the slot's master key: the slot names one image by its hash. */
  @Test
  void anImageOfAnotherHashThanTheSlotNamesIsRefused() {
    byte[] hash = NodeHash.sha256().digest(new byte[1]);
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, () -> openForged(4, 4, hash, 1));
    assertTrue(String.valueOf(e.getMessage()).contains("not the one the key slot names"));
  }

  private static long openForged(long sealedAs, long saysEpoch, byte[] previous) {
    return openForged(sealedAs, saysEpoch, previous, 0);
  }

  private static long openForged(long sealedAs, long saysEpoch, byte[] previous, int alter) {
    World world = new World(SHAPE);
    Forest base = Forest.create(World.ID, ForestLeafKeys.BASE);
    byte[] name = new byte[KeySlot.NAME_LENGTH];
    try (TopImage top = new TopImage(saysEpoch, previous, SHAPE, base, new TreeMap<>());
        Secret master = Secret.random(32);
        KeySlot slot = world.slot()) {
      byte[] image =
          ForestCodec.seal(ForestCodec.KIND_TOP, World.ID, sealedAs, master, top.encode());
      world.store.put(HexFormat.of().formatHex(name), image);
      byte[] imageHash = NodeHash.sha256().digest(image);
      imageHash[0] ^= (byte) alter;
      slot.put(new KeySlot.Entry(sealedAs, master, name, imageHash));
    }
    try (ForestLeafKeys keys = world.open()) {
      return keys.epoch();
    }
  }

  @Test
  void whatIsRememberedIsChecked() {
    byte[] hash = new byte[KeySlot.HASH_LENGTH];
    CommittedEpoch one = new CommittedEpoch(1, hash);
    hash[0] = 1;
    assertEquals(one, new CommittedEpoch(1, new byte[KeySlot.HASH_LENGTH]), "copied");
    assertNotEquals(one, new CommittedEpoch(1, hash));
    assertNotEquals(one, new CommittedEpoch(2, one.imageHash()));
    one.imageHash()[0] = 1;
    assertEquals(one, new CommittedEpoch(1, one.imageHash()));
    assertThrows(IllegalArgumentException.class, () -> new CommittedEpoch(0, hash));
    assertThrows(IllegalArgumentException.class, () -> new CommittedEpoch(1, new byte[31]));
  }
}
