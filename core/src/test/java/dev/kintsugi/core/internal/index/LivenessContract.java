package dev.kintsugi.core.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows.RecordKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When stripes die and are forgotten: the second half of {@link IndexContract}. */
public abstract class LivenessContract extends IndexContract {
  @Test
  void aDataStripeDiesWithItsLastReference() {
    StripeId shared = StripeId.random();
    StripeId own = StripeId.random();
    write(
        w -> {
          putStripe(w, shared, Role.DATA, 2);
          putStripe(w, own, Role.DATA, 2);
          w.putContent(content(1, 1), List.of(shared, own));
          w.putContent(content(2, 1), List.of(shared));
          assertEquals(List.of(), w.retireDead());
        });
    assertEquals(List.of(1L, 2L), index().read(r -> r.inodesIn(shared)));
    assertEquals(List.of(1L), index().read(r -> r.inodesIn(own)));
    write(
        w -> {
          w.putContent(content(1, 2), List.of(shared));
          assertEquals(List.of(own), w.retireDead());
          assertEquals(List.of(), w.retireDead());
          w.removeContent(1);
          assertEquals(List.of(), w.retireDead());
          w.removeInode(2);
          assertEquals(List.of(shared), w.retireDead());
        });
    assertEquals(2, index().<List<?>>read(r -> r.retiredStripes(10)).size());
    assertEquals(1, index().<List<?>>read(r -> r.retiredStripes(1)).size());
    var paged =
        index()
            .read(
                r -> {
                  var first = r.retiredStripes(null, 1);
                  var second = r.retiredStripes(first.get(0).id(), 5);
                  return List.of(
                      first.get(0).id(),
                      second.get(0).id(),
                      r.retiredStripes(second.get(0).id(), 5).size());
                });
    assertEquals(
        index().read(r -> r.retiredStripes(10).stream().map(row -> row.id()).toList()),
        paged.subList(0, 2));
    assertEquals(0, paged.get(2));
    assertTrue(index().read(r -> r.stripe(own)).orElseThrow().retired());
  }

  @Test
  void whatDiedInOneTransactionCanBeRetiredInALaterOne() {
    StripeId id = StripeId.random();
    write(
        w -> {
          putStripe(w, id, Role.DATA, 1);
          w.putContent(content(1, 1), List.of(id));
          assertEquals(List.of(), w.retireDead());
        });
    write(w -> w.removeContent(1));
    assertEquals(List.of(id), index().<List<StripeId>>write(IndexWriter::retireDead));
  }

  @Test
  void aManifestStripeDiesWithItsLastNewestRecord() {
    StripeId first = manifest(record(RecordKind.INODE, 1, 1), record(RecordKind.CONTENT, 1, 1));
    write(
        w -> {
          w.putInode(inode(1, 1));
          w.putContent(content(1, 1), List.of());
          assertEquals(List.of(), w.retireDead());
        });
    assertEquals(List.of(1L), index().read(r -> r.inodesIn(first)));
    StripeId second = manifest(record(RecordKind.INODE, 1, 2));
    write(
        w -> {
          w.putInode(inode(1, 2));
          assertEquals(List.of(), w.retireDead(), "the content's record is still the newest");
        });
    write(
        w -> {
          w.removeContent(1);
          assertEquals(List.of(first), w.retireDead());
        });
    assertEquals(List.of(), index().read(r -> r.inodesIn(first)));
    assertEquals(List.of(1L), index().read(r -> r.inodesIn(second)));
    assertEquals(2, index().<List<?>>read(r -> r.records(first)).size());
  }

  @Test
  void aTombstoneLivesUntilEveryOlderRecordOfItsInodeIsGone() {
    StripeId born = manifest(record(RecordKind.INODE, 7, 1));
    write(
        w -> {
          w.putInode(inode(7, 1));
          w.retireDead();
        });
    StripeId changed = manifest(record(RecordKind.INODE, 7, 2), record(RecordKind.INODE, 8, 2));
    write(
        w -> {
          w.putInode(inode(7, 2));
          w.putInode(inode(8, 2));
          assertEquals(List.of(born), w.retireDead());
        });
    StripeId buried = manifest(record(RecordKind.TOMBSTONE, 7, 3));
    write(
        w -> {
          w.removeInode(7);
          assertEquals(List.of(), w.retireDead());
        });
    forget(born, 2);
    assertEquals(List.of(), index().<List<StripeId>>write(IndexWriter::retireDead));
    StripeId last = manifest(record(RecordKind.TOMBSTONE, 8, 4));
    write(
        w -> {
          w.removeInode(8);
          assertEquals(List.of(changed), w.retireDead());
        });
    write(w -> w.removeShard(changed, 0));
    assertEquals(
        List.of(),
        index().<List<StripeId>>write(IndexWriter::retireDead),
        "one shard of the older record is still there");
    write(w -> w.removeShard(changed, 1));
    assertTrue(index().read(r -> r.stripe(changed)).isEmpty());
    assertEquals(
        Stream.of(buried, last).sorted().toList(),
        index().<List<StripeId>>write(IndexWriter::retireDead));
  }

  @Test
  void tombstonesOfTombstonedStripesFormAChainThatUnravels() {
    int length = 6;
    StripeId[] chain = new StripeId[length + 1];
    chain[0] = manifest(record(RecordKind.INODE, 100, 1));
    write(w -> w.putInode(inode(100, 1)));
    for (int i = 1; i <= length; i++) {
      // Each stripe buries the inode of the one before and holds one more inode.
      chain[i] =
          i < length
              ? manifest(
                  record(RecordKind.TOMBSTONE, 99L + i, 1L + i),
                  record(RecordKind.INODE, 100L + i, 1L + i))
              : manifest(record(RecordKind.TOMBSTONE, 99L + i, 1L + i));
      long dead = 99L + i;
      long born = 100L + i;
      long version = 1L + i;
      boolean more = i < length;
      write(
          w -> {
            w.removeInode(dead);
            if (more) {
              w.putInode(inode(born, version));
            }
          });
    }
    for (int i = 0; i <= length; i++) {
      List<StripeId> dead = index().write(IndexWriter::retireDead);
      assertEquals(List.of(chain[i]), dead, "link " + i);
      forget(chain[i], 2);
    }
    assertEquals(0, index().read(IndexReader::stripeCount));
  }

  @Test
  void twoTombstonesOfOneInodeDoNotKeepEachOther() {
    StripeId one = manifest(record(RecordKind.TOMBSTONE, 7, 1));
    StripeId two = manifest(record(RecordKind.TOMBSTONE, 7, 2));
    assertEquals(
        Stream.of(one, two).sorted().toList(),
        index().<List<StripeId>>write(IndexWriter::retireDead));
  }

  @Test
  void missingShardsAreCountedUntilRetiredOrMended() {
    StripeId id = data(w -> w.putContent(content(1, 1), List.of()), 3);
    write(w -> w.putContent(content(1, 2), List.of(id)));
    assertEquals(List.of(), index().read(r -> r.stripesWithMissingShards(null, 10)));
    for (int i = 1; i < 3; i++) {
      Rows.Shard s = index().read(r -> r.shards(id)).get(i);
      write(w -> w.putShard(new Rows.Shard(id, s.index(), s.archive(), s.name(), true)));
    }
    assertEquals(1, index().<List<?>>read(r -> r.stripesWithMissingShards(null, 10)).size());
    assertEquals(List.of(), index().read(r -> r.stripesWithMissingShards(id, 10)));
    Rows.Shard mended = index().read(r -> r.shards(id)).get(2);
    write(w -> w.putShard(new Rows.Shard(id, 2, mended.archive(), mended.name(), false)));
    assertEquals(1, index().<List<?>>read(r -> r.stripesWithMissingShards(null, 10)).size());
    assertEquals(new IndexReader.ArchiveTotals(1, 1000, 1), index().read(r -> r.archiveTotals(1)));
    write(
        w -> {
          w.removeContent(1);
          assertEquals(List.of(id), w.retireDead());
        });
    assertEquals(List.of(), index().read(r -> r.stripesWithMissingShards(null, 10)));
    assertEquals(new IndexReader.ArchiveTotals(0, 0, 0), index().read(r -> r.archiveTotals(1)));
  }

  @Test
  void aRetiredStripeIsNotReferredToAgainAndGoesWithItsLastShard() {
    StripeId id = data(w -> assertEquals(1, w.retireDead().size()), 2);
    assertThrows(
        IllegalArgumentException.class, () -> write(w -> w.putContent(content(1, 1), List.of(id))));
    write(w -> w.removeShard(id, 1));
    write(w -> w.removeShard(id, 1));
    assertTrue(index().read(r -> r.stripe(id)).isPresent());
    assertEquals(1, index().<List<?>>read(r -> r.shards(id)).size());
    forget(id, 2);
    assertFalse(index().read(r -> r.stripe(id)).isPresent());
    write(w -> w.removeShard(id, 0));
    assertEquals(List.of(), index().read(r -> r.retiredStripes(10)));
  }

  private StripeId manifest(Rows.ManifestRecord... records) {
    StripeId id = StripeId.random();
    write(
        w -> {
          putStripe(w, id, Role.MANIFEST, 2);
          for (Rows.ManifestRecord r : records) {
            w.putRecords(List.of(new Rows.ManifestRecord(id, r.kind(), r.ino(), r.version())));
          }
        });
    return id;
  }

  private void forget(StripeId id, int shards) {
    for (int i = 0; i < shards; i++) {
      int index = i;
      write(w -> w.removeShard(id, index));
    }
  }

  private static Rows.ManifestRecord record(RecordKind kind, long ino, long version) {
    return new Rows.ManifestRecord(new StripeId(0, 0), kind, ino, version);
  }

  private static Rows.Inode inode(long ino, long version) {
    return new Rows.Inode(ino, version, version, new byte[1]);
  }

  private static Rows.Content content(long ino, long version) {
    return new Rows.Content(ino, version, version, new byte[1]);
  }
}
