package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.dispersal.StripeBuilder;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.Changes;
import dev.kintsugi.core.internal.namespace.SealedRecord;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes a commit's records to the archives, as one or more manifest stripes. */
final class ManifestWriter {
  /**
   * What a commit says.
   *
   * @param sequence its number
   * @param incarnation which of the writers that may use the number writes it
   * @param nextLeaf a leaf id above every id reserved so far
   * @param nextInode an inode number above every number reserved so far
   * @param changes its records and tombstones
   * @param retired stripes whose shards are being deleted
   * @param ended writers that may have left manifests which do not count
   */
  record Commit(
      long sequence,
      long incarnation,
      long nextLeaf,
      long nextInode,
      Changes changes,
      List<Rows.Stripe> retired,
      List<CommitHeader.Ended> ended) {}

  /**
   * A manifest stripe and the rows of what it records.
   *
   * @param stripe the stripe as stored
   * @param records what it records
   */
  record Part(StoredStripe stripe, List<Rows.ManifestRecord> records) {}

  /** A line of the directory: a record that has no address yet, or an entry without one. */
  private record Line(
      RecordKind kind, Optional<SealedRecord> record, Optional<CommitHeader.Entry> entry) {
    static Line of(SealedRecord record) {
      return new Line(record.kind(), Optional.of(record), Optional.empty());
    }

    static Line of(CommitHeader.Entry entry) {
      return new Line(entry.kind(), Optional.empty(), Optional.of(entry));
    }
  }

  /** Until there are epochs, all is written in the first. */
  static final long EPOCH = 0;

  private final byte[] vault;
  private final GroupKeys keys;
  private final Scheme scheme;
  private final StripeWriter writer;

  ManifestWriter(byte[] vault, GroupKeys keys, StripeWriter writer) {
    this.vault = vault.clone();
    this.keys = keys;
    this.scheme = writer.scheme();
    this.writer = writer;
  }

  /**
   * Writes a commit.
   *
   * @param written receives every part that was stored, also when a later one is not
   * @return its parts
   * @throws dev.kintsugi.core.ArchiveUnavailableException if a part could not be stored
   * @throws KintsugiException if a record is longer than a stripe
   */
  List<Part> write(Commit commit, List<StoredStripe> written) {
    List<Line> lines = new ArrayList<>();
    commit.ended.forEach(ended -> lines.add(Line.of(ended)));
    commit.changes.records().forEach(record -> lines.add(Line.of(record)));
    for (long ino : commit.changes.tombstones()) {
      lines.add(Line.of(new CommitHeader.Tombstone(ino, commit.sequence)));
    }
    for (Rows.Stripe stripe : commit.retired) {
      lines.add(Line.of(new CommitHeader.Retired(stripe.id())));
    }
    List<List<Line>> cut = cut(lines);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < cut.size(); i++) {
      parts.add(writePart(commit, i, cut.size(), cut.get(i), written));
    }
    return parts;
  }

  private Part writePart(
      Commit commit, int part, int parts, List<Line> lines, List<StoredStripe> written) {
    StripeId id = StripeId.random();
    int headerLength = CommitHeader.encodedLength(lines.stream().map(Line::kind).toList());
    try (StripeBuilder builder = writer.builder();
        ExtentKey headerKey = keys.commitHeaderKey(vault, id)) {
      builder.reserve(headerLength);
      for (Line line : lines) {
        line.record.ifPresent(record -> builder.reserve(plainLength(record)));
      }
      List<CommitHeader.Entry> entries = new ArrayList<>();
      List<Rows.ManifestRecord> records = new ArrayList<>();
      int extent = 1;
      for (Line line : lines) {
        if (line.record.isPresent()) {
          SealedRecord record = line.record.get();
          builder.put(extent, record.sealed());
          entries.add(
              new CommitHeader.Located(
                  record.kind(),
                  record.ino(),
                  record.version(),
                  record.leaf(),
                  builder.address(extent),
                  plainLength(record)));
          extent++;
        } else {
          entries.add(line.entry.orElseThrow());
        }
        row(id, entries.get(entries.size() - 1)).ifPresent(records::add);
      }
      byte[] header =
          new CommitHeader(
                  commit.sequence,
                  commit.incarnation,
                  part,
                  parts,
                  commit.nextLeaf,
                  commit.nextInode,
                  entries)
              .encode();
      builder.seal(0, headerKey, header, 0);
      builder.complete();
      int head = Math.toIntExact(ExtentSealer.sealedLength(headerLength));
      StoredStripe stripe =
          Failures.await(writer.write(builder, id, Role.MANIFEST, commit.sequence, head, EPOCH));
      written.add(stripe);
      return new Part(stripe, records);
    }
  }

  private static Optional<Rows.ManifestRecord> row(StripeId stripe, CommitHeader.Entry entry) {
    if (entry instanceof CommitHeader.Located located) {
      Rows.RecordKind kind =
          located.kind() == RecordKind.INODE ? Rows.RecordKind.INODE : Rows.RecordKind.CONTENT;
      return Optional.of(new Rows.ManifestRecord(stripe, kind, located.ino(), located.version()));
    }
    if (entry instanceof CommitHeader.Tombstone tombstone) {
      return Optional.of(
          new Rows.ManifestRecord(
              stripe, Rows.RecordKind.TOMBSTONE, tombstone.ino(), tombstone.version()));
    }
    return Optional.empty();
  }

  private static int plainLength(SealedRecord record) {
    return Math.toIntExact(ExtentSealer.plainLength(record.sealed().length));
  }

  /** Cuts the directory into parts, each as long as fits into a stripe. */
  private List<List<Line>> cut(List<Line> lines) {
    List<List<Line>> parts = new ArrayList<>();
    for (int start = 0; start < lines.size(); ) {
      int fits = 0;
      int most = lines.size() - start;
      while (fits < most) {
        int middle = fits + (most - fits + 1) / 2;
        if (fits(lines.subList(start, start + middle))) {
          fits = middle;
        } else {
          most = middle - 1;
        }
      }
      if (fits == 0) {
        throw new KintsugiException(
            "a record of "
                + lines.get(start).record.map(ManifestWriter::plainLength).orElse(0)
                + " bytes is longer than a stripe of "
                + scheme
                + "; the file has too many extents");
      }
      parts.add(lines.subList(start, start + fits));
      start += fits;
    }
    return parts;
  }

  private boolean fits(List<Line> lines) {
    StripeFill fill = new StripeFill(scheme.dataShards(), scheme.fullShardLength());
    if (!fill.add(CommitHeader.encodedLength(lines.stream().map(Line::kind).toList()))) {
      return false;
    }
    for (Line line : lines) {
      if (line.record.isPresent() && !fill.add(plainLength(line.record.get()))) {
        return false;
      }
    }
    return true;
  }
}
