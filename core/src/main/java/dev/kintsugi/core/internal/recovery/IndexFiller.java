package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.store.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes what was recovered to a fresh index: manifest stripes with their records, inodes with
 * their entries, content maps with the data stripes they refer to. Used by one thread.
 */
final class IndexFiller {
  private final ShardTable table;
  private final StripeRows stripes;
  private final RecordSeals seals;

  /** Inodes whose content refers to a stripe that has too few shards. */
  private final Set<Long> unrecoverable = new TreeSet<>();

  private final Map<Long, Long> contentVersions = new HashMap<>();
  private long files;
  private long directories;
  private long symlinks;
  private long bytes;

  IndexFiller(ShardTable table, StripeRows stripes, RecordSeals seals) {
    this.table = table;
    this.stripes = stripes;
    this.seals = seals;
  }

  /** Puts a manifest stripe and the rows of all its records, dead ones included. */
  void putManifest(IndexWriter writer, Stripe stripe, CommitHeader header) {
    writer.putStripe(stripe.row(), stripe.shards());
    List<Rows.ManifestRecord> records = new ArrayList<>();
    for (CommitHeader.Entry entry : header.entries()) {
      if (entry instanceof CommitHeader.Located located) {
        Rows.RecordKind kind =
            located.kind() == RecordKind.INODE ? Rows.RecordKind.INODE : Rows.RecordKind.CONTENT;
        records.add(new Rows.ManifestRecord(stripe.id(), kind, located.ino(), located.version()));
      } else if (entry instanceof CommitHeader.Tombstone tombstone) {
        records.add(
            new Rows.ManifestRecord(
                stripe.id(), Rows.RecordKind.TOMBSTONE, tombstone.ino(), tombstone.version()));
      }
    }
    writer.putRecords(records);
  }

  /** Puts an inode and its entries. */
  void putInode(IndexWriter writer, CommitHeader.Located record, byte[] sealed) {
    Rows.Inode row = new Rows.Inode(record.ino(), record.version(), record.leaf(), sealed);
    InodeRecord inode = seals.openInode(row);
    writer.putInode(row);
    for (InodeRecord.Link link : inode.links()) {
      byte[] hash =
          seals.nameHash(
              link.parent(), seals.openName(link.parent(), link.leaf(), link.sealedName()));
      if (isNewer(writer, writer.entry(link.parent(), hash), record.version())) {
        writer.putEntry(
            new Rows.Entry(link.parent(), hash, inode.ino(), link.leaf(), link.sealedName()));
      }
    }
    if (inode.contentVersion() > 0) {
      contentVersions.put(inode.ino(), inode.contentVersion());
    }
    count(inode);
  }

  /**
   * Two inodes claim one name only if a commit between them is lost; the newer one has it, and the
   * other one stays without a name.
   */
  private static boolean isNewer(IndexWriter writer, Optional<Rows.Entry> taken, long version) {
    return taken.flatMap(entry -> writer.inode(entry.ino())).map(Rows.Inode::version).orElse(0L)
        < version;
  }

  private void count(InodeRecord inode) {
    if (inode.kind() == Kind.DIRECTORY) {
      directories++;
    } else if (inode.kind() == Kind.SYMLINK) {
      symlinks++;
    } else {
      files++;
      bytes += inode.size();
    }
  }

  /** Puts a content map and its data stripes, if its inode has that version of it. */
  void putContent(IndexWriter writer, CommitHeader.Located record, byte[] sealed) {
    Long current = contentVersions.get(record.ino());
    if (current == null || current != record.version()) {
      return;
    }
    Rows.Content row = new Rows.Content(record.ino(), record.version(), record.leaf(), sealed);
    Set<StripeId> needed = new LinkedHashSet<>();
    for (ContentRecord.Extent extent : seals.openContent(row).extents()) {
      needed.add(extent.stripe());
    }
    for (StripeId id : needed) {
      Optional<FoundStripe> found = table.find(id);
      if (writer.stripe(id).isEmpty()) {
        Stripe stripe = found.map(stripes::of).orElseGet(() -> stripes.lost(id));
        writer.putStripe(stripe.row(), stripe.shards());
      }
      if (!found.map(IndexFiller::isReadable).orElse(false)) {
        unrecoverable.add(record.ino());
      }
    }
    writer.putContent(row, needed);
    contentVersions.remove(record.ino());
  }

  /** Returns whether the shards found of a stripe determine the others. */
  static boolean isReadable(FoundStripe stripe) {
    Scheme scheme = Scheme.parse(stripe.scheme());
    return scheme.decodable(
        stripe.shards().stream()
            .map(FoundStripe.FoundShard::index)
            .filter(index -> index < scheme.totalShards())
            .toList());
  }

  /** Returns the paths of files that cannot be read now. */
  List<String> unrecoverable(NamespaceReader names) {
    // What is left here has an inode, but its content map was in a commit that is lost.
    unrecoverable.addAll(contentVersions.keySet());
    List<String> paths = new ArrayList<>();
    for (long ino : unrecoverable) {
      paths.addAll(ObjectPaths.of(names, ino));
    }
    return paths;
  }

  long files() {
    return files;
  }

  long directories() {
    return directories;
  }

  long symlinks() {
    return symlinks;
  }

  long bytes() {
    return bytes;
  }
}
