package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tree as one snapshot of the index shows it. Lives no longer than the snapshot. */
public final class NamespaceReader {
  /** The root's inode number. */
  public static final long ROOT = Lookup.ROOT;

  private final IndexReader index;
  private final RecordSeals seals;
  private final Lookup lookup;

  /** Makes a view of a snapshot. */
  public NamespaceReader(IndexReader index, RecordSeals seals) {
    this.index = index;
    this.seals = seals;
    this.lookup = new Lookup(index, seals, ino -> inode(ino).kind());
  }

  /** Returns the attributes of what is at a path (of a link itself), if anything is. */
  public Optional<Attributes> lookup(VaultPath path) {
    return lookup.find(path).map(ino -> attributesOf(inode(ino)));
  }

  /**
   * Returns the attributes of what is at a path (of a link itself).
   *
   * @throws NoSuchPathException if nothing is there
   * @throws dev.kintsugi.core.NotDirectoryException if something on the way is not a directory
   */
  public Attributes stat(VaultPath path) {
    return attributesOf(inode(lookup.require(path)));
  }

  /**
   * Returns a directory's entries in the order of their names.
   *
   * @throws NoSuchPathException if nothing is there
   * @throws dev.kintsugi.core.NotDirectoryException if it is not a directory
   */
  public List<DirectoryEntry> list(VaultPath directory) {
    List<DirectoryEntry> entries = new ArrayList<>();
    index.entries(
        lookup.requireDirectory(directory),
        entry ->
            entries.add(
                new DirectoryEntry(
                    seals.openName(entry.parent(), entry.leaf(), entry.sealedName()),
                    attributesOf(inode(entry.ino())))));
    entries.sort((a, b) -> a.name().compareTo(b.name()));
    return entries;
  }

  /**
   * Returns the target of a symbolic link.
   *
   * @throws NoSuchPathException if nothing is there
   * @throws InvalidPathException if it is not a symbolic link
   */
  public byte[] readLink(VaultPath path) {
    InodeRecord inode = inode(lookup.require(path));
    if (inode.kind() != Kind.SYMLINK) {
      throw new InvalidPathException(path + " is not a symbolic link");
    }
    return inode.target().clone();
  }

  /** Returns the paths that name an inode, in no particular order; none if it does not exist. */
  public List<VaultPath> pathsOf(long ino) {
    if (ino == ROOT) {
      return List.of(VaultPath.ROOT);
    }
    List<VaultPath> paths = new ArrayList<>();
    for (Rows.Entry entry : index.entriesNaming(ino)) {
      List<Name> names = new ArrayList<>();
      Set<Long> seen = new HashSet<>();
      Rows.Entry up = entry;
      names.add(nameOf(up));
      while (up.parent() != ROOT) {
        List<Rows.Entry> parents = index.entriesNaming(up.parent());
        if (parents.size() != 1 || !seen.add(up.parent())) {
          throw new IntegrityException(
              "directory "
                  + up.parent()
                  + " has "
                  + parents.size()
                  + " parents or contains itself");
        }
        up = parents.get(0);
        names.add(nameOf(up));
      }
      Collections.reverse(names);
      paths.add(new VaultPath(names));
    }
    return paths;
  }

  /**
   * Returns an inode.
   *
   * @throws NoSuchPathException if it does not exist
   */
  public InodeRecord inode(long ino) {
    return seals.openInode(
        index.inode(ino).orElseThrow(() -> new NoSuchPathException("there is no inode " + ino)));
  }

  /**
   * Returns the inode at a path.
   *
   * @throws NoSuchPathException if nothing is there
   * @throws dev.kintsugi.core.NotDirectoryException if something on the way is not a directory
   */
  public InodeRecord inode(VaultPath path) {
    return inode(lookup.require(path));
  }

  /**
   * Returns a file's content map; an empty one if the file has no extents.
   *
   * @throws UnrecoverableException if the file has a content map, and it was lost
   */
  public ContentRecord content(long ino) {
    return index.content(ino).map(seals::openContent).orElseGet(() -> noContent(ino));
  }

  private ContentRecord noContent(long ino) {
    if (inode(ino).contentVersion() > 0) {
      throw new UnrecoverableException(
          "the map from offsets to extents of inode " + ino + " was lost with its commit");
    }
    return new ContentRecord(List.of());
  }

  /** Returns what {@code stat} tells of an inode. */
  public static Attributes attributesOf(InodeRecord inode) {
    return new Attributes(
        inode.ino(),
        inode.kind(),
        inode.mode(),
        inode.uid(),
        inode.gid(),
        inode.size(),
        inode.kind() == Kind.DIRECTORY ? 1 : inode.links().size(),
        FileTime.from(inode.modified()),
        FileTime.from(inode.changed()));
  }

  private Name nameOf(Rows.Entry entry) {
    return seals.openName(entry.parent(), entry.leaf(), entry.sealedName());
  }
}
