package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An inode as a commit under way sees it. */
final class InodeDraft {
  private static final byte[] NO_TARGET = {};

  private final long ino;
  private final Kind kind;
  private final Rows.@Nullable Inode before;
  private int mode;
  private long uid;
  private long gid;
  private long size;
  private Instant modified;
  private Instant changed;
  private byte[] target = NO_TARGET;
  private long contentVersion;
  private final List<InodeRecord.Link> links = new ArrayList<>();
  private @Nullable List<ContentRecord.Extent> freshExtents;
  private boolean dirty;

  /** Drafts a new inode. */
  InodeDraft(long ino, Kind kind, NewAttributes attributes, Instant now) {
    this.ino = ino;
    this.kind = kind;
    this.before = null;
    this.mode = attributes.mode();
    this.uid = attributes.uid();
    this.gid = attributes.gid();
    this.modified = attributes.modified().map(FileTime::toInstant).orElse(now);
    this.changed = now;
    this.dirty = true;
  }

  /** Drafts the next version of an inode. */
  InodeDraft(Rows.Inode before, InodeRecord record) {
    this.ino = record.ino();
    this.kind = record.kind();
    this.before = before;
    this.mode = record.mode();
    this.uid = record.uid();
    this.gid = record.gid();
    this.size = record.size();
    this.modified = record.modified();
    this.changed = record.changed();
    this.target = record.target();
    this.contentVersion = record.contentVersion();
    this.links.addAll(record.links());
  }

  long ino() {
    return ino;
  }

  Kind kind() {
    return kind;
  }

  /** Returns the version that the index holds, null if this commit makes the inode. */
  Rows.@Nullable Inode before() {
    return before;
  }

  boolean isDirty() {
    return dirty;
  }

  List<InodeRecord.Link> links() {
    return links;
  }

  long contentVersion() {
    return contentVersion;
  }

  /** Returns the extents that this commit gives the file, null if it leaves them as they were. */
  @Nullable List<ContentRecord.Extent> freshExtents() {
    return freshExtents;
  }

  /** Notes a change of the inode itself. */
  void change(Instant now) {
    changed = now;
    dirty = true;
  }

  /** Notes a change of a directory's entries or a file's content. */
  void modify(Instant now) {
    modified = now;
    change(now);
  }

  /** Changes mode, owner and, if given, modification time. */
  void setAttributes(NewAttributes attributes, Instant now) {
    mode = attributes.mode();
    uid = attributes.uid();
    gid = attributes.gid();
    attributes.modified().ifPresent(time -> modified = time.toInstant());
    change(now);
  }

  /** Gives a file its content. */
  void setExtents(long newSize, List<ContentRecord.Extent> extents) {
    size = newSize;
    freshExtents = List.copyOf(extents);
    dirty = true;
  }

  /** Gives a new symbolic link its target. */
  void setTarget(byte[] bytes) {
    target = bytes.clone();
    size = bytes.length;
  }

  void setContentVersion(long version) {
    contentVersion = version;
  }

  InodeRecord toRecord() {
    return new InodeRecord(
        ino, kind, mode, uid, gid, size, modified, changed, target, contentVersion, links);
  }
}
