package dev.kintsugi.core.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Backend} owes. A subclass says how the place under test is opened. */
public abstract class BackendContract {
  private Backend backend;

  /** For subclasses. */
  protected BackendContract() {}

  /** Opens the same empty place, made for this test; called more than once. */
  protected abstract Backend open() throws IOException;

  /** Removes the place under open backends. */
  protected abstract void vanish() throws IOException;

  @BeforeEach
  final void openBackend() throws IOException {
    backend = open();
  }

  @AfterEach
  final void closeBackend() throws IOException {
    backend.close();
  }

  protected static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  protected static byte[] read(Backend from, ShardName name) throws IOException {
    ByteBuffer target = ByteBuffer.allocate((int) from.size(name));
    assertEquals(target.capacity(), from.read(name, 0, target), "bytes read of " + name);
    return target.array();
  }

  protected static Map<ShardName, Long> listing(Backend of) throws IOException {
    Map<ShardName, Long> seen = new HashMap<>();
    of.list(info -> assertEquals(null, seen.put(info.name(), info.size()), info + " came twice"));
    return seen;
  }

  @Test
  void readReturnsWhatWasWritten() throws IOException {
    for (int length : new int[] {0, 1, 15, 65_536, 65_537, 1_000_003}) {
      ShardName name = ShardName.random();
      byte[] content = bytes(length, length);
      backend.write(name, ByteBuffer.wrap(content));
      assertArrayEquals(content, read(backend, name), length + " bytes");
      assertEquals(length, backend.size(name));
    }
  }

  @Test
  void writeGathersBuffersFromPositionToLimitAndMovesThem() throws IOException {
    byte[] content = bytes(1, 700_000);
    ByteBuffer heap = ByteBuffer.wrap(content, 0, 300_000);
    ByteBuffer direct = ByteBuffer.allocateDirect(400_010).position(5);
    direct.put(content, 300_000, 400_000).flip().position(5);
    ByteBuffer readOnly = ByteBuffer.wrap(new byte[0]).asReadOnlyBuffer();
    ShardName name = ShardName.random();
    backend.write(name, heap, readOnly, direct);
    assertArrayEquals(content, read(backend, name));
    assertFalse(heap.hasRemaining() || direct.hasRemaining(), "buffers move to their limit");
    assertEquals(400_005, direct.limit());
  }

  @Test
  void rangesAreReadExactlyAndEndWithTheShard() throws IOException {
    byte[] content = bytes(2, 10_000);
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(content));
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int offset = random.nextInt(10_400);
      int length = random.nextInt(600);
      ByteBuffer target =
          i % 2 == 0 ? ByteBuffer.allocate(length + 9) : ByteBuffer.allocateDirect(length + 9);
      target.position(4).limit(4 + length);
      int expected = Math.max(0, Math.min(length, content.length - offset));
      assertEquals(expected, backend.read(name, offset, target), "at " + offset + "+" + length);
      assertEquals(4 + expected, target.position());
      for (int j = 0; j < expected; j++) {
        assertEquals(content[offset + j], target.get(4 + j));
      }
    }
    assertEquals(0, backend.read(name, Long.MAX_VALUE, ByteBuffer.allocate(8)));
    assertThrows(
        IllegalArgumentException.class, () -> backend.read(name, -1, ByteBuffer.allocate(8)));
  }

  @Test
  void aTakenNameIsRefusedAndKeepsItsBytes() throws IOException {
    ShardName name = ShardName.random();
    byte[] first = bytes(4, 1000);
    backend.write(name, ByteBuffer.wrap(first));
    ByteBuffer second = ByteBuffer.wrap(bytes(5, 1000));
    assertThrows(ShardExistsException.class, () -> backend.write(name, second));
    assertEquals(0, second.position(), "a failed write moves no buffer");
    assertArrayEquals(first, read(backend, name));
  }

  @Test
  void replaceLeavesTheNewBytesAloneWhateverWasThere() throws IOException {
    ShardName name = ShardName.random();
    for (int length : new int[] {1000, 5, 0, 70_000}) {
      byte[] content = bytes(length, length);
      ByteBuffer first = ByteBuffer.wrap(content, 0, length / 2);
      ByteBuffer second = ByteBuffer.wrap(content, length / 2, length - length / 2);
      backend.replace(name, first, second);
      assertArrayEquals(content, read(backend, name), length + " bytes");
      assertFalse(first.hasRemaining() || second.hasRemaining(), "buffers move to their limit");
      assertEquals(Map.of(name, (long) length), listing(backend));
    }
    assertThrows(
        ShardExistsException.class, () -> backend.write(name, ByteBuffer.wrap(new byte[1])));
    assertTrue(backend.delete(name));
    assertFalse(backend.delete(name));
  }

  @Test
  void readersOfAShardThatIsReplacedSeeOneOrTheOther() throws Exception {
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(filled(0)));
    List<Callable<Boolean>> tasks = new ArrayList<>();
    tasks.add(
        () -> {
          for (int round = 0; round < 100; round++) {
            backend.replace(name, ByteBuffer.wrap(filled(round)));
          }
          return true;
        });
    tasks.add(
        () -> {
          for (int round = 0; round < 500; round++) {
            ByteBuffer target = ByteBuffer.allocate(3000);
            int count = backend.read(name, 0, target);
            byte[] value = java.util.Arrays.copyOf(target.array(), count);
            assertArrayEquals(filled(value[0]), value, "a torn shard");
          }
          return true;
        });
    inParallel(tasks);
  }

  @Test
  void oneOfManyWritersOfANameWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      ShardName name = ShardName.random();
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        byte[] content = bytes(i, 5000);
        writers.add(
            () -> {
              try {
                backend.write(name, ByteBuffer.wrap(content));
                return true;
              } catch (ShardExistsException e) {
                return false;
              }
            });
      }
      List<Boolean> outcomes = inParallel(writers);
      assertEquals(1, outcomes.stream().filter(won -> won).count(), "round " + round);
      assertArrayEquals(bytes(outcomes.indexOf(true), 5000), read(backend, name));
    }
  }

  @Test
  void missingShardsAreReportedAsSuch() throws IOException {
    ShardName name = ShardName.random();
    assertThrows(NoSuchShardException.class, () -> backend.read(name, 0, ByteBuffer.allocate(1)));
    assertThrows(NoSuchShardException.class, () -> backend.size(name));
    assertFalse(backend.delete(name));
  }

  @Test
  void deleteRemovesAndTheNameCanBeWrittenAgain() throws IOException {
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(bytes(6, 100)));
    assertTrue(backend.delete(name));
    assertFalse(backend.delete(name));
    assertThrows(NoSuchShardException.class, () -> backend.size(name));
    assertEquals(Map.of(), listing(backend));
    byte[] again = bytes(7, 50);
    backend.write(name, ByteBuffer.wrap(again));
    assertArrayEquals(again, read(backend, name));
  }

  @Test
  void listVisitsEveryShardOnceAndNothingElse() throws IOException {
    Map<ShardName, Long> expected = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      ShardName name = ShardName.random();
      backend.write(name, ByteBuffer.wrap(new byte[i]));
      expected.put(name, (long) i);
    }
    backend.writeRecord("marker", new byte[5]);
    assertEquals(expected, listing(backend));
  }

  @Test
  void listSeesNoPartOfWhatIsBeingWritten() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    byte[] content = bytes(8, 400_000);
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      Future<Set<ShardName>> written =
          writer.submit(
              () -> {
                Set<ShardName> names = new HashSet<>();
                for (int i = 0; i < 30; i++) {
                  ShardName name = ShardName.random();
                  backend.write(name, ByteBuffer.wrap(content));
                  names.add(name);
                }
                done.set(true);
                return names;
              });
      while (!done.get() && !written.isDone()) {
        listing(backend).values().forEach(size -> assertEquals(content.length, size));
      }
      assertEquals(written.get(), listing(backend).keySet());
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void anotherBackendOnTheSamePlaceSeesEverything() throws IOException {
    try (Backend other = open()) {
      ShardName name = ShardName.random();
      byte[] content = bytes(9, 3000);
      backend.write(name, ByteBuffer.wrap(content));
      backend.writeRecord("slot", content);
      assertArrayEquals(content, read(other, name));
      assertArrayEquals(content, other.readRecord("slot").orElseThrow());
      assertThrows(
          ShardExistsException.class, () -> other.write(name, ByteBuffer.wrap(new byte[1])));
      assertTrue(other.delete(name));
      byte[] replaced = bytes(10, 3000);
      other.write(name, ByteBuffer.wrap(replaced));
      assertArrayEquals(replaced, read(backend, name), "no stale bytes");
    }
  }

  @Test
  void whatWasWrittenIsThereAfterReopening() throws IOException {
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(bytes(11, 20)));
    backend.writeRecord("marker", bytes(12, 20));
    backend.close();
    backend = open();
    assertArrayEquals(bytes(11, 20), read(backend, name));
    assertArrayEquals(bytes(12, 20), backend.readRecord("marker").orElseThrow());
  }

  @Test
  void recordsAreReplacedWholeAndRemoved() throws IOException {
    assertEquals(Optional.empty(), backend.readRecord("slot-1"));
    assertFalse(backend.deleteRecord("slot-1"));
    for (int length : new int[] {0, 100, 3, Backend.MAX_RECORD_BYTES}) {
      byte[] value = bytes(length, length);
      backend.writeRecord("slot-1", value);
      assertArrayEquals(value, backend.readRecord("slot-1").orElseThrow());
    }
    assertTrue(backend.deleteRecord("slot-1"));
    assertEquals(Optional.empty(), backend.readRecord("slot-1"));
  }

  @Test
  void recordsAreNotSharedWithTheirCallers() throws IOException {
    byte[] value = {1, 2, 3};
    backend.writeRecord("slot", value);
    value[0] = 9;
    backend.readRecord("slot").orElseThrow()[1] = 9;
    assertArrayEquals(new byte[] {1, 2, 3}, backend.readRecord("slot").orElseThrow());
  }

  @Test
  void badRecordArgumentsAreRefused() {
    for (String key : new String[] {"", "A", "a/b", "..", "a.b", "é", "a".repeat(65)}) {
      assertThrows(
          IllegalArgumentException.class, () -> backend.writeRecord(key, new byte[1]), key);
      assertThrows(IllegalArgumentException.class, () -> backend.readRecord(key), key);
      assertThrows(IllegalArgumentException.class, () -> backend.deleteRecord(key), key);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> backend.writeRecord("a", new byte[Backend.MAX_RECORD_BYTES + 1]));
  }

  @Test
  void readersOfARecordSeeOneWriteOrAnother() throws Exception {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    backend.writeRecord("slot", filled(0));
    for (int i = 0; i < 2; i++) {
      int first = i;
      tasks.add(
          () -> {
            for (int round = 0; round < 60; round++) {
              backend.writeRecord("slot", filled(2 * round + first));
            }
            return true;
          });
      tasks.add(
          () -> {
            for (int round = 0; round < 300; round++) {
              byte[] value = backend.readRecord("slot").orElseThrow();
              assertArrayEquals(filled(value[0]), value, "a torn record");
            }
            return true;
          });
    }
    inParallel(tasks);
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[2000 + value];
    java.util.Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void capacityIsSane() throws IOException {
    Capacity capacity = backend.capacity();
    capacity.total().ifPresent(total -> assertTrue(total > 0, "total " + total));
    capacity.free().ifPresent(free -> assertTrue(free >= 0, "free " + free));
  }

  @Test
  void everyCallFailsOnceClosed() throws IOException {
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(new byte[1]));
    backend.close();
    backend.close();
    everyCallThrows(IOException.class, name);
    try (Backend again = open()) {
      assertEquals(Set.of(name), listing(again).keySet());
    }
  }

  @Test
  void aVanishedPlaceIsGoneAndNotMadeAnew() throws IOException {
    ShardName name = ShardName.random();
    backend.write(name, ByteBuffer.wrap(new byte[1]));
    vanish();
    everyCallThrows(ArchiveGoneException.class, name);
    everyCallThrows(ArchiveGoneException.class, ShardName.random());
  }

  private void everyCallThrows(Class<? extends IOException> expected, ShardName name) {
    assertThrows(expected, () -> backend.write(name, ByteBuffer.wrap(new byte[1])));
    assertThrows(expected, () -> backend.replace(name, ByteBuffer.wrap(new byte[1])));
    assertThrows(expected, () -> backend.read(name, 0, ByteBuffer.allocate(1)));
    assertThrows(expected, () -> backend.size(name));
    assertThrows(expected, () -> backend.delete(name));
    assertThrows(expected, () -> backend.list(info -> {}));
    assertThrows(expected, () -> backend.readRecord("marker"));
    assertThrows(expected, () -> backend.writeRecord("marker", new byte[1]));
    assertThrows(expected, () -> backend.deleteRecord("marker"));
    assertThrows(expected, () -> backend.capacity());
  }

  private static <T> List<T> inParallel(List<Callable<T>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
