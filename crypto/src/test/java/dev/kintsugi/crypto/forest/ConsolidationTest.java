package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.UnknownLeafException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Consolidation: what lives can be read afterwards, what was deleted stays so. */
final class ConsolidationTest {
  private static final Fanouts SHAPE = Fanouts.of(4, 4);
  private static final Set<String> DELETED = Set.of("text 1", "text 6", "text 11");

  private final World world = new World(SHAPE);
  private final Disk disk = new Disk();
  private ForestLeafKeys keys = world.create();

  /** Texts under 20 leaves, one segment and a bit; three of the first segment are deleted. */
  private void fill() {
    for (int i = 0; i < 20; i++) {
      disk.write(keys, "name " + i, "text " + i);
    }
    for (int i : new int[] {1, 6, 11}) {
      disk.delete(keys, "name " + i);
    }
    keys.commit();
  }

  private void everythingLiveIsRead() {
    for (int i = 0; i < 20; i++) {
      if (!DELETED.contains("text " + i)) {
        assertEquals("text " + i, disk.read(keys, "name " + i));
      }
    }
  }

  @Test
  void liveDataMovesToFreshLeavesAndTheImageGoes() {
    fill();
    ForestLeafKeys.SegmentUse use = keys.segments().get(0);
    assertEquals(new ForestLeafKeys.SegmentUse(0, 16, 10, 13, true), use);
    keys.consolidate(
        0,
        live -> {
          assertEquals(13, live.stream().mapToLong(LeafRange::count).sum());
          assertEquals(
              List.of(
                  new LeafRange(0, 1),
                  new LeafRange(2, 6),
                  new LeafRange(7, 11),
                  new LeafRange(12, 16)),
              live);
          disk.move(keys, live);
        });
    assertEquals(List.of(), keys.segments());
    assertEquals(1, world.store.names().size(), "only the top image is left");
    everythingLiveIsRead();
    assertThrows(PuncturedLeafException.class, () -> keys.key(2));
    long epoch = keys.epoch();
    keys.puncture(2);
    keys.commit();
    assertEquals(epoch, keys.epoch(), "nothing was left to commit");
    keys.close();
    keys = world.open();
    everythingLiveIsRead();
    disk.write(keys, "more", "more text");
    assertEquals("more text", disk.read(keys, "more"));
  }

  @Test
  void nothingThatWasDeletedComesBack() {
    fill();
    List<Disk.Extent> old = List.copyOf(disk.everWritten);
    keys.consolidate(0, live -> disk.move(keys, live));
    Set<String> stolen = Adversary.stolen(world, disk);
    assertEquals(17, stolen.size(), "what lives can be read with all current keys");
    assertTrue(DELETED.stream().noneMatch(stolen::contains));
    Disk before = new Disk();
    before.everWritten.addAll(old);
    assertEquals(
        4, Adversary.stolen(world, before).size(), "of the old bytes only the other segment's");
  }

  @Test
  void controlWhoeverMovesWhatWasDeletedKeepsIt() {
    disk.write(keys, "name", "deleted text");
    for (int i = 1; i < 20; i++) {
      disk.write(keys, "name " + i, "text " + i);
    }
    keys.puncture(5);
    keys.commit();
    // The mover takes the text along although its user deleted it: a deletion logged as an update.
    keys.consolidate(0, live -> disk.move(keys, live));
    assertTrue(Adversary.stolen(world, disk).contains("deleted text"));
  }

  @Test
  void controlWithoutPuncturingTheOldLeavesTheOldBytesOpen() {
    fill();
    Disk before = new Disk();
    before.everWritten.addAll(disk.everWritten);
    disk.move(keys, List.of(new LeafRange(0, 16)));
    keys.commit();
    assertEquals(17, Adversary.stolen(world, before).size());
  }

  @Test
  void whateverStepCrashesLiveDataStaysReadableAndConsolidatingAgainFinishes() {
    int crashes = 0;
    for (boolean after : new boolean[] {false, true}) {
      for (int step = 1; ; step++) {
        ConsolidationTest life = new ConsolidationTest();
        life.fill();
        Crash crash = new Crash();
        life.world.crashWith(crash);
        crash.arm(step, after);
        boolean died = false;
        try {
          life.keys.consolidate(0, live -> life.disk.move(life.keys, live));
        } catch (Crash.Died e) {
          died = true;
          crashes++;
        }
        crash.disarm();
        life.keys.close();
        life.keys = life.world.open();
        life.everythingLiveIsRead();
        if (!life.keys.segments().isEmpty()) {
          assertTrue(died);
          life.keys.consolidate(0, live -> life.disk.move(life.keys, live));
          life.everythingLiveIsRead();
        }
        assertEquals(List.of(), life.keys.segments());
        Set<String> stolen = Adversary.stolen(life.world, life.disk);
        assertTrue(DELETED.stream().noneMatch(stolen::contains), "step " + step);
        if (!died) {
          break;
        }
      }
    }
    assertTrue(crashes >= 10, "only " + crashes + " steps were tried");
  }

  @Test
  void aMoverThatFailsLeavesEverythingAsItWas() {
    fill();
    assertThrows(
        Crash.Died.class,
        () ->
            keys.consolidate(
                0,
                live -> {
                  disk.move(keys, live.subList(0, 2));
                  throw new Crash().thrown();
                }));
    everythingLiveIsRead();
    keys.consolidate(0, live -> disk.move(keys, live));
    everythingLiveIsRead();
    assertEquals(List.of(), keys.segments());
  }

  @Test
  void whatIsDeletedButNotCommittedIsNotMoved() {
    fill();
    disk.delete(keys, "name 3");
    assertEquals(12, keys.segments().get(0).liveLeaves());
    keys.consolidate(
        0,
        live -> assertFalse(live.stream().anyMatch(range -> range.from() <= 3 && range.to() > 3)));
  }

  @Test
  void aSegmentThatStillGivesOutIdsIsRefusedAndFreshIdsAreNeverDead() {
    for (Fanouts shape : new Fanouts[] {Fanouts.DEFAULT, SHAPE}) {
      World fresh = new World(shape);
      ForestLeafKeys some = fresh.create();
      long first = some.allocate(10);
      some.puncture(first + 3);
      some.commit();
      ForestLeafKeys.SegmentUse use = some.segments().get(0);
      assertEquals(9, use.liveLeaves(), "ids never handed out are not counted");
      assertFalse(use.full());
      assertThrows(
          IllegalStateException.class,
          () -> some.consolidate(use.firstLeaf(), live -> fail("moved " + live)));
      assertThrows(
          UnknownLeafException.class, () -> some.punctureRange(use.firstLeaf(), use.endLeaf()));
      assertThrows(UnknownLeafException.class, () -> some.punctureRange(9, 11));
      some.commit();
      assertEquals(32, some.key(some.allocate(1)).length());
    }
  }

  @Test
  void idsThatACrashWastedDoNotKeepASegmentOpen() {
    long first = keys.allocate(10);
    keys.puncture(first);
    keys.commit();
    keys.close();
    keys = world.open();
    assertEquals(16, keys.segments().get(0).endLeaf());
    assertTrue(keys.segments().get(0).full(), "the other six were reserved and will never come");
    keys.consolidate(0, live -> disk.move(keys, live));
    assertEquals(List.of(), keys.segments());
    assertTrue(keys.allocate(1) >= 16);
  }

  @Test
  void onlySegmentsWithDeletionsAreConsolidated() {
    fill();
    for (long first : new long[] {1, 8, 16, -16}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> keys.consolidate(first, live -> fail("moved " + live)),
          "leaf " + first);
    }
    for (LeafRange good : List.of(new LeafRange(0, 1), new LeafRange(3, 9))) {
      assertEquals(good.to() - good.from(), good.count());
    }
    assertThrows(IllegalArgumentException.class, () -> new LeafRange(3, 3));
    assertThrows(IllegalArgumentException.class, () -> new LeafRange(-1, 3));
  }

  @Test
  void aSetWithoutARangeHasWhatANaiveSetHas() {
    Random random = new Random(4);
    for (int round = 0; round < 3000; round++) {
      LeafSet set = new LeafSet();
      TreeSet<Long> model = new TreeSet<>();
      for (int op = 0; op < 12; op++) {
        long from = random.nextInt(30);
        long to = from + random.nextInt(8);
        if (random.nextBoolean()) {
          set.add(from, to);
          for (long id = from; id < to; id++) {
            model.add(id);
          }
        } else {
          set.remove(from, to);
          for (long id = from; id < to; id++) {
            model.remove(id);
          }
        }
        assertEquals(
            model,
            LongStream.range(0, 40)
                .filter(set::contains)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new)));
        long[] ranges = set.ranges();
        for (int i = 1; i < ranges.length; i++) {
          assertTrue(ranges[i - 1] < ranges[i], "disjoint, not adjacent, not empty");
        }
      }
    }
  }
}
