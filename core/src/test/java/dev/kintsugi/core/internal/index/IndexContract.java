package dev.kintsugi.core.internal.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows.RecordKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Index} must do. */
public abstract class IndexContract {
  private static final byte[] HASH = hash(1);

  private Index index = new MemoryIndex();

  /** Makes an empty index. */
  protected abstract Index create();

  @BeforeEach
  final void createIndex() {
    index = create();
  }

  @AfterEach
  final void closeIndex() {
    index.close();
  }

  @Test
  void rowsAreReadAsTheyWereWritten() {
    Rows.Inode inode = new Rows.Inode(7, Long.MAX_VALUE, 1L << 40, new byte[] {1, 2});
    Rows.Content content = new Rows.Content(7, 3, 0, new byte[0]);
    Rows.Entry entry = new Rows.Entry(1, HASH, 7, 9, new byte[] {0, -1});
    write(
        w -> {
          w.putInode(inode);
          w.putContent(content, List.of());
          w.putEntry(entry);
        });
    index.read(
        r -> {
          Rows.Inode i = r.inode(7).orElseThrow();
          assertEquals(Long.MAX_VALUE, i.version());
          assertEquals(1L << 40, i.leaf());
          assertArrayEquals(inode.sealed(), i.sealed());
          assertArrayEquals(new byte[0], r.content(7).orElseThrow().sealed());
          Rows.Entry e = r.entry(1, HASH).orElseThrow();
          assertEquals(7, e.ino());
          assertEquals(9, e.leaf());
          assertArrayEquals(HASH, e.nameHash());
          assertArrayEquals(entry.sealedName(), e.sealedName());
          assertTrue(r.inode(8).isEmpty());
          assertTrue(r.content(8).isEmpty());
          assertTrue(r.entry(1, hash(2)).isEmpty());
          assertTrue(r.entry(2, HASH).isEmpty());
          return 0;
        });
  }

  @Test
  void entriesComeInTheOrderOfTheirHashesAndOfOneDirectoryOnly() {
    write(
        w -> {
          for (int i : new int[] {200, 3, 127, 128, 0}) {
            w.putEntry(new Rows.Entry(5, hash(i), i, i, new byte[] {1}));
            w.putEntry(new Rows.Entry(6, hash(i), i, i, new byte[] {1}));
          }
        });
    List<Long> seen = new ArrayList<>();
    index.read(
        r -> {
          // A visitor may ask again: directories are walked that way.
          r.entries(5, e -> r.entries(6, inner -> seen.add(e.ino())));
          assertTrue(r.hasEntries(5));
          assertFalse(r.hasEntries(7));
          return 0;
        });
    List<Long> expected = new ArrayList<>();
    for (long ino : new long[] {0, 3, 127, 128, 200}) {
      for (int i = 0; i < 5; i++) {
        expected.add(ino);
      }
    }
    assertEquals(expected, seen);
  }

  @Test
  void pagesOfEntriesCoverADirectoryOnce() {
    write(
        w -> {
          for (int i = 0; i < 256; i += 5) {
            w.putEntry(new Rows.Entry(5, hash(i), i, i, new byte[] {1}));
            w.putEntry(new Rows.Entry(4, hash(i), i, i, new byte[] {1}));
          }
        });
    List<Long> seen = new ArrayList<>();
    index.read(
        r -> {
          List<Rows.Entry> page = r.entries(5, null, 7);
          while (!page.isEmpty()) {
            page.forEach(e -> seen.add(e.ino()));
            page = r.entries(5, page.get(page.size() - 1).nameHash(), 7);
          }
          return 0;
        });
    assertEquals(LongStream.iterate(0, i -> i < 256, i -> i + 5).boxed().toList(), seen);
  }

  @Test
  void entriesNamingFindsEveryName() {
    write(
        w -> {
          w.putEntry(new Rows.Entry(5, hash(1), 9, 1, new byte[] {1}));
          w.putEntry(new Rows.Entry(6, hash(2), 9, 2, new byte[] {1}));
          w.putEntry(new Rows.Entry(6, hash(3), 8, 3, new byte[] {1}));
          w.putEntry(new Rows.Entry(6, hash(2), 7, 4, new byte[] {1})); // replaces
        });
    assertEquals(
        List.of(1L), index.read(r -> r.entriesNaming(9).stream().map(Rows.Entry::leaf).toList()));
    write(w -> w.removeEntry(5, hash(1)));
    write(w -> w.removeEntry(5, hash(1))); // once more has no effect
    assertEquals(List.of(), index.read(r -> r.entriesNaming(9)));
  }

  @Test
  void aFailedTransactionLeavesNothing() {
    StripeId old = data(w -> {}, 1);
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                write(
                    w -> {
                      w.putInode(new Rows.Inode(7, 1, 1, new byte[1]));
                      w.setCounter("c", 5);
                      assertEquals(List.of(old), w.retireDead());
                      throw new IllegalArgumentException("on purpose");
                    }));
    assertEquals("on purpose", thrown.getMessage());
    assertTrue(index.read(r -> r.inode(7)).isEmpty());
    assertEquals(OptionalLong.empty(), index.read(r -> r.counter("c")));
    assertFalse(index.read(r -> r.stripe(old)).orElseThrow().retired());
    assertEquals(List.of(old), index.<List<StripeId>>write(IndexWriter::retireDead));
  }

  @Test
  void aReaderKeepsItsSnapshotWhileOthersWrite() throws Exception {
    write(w -> w.setCounter("c", 1));
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> snapshot =
          threads.submit(
              () ->
                  index.read(
                      r -> {
                        boolean first = r.counter("c").getAsLong() == 1;
                        reading.countDown();
                        await(written);
                        return first && r.counter("c").getAsLong() == 1 && r.inode(1).isEmpty();
                      }));
      await(reading);
      write(w -> w.setCounter("c", 2));
      write(w -> w.putInode(new Rows.Inode(1, 1, 1, new byte[1])));
      written.countDown();
      assertTrue(snapshot.get(), "the snapshot changed under the reader");
    } finally {
      threads.shutdownNow();
    }
    assertEquals(2, index.read(r -> r.counter("c")).getAsLong());
  }

  @Test
  void aWriterSeesItsOwnChangesAndReadersDoNot() {
    write(
        w -> {
          w.setCounter("c", 3);
          assertEquals(3, w.counter("c").getAsLong());
          assertTrue(index.read(r -> r.counter("c")).isEmpty());
        });
  }

  @Test
  void writesAreNotReentrantAndSnapshotsDoNotOutliveTheirFunction() {
    assertThrows(IllegalStateException.class, () -> write(w -> write(inner -> {})));
    IndexReader fromRead = index.read(r -> r);
    assertThrows(IllegalStateException.class, () -> fromRead.counter("c"));
    IndexWriter fromWrite = index.write(w -> w);
    assertThrows(IllegalStateException.class, () -> fromWrite.setCounter("c", 1));
    assertThrows(IllegalStateException.class, () -> fromWrite.counter("c"));
  }

  @Test
  void aClosedIndexRefuses() {
    index.close();
    index.close();
    assertThrows(IllegalStateException.class, () -> index.read(r -> r.counter("c")));
    assertThrows(IllegalStateException.class, () -> write(w -> w.setCounter("c", 1)));
  }

  @Test
  void countersStartWhereTold() {
    assertEquals(100, index.<Long>write(w -> w.addToCounter("c", 5, 100)));
    assertEquals(105, index.<Long>write(w -> w.addToCounter("c", 5, 100)));
    assertEquals(110, index.read(r -> r.counter("c")).getAsLong());
  }

  @Test
  void anInodeWithEntriesCannotBeRemoved() {
    write(
        w -> {
          w.putInode(new Rows.Inode(1, 1, 1, new byte[1]));
          w.putInode(new Rows.Inode(2, 1, 2, new byte[1]));
          w.putEntry(new Rows.Entry(1, HASH, 2, 3, new byte[1]));
        });
    assertThrows(IllegalStateException.class, () -> write(w -> w.removeInode(1)));
    assertThrows(IllegalStateException.class, () -> write(w -> w.removeInode(2)));
    write(
        w -> {
          w.removeEntry(1, HASH);
          w.removeInode(2);
        });
    assertTrue(index.read(r -> r.inode(2)).isEmpty());
  }

  @Test
  void shardsAreFoundByStripeAndByName() {
    StripeId id = data(w -> {}, 3);
    List<Rows.Shard> shards = index.read(r -> r.shards(id));
    assertEquals(List.of(0, 1, 2), shards.stream().map(Rows.Shard::index).toList());
    Rows.Shard last = shards.get(2);
    assertEquals(Optional.of(last), index.read(r -> r.shardNamed(2, last.name())));
    assertTrue(index.read(r -> r.shardNamed(1, last.name())).isEmpty());
    assertTrue(index.read(r -> r.shards(StripeId.random())).isEmpty());
    assertTrue(index.read(r -> r.stripe(StripeId.random())).isEmpty());
    Rows.Shard moved = new Rows.Shard(id, 2, 9, ShardName.random(), true);
    write(w -> w.putShard(moved));
    assertEquals(moved, index.read(r -> r.shards(id)).get(2));
    assertTrue(index.read(r -> r.shardNamed(2, last.name())).isEmpty());
    assertEquals(new IndexReader.ArchiveTotals(1, 1000, 1), index.read(r -> r.archiveTotals(9)));
    assertEquals(new IndexReader.ArchiveTotals(0, 0, 0), index.read(r -> r.archiveTotals(2)));
  }

  @Test
  void rowsThatContradictOthersAreRefused() {
    StripeId id = data(w -> {}, 2);
    Rows.Shard taken = index.read(r -> r.shards(id)).get(0);
    StripeId other = StripeId.random();
    List<IndexChange> wrong =
        List.of(
            w -> w.putStripe(stripe(other, Role.DATA), List.of()),
            w -> w.putStripe(stripe(id, Role.DATA), List.of(shard(id, 5))),
            w -> w.putStripe(stripe(other, Role.DATA), List.of(shard(id, 0))),
            w ->
                w.putStripe(
                    stripe(other, Role.DATA),
                    List.of(new Rows.Shard(other, 0, 0, taken.name(), false))),
            w -> w.putShard(shard(id, 2)),
            w -> w.putShard(shard(other, 0)),
            w -> w.putContent(new Rows.Content(1, 1, 1, new byte[1]), List.of(other)),
            w -> w.putRecords(List.of(new Rows.ManifestRecord(other, RecordKind.INODE, 1, 1))));
    for (int i = 0; i < wrong.size(); i++) {
      IndexChange change = wrong.get(i);
      assertThrows(IllegalArgumentException.class, () -> write(change), "number " + i);
    }
    assertThrows(IllegalStateException.class, () -> write(w -> w.removeShard(id, 0)));
  }

  @Test
  void pagesCoverEveryStripeOnceInTheOrderOfIds() {
    for (int i = 0; i < 25; i++) {
      data(w -> {}, 1);
    }
    List<StripeId> seen = new ArrayList<>();
    StripeId after = null;
    while (true) {
      StripeId from = after;
      List<Rows.Stripe> page = index.read(r -> r.stripes(from, 10));
      assertTrue(page.size() <= 10);
      if (page.isEmpty()) {
        break;
      }
      page.forEach(s -> seen.add(s.id()));
      after = page.get(page.size() - 1).id();
    }
    assertEquals(25, seen.size());
    assertEquals(seen.stream().sorted().distinct().toList(), seen);
    assertEquals(25, index.read(IndexReader::stripeCount));
  }

  /** A change without result. */
  public interface IndexChange {
    void apply(IndexWriter writer);
  }

  protected final Index index() {
    return index;
  }

  protected final void write(IndexChange change) {
    index.write(
        w -> {
          change.apply(w);
          return 0;
        });
  }

  /** Puts a data stripe with fresh shards, one per archive, in one transaction with a change. */
  final StripeId data(IndexChange change, int shards) {
    StripeId id = StripeId.random();
    write(
        w -> {
          putStripe(w, id, Role.DATA, shards);
          change.apply(w);
        });
    return id;
  }

  static void putStripe(IndexWriter w, StripeId id, Role role, int shards) {
    List<Rows.Shard> rows = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      rows.add(shard(id, i));
    }
    w.putStripe(stripe(id, role), rows);
  }

  static Rows.Stripe stripe(StripeId id, Role role) {
    return new Rows.Stripe(id, role, "rs:4+2", 1000, 1, role == Role.DATA ? 0 : 100, false);
  }

  static Rows.Shard shard(StripeId id, int i) {
    return new Rows.Shard(id, i, i, ShardName.random(), false);
  }

  static byte[] hash(int first) {
    byte[] hash = new byte[16];
    hash[0] = (byte) first;
    return hash;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
