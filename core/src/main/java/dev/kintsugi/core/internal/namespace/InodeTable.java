package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The inodes that a commit has looked at, with their changes until {@link #finish} seals one record
 * for each that changed, however often it did.
 */
final class InodeTable {
  private final IndexWriter index;
  private final RecordSeals seals;
  private final LongSupplier leaves;
  private final long version;
  private final TreeMap<Long, InodeDraft> drafts = new TreeMap<>();
  private final List<Long> tombstones = new ArrayList<>();
  private final List<Long> deadLeaves = new ArrayList<>();

  InodeTable(IndexWriter index, RecordSeals seals, LongSupplier leaves, long version) {
    this.index = index;
    this.seals = seals;
    this.leaves = leaves;
    this.version = version;
  }

  /**
   * Returns an inode that something refers to.
   *
   * @throws IntegrityException if it does not exist
   */
  InodeDraft get(long ino) {
    InodeDraft known = drafts.get(ino);
    if (known != null) {
      return known;
    }
    Rows.Inode row =
        index
            .inode(ino)
            .orElseThrow(
                () -> new IntegrityException("the index names inode " + ino + ", but has none"));
    InodeDraft draft = new InodeDraft(row, seals.openInode(row));
    drafts.put(ino, draft);
    return draft;
  }

  /** Adds an inode that this commit makes. */
  void add(InodeDraft draft) {
    if (drafts.put(draft.ino(), draft) != null || index.inode(draft.ino()).isPresent()) {
      throw new IllegalStateException("inode number " + draft.ino() + " is given twice");
    }
  }

  /** Gives a file new content; leaves of extents it no longer has die. */
  void replaceExtents(InodeDraft draft, long size, List<ContentRecord.Extent> extents) {
    Set<Long> kept = new HashSet<>();
    extents.forEach(extent -> kept.add(extent.leaf()));
    for (ContentRecord.Extent old : extentsOf(draft)) {
      if (!kept.contains(old.leaf())) {
        kill(old.leaf());
      }
    }
    draft.setExtents(size, extents);
  }

  /** Removes an inode that nothing names any more. */
  void remove(InodeDraft draft) {
    extentsOf(draft).forEach(extent -> kill(extent.leaf()));
    index.content(draft.ino()).ifPresent(row -> kill(row.leaf()));
    Rows.Inode before = draft.before();
    if (before != null) {
      kill(before.leaf());
      tombstones.add(draft.ino());
    }
    index.removeInode(draft.ino());
    drafts.remove(draft.ino());
  }

  /** Notes that a leaf seals nothing any more once the commit is done. */
  void kill(long leaf) {
    deadLeaves.add(leaf);
  }

  /** Seals what changed, writes its rows and returns it. */
  Changes finish() {
    List<SealedRecord> records = new ArrayList<>();
    for (InodeDraft draft : drafts.values()) {
      if (!draft.isDirty()) {
        continue;
      }
      List<ContentRecord.Extent> extents = draft.freshExtents();
      if (extents != null) {
        writeContent(draft, extents).ifPresent(records::add);
      }
      Rows.Inode before = draft.before();
      if (before != null) {
        kill(before.leaf());
      }
      long leaf = leaves.getAsLong();
      byte[] sealed = seals.sealInode(draft.toRecord(), leaf);
      index.putInode(new Rows.Inode(draft.ino(), version, leaf, sealed));
      records.add(new SealedRecord(RecordKind.INODE, draft.ino(), version, leaf, sealed));
    }
    Collections.sort(tombstones);
    return new Changes(records, tombstones, deadLeaves);
  }

  private Optional<SealedRecord> writeContent(
      InodeDraft draft, List<ContentRecord.Extent> extents) {
    index.content(draft.ino()).ifPresent(row -> kill(row.leaf()));
    if (extents.isEmpty()) {
      index.removeContent(draft.ino());
      draft.setContentVersion(0);
      return Optional.empty();
    }
    long leaf = leaves.getAsLong();
    byte[] sealed = seals.sealContent(draft.ino(), new ContentRecord(extents), leaf);
    Set<StripeId> stripes = new LinkedHashSet<>();
    extents.forEach(extent -> stripes.add(extent.stripe()));
    index.putContent(new Rows.Content(draft.ino(), version, leaf, sealed), stripes);
    draft.setContentVersion(version);
    return Optional.of(new SealedRecord(RecordKind.CONTENT, draft.ino(), version, leaf, sealed));
  }

  private List<ContentRecord.Extent> extentsOf(InodeDraft draft) {
    @Nullable List<ContentRecord.Extent> fresh = draft.freshExtents();
    if (fresh != null) {
      return fresh;
    }
    return index
        .content(draft.ino())
        .map(row -> seals.openContent(row).extents())
        .orElse(List.of());
  }
}
