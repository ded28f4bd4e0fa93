package dev.kintsugi.core.internal.namespace;

import dev.kintsugi.core.DirectoryNotEmptyException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes the tree in one transaction of the index, by POSIX rules.
 *
 * <p>An operation that throws a {@link NamespaceException} has changed nothing, so the others of
 * the same transaction can be committed. Any other exception leaves the editor useless: the
 * transaction must be rolled back. Entries are changed at once; inodes and content maps are written
 * by {@link #finish}, one record each, which must be the last call. The data stripes that files
 * refer to must be in the index before that.
 *
 * <p>Making, removing or renaming an entry sets the directory's times to now, unless the caller
 * asked to keep them: a tree that is being stored keeps the times its directories have at the
 * source. Renaming sets the change time of what was renamed.
 */
public final class NamespaceEditor {
  private final IndexWriter index;
  private final RecordSeals seals;
  private final LongSupplier inodes;
  private final LongSupplier leaves;
  private final InstantSource clock;
  private final Predicate<VaultPath> keepsTimes;
  private final InodeTable table;
  private final Lookup lookup;
  private @Nullable VaultPath lastParent; // what lastParentIno is the number of
  private long lastParentIno;

  /**
   * Starts to edit.
   *
   * @param index the transaction
   * @param inodes gives inode numbers that were never given before
   * @param leaves gives leaves that were never given before
   * @param version the sequence number of the commit
   * @param keepsTimes tells of which directories the times are kept when their entries change
   */
  public NamespaceEditor(
      IndexWriter index,
      RecordSeals seals,
      LongSupplier inodes,
      LongSupplier leaves,
      InstantSource clock,
      long version,
      Predicate<VaultPath> keepsTimes) {
    this.index = index;
    this.seals = seals;
    this.inodes = inodes;
    this.leaves = leaves;
    this.clock = clock;
    this.keepsTimes = keepsTimes;
    this.table = new InodeTable(index, seals, leaves, version);
    this.lookup = new Lookup(index, seals, ino -> table.get(ino).kind());
  }

  /** Makes the root of a new vault. */
  public Attributes createRoot(NewAttributes attributes) {
    InodeDraft root = new InodeDraft(Lookup.ROOT, Kind.DIRECTORY, attributes, clock.instant());
    table.add(root);
    return attributesOf(root);
  }

  /** Returns the attributes of what is at a path, changes so far included, if anything is. */
  public Optional<Attributes> lookup(VaultPath path) {
    return lookup.find(path).map(ino -> attributesOf(table.get(ino)));
  }

  /**
   * Stores a file, replacing a file or link of that name.
   *
   * @param ino its inode number, never given before; its extents are bound to it
   * @param size its length in bytes
   * @param extents in the order of their offsets
   * @throws IsDirectoryException if a directory is there
   */
  public Attributes file(
      VaultPath path,
      NewAttributes attributes,
      long ino,
      long size,
      List<ContentRecord.Extent> extents) {
    Place place = placeOfLeaf(path);
    Instant now = clock.instant();
    InodeDraft file = new InodeDraft(ino, Kind.FILE, attributes, now);
    if (!extents.isEmpty()) {
      file.setExtents(size, extents);
    } else if (size != 0) {
      throw new IllegalArgumentException("a new file of " + size + " bytes has no extents");
    }
    enter(place, file, now);
    return attributesOf(file);
  }

  /**
   * Stores a symbolic link, replacing a file or link of that name.
   *
   * @param target 1 to {@value InodeRecord#MAX_TARGET} bytes without NUL
   * @throws IsDirectoryException if a directory is there
   * @throws InvalidPathException if the target cannot be one
   */
  public Attributes symlink(VaultPath path, NewAttributes attributes, byte[] target) {
    checkTarget(target);
    Place place = placeOfLeaf(path);
    Instant now = clock.instant();
    InodeDraft link = new InodeDraft(inodes.getAsLong(), Kind.SYMLINK, attributes, now);
    link.setTarget(target);
    enter(place, link, now);
    return attributesOf(link);
  }

  /**
   * Makes a directory.
   *
   * @throws PathExistsException if something is there
   */
  public Attributes makeDirectory(VaultPath path, NewAttributes attributes) {
    if (path.isRoot()) {
      throw new PathExistsException("/ exists already");
    }
    Place place = place(path);
    if (place.existing().isPresent()) {
      throw new PathExistsException(path + " exists already");
    }
    Instant now = clock.instant();
    InodeDraft made = new InodeDraft(inodes.getAsLong(), Kind.DIRECTORY, attributes, now);
    enter(place, made, now);
    return attributesOf(made);
  }

  /**
   * Makes a directory, or sets the attributes of one that is there.
   *
   * @throws PathExistsException if something else is there
   */
  public Attributes directory(VaultPath path, NewAttributes attributes) {
    Optional<Long> existing = path.isRoot() ? Optional.of(Lookup.ROOT) : place(path).inode();
    if (existing.isEmpty()) {
      return makeDirectory(path, attributes);
    }
    InodeDraft directory = table.get(existing.get());
    if (directory.kind() != Kind.DIRECTORY) {
      throw new PathExistsException(path + " exists and is not a directory");
    }
    directory.setAttributes(attributes, clock.instant());
    return attributesOf(directory);
  }

  /**
   * Replaces the content of a file, which keeps its inode and all its names.
   *
   * @param extents in the order of their offsets; what none covers reads as zeros
   * @throws NoSuchPathException if there is no such inode
   * @throws IsDirectoryException if it is not a file
   */
  public Attributes setContent(long ino, long size, List<ContentRecord.Extent> extents) {
    if (index.inode(ino).isEmpty()) {
      throw new NoSuchPathException("there is no inode " + ino);
    }
    InodeDraft file = table.get(ino);
    if (file.kind() != Kind.FILE) {
      throw new IsDirectoryException("inode " + ino + " is a " + file.kind() + ", not a file");
    }
    table.replaceExtents(file, size, extents);
    file.modify(clock.instant());
    return attributesOf(file);
  }

  /**
   * Gives a file or symbolic link one more name.
   *
   * @throws IsDirectoryException if {@code existing} is a directory
   * @throws PathExistsException if something is at {@code name}
   */
  public void link(VaultPath existing, VaultPath name) {
    InodeDraft inode = table.get(lookup.require(existing));
    if (inode.kind() == Kind.DIRECTORY) {
      throw new IsDirectoryException(existing + " is a directory, which has one name only");
    }
    if (name.isRoot()) {
      throw new PathExistsException("/ exists already");
    }
    Place place = place(name);
    if (place.existing().isPresent()) {
      throw new PathExistsException(name + " exists already");
    }
    if (inode.links().size() >= InodeRecord.MAX_LINKS) {
      throw new NamespaceException(
          existing + " has " + inode.links().size() + " names; more are not possible");
    }
    Instant now = clock.instant();
    addLink(place, inode, now);
    touch(place, now);
  }

  /**
   * Gives another name to what is at {@code from}, as POSIX rename does: a file or link replaces a
   * file or link, a directory replaces an empty directory; two names of one inode stay as they are.
   * Touches the entry, what it names and the two directories, however much lies below.
   *
   * @throws NoSuchPathException if nothing is at {@code from}, or no directory is to hold {@code
   *     to}
   * @throws InvalidPathException for the root, or if a directory is to go below itself
   * @throws IsDirectoryException if a directory is at {@code to}, and none at {@code from}
   * @throws NotDirectoryException if a directory is at {@code from}, and none at {@code to}
   * @throws DirectoryNotEmptyException if the directory at {@code to} has entries
   */
  public void move(VaultPath from, VaultPath to) {
    if (from.isRoot() || to.isRoot()) {
      throw new InvalidPathException("the root can be neither moved nor replaced");
    }
    Place source = place(from);
    Rows.Entry entry = source.require();
    InodeDraft moved = table.get(entry.ino());
    Place target = place(to);
    if (moved.kind() == Kind.DIRECTORY) {
      requireNotBelow(moved.ino(), target.parent(), from, to);
    }
    Optional<Rows.Entry> replaced = target.existing();
    if (replaced.isPresent()) {
      InodeDraft old = table.get(replaced.get().ino());
      if (old == moved) {
        return;
      }
      checkReplaceable(from, moved, to, old);
    }
    Instant now = clock.instant();
    replaced.ifPresent(old -> removeLink(old, table.get(old.ino()), now));
    dropLink(entry, moved);
    addLink(target, moved, now);
    touch(source, now);
    touch(target, now);
    lastParent = null;
  }

  /**
   * Removes a file, a symbolic link or an empty directory.
   *
   * @throws NoSuchPathException if nothing is there
   * @throws DirectoryNotEmptyException if it is a directory with entries
   */
  public void remove(VaultPath path) {
    Place place = placeToRemove(path);
    Rows.Entry entry = place.require();
    InodeDraft inode = table.get(entry.ino());
    if (inode.kind() == Kind.DIRECTORY && index.hasEntries(inode.ino())) {
      throw new DirectoryNotEmptyException(path + " is not empty");
    }
    Instant now = clock.instant();
    removeLink(entry, inode, now);
    touch(place, now);
    if (inode.kind() == Kind.DIRECTORY) {
      lastParent = null;
    }
  }

  /**
   * Removes whatever is at a path and everything below, or a part of it: what is left is a tree
   * without some of its leaves.
   *
   * @param limit how many entries to remove at most, at least 1; bounds memory and the size of the
   *     transaction
   * @return whether all is removed; otherwise call again, best in the next transaction
   * @throws NoSuchPathException if nothing is there
   */
  public boolean removeTree(VaultPath path, int limit) {
    Place place = placeToRemove(path);
    Rows.Entry top = place.require();
    Instant now = clock.instant();
    lastParent = null;
    TreeRemoval removal =
        new TreeRemoval(index, table, (entry, inode) -> removeLink(entry, inode, now));
    if (!removal.run(top, limit)) {
      return false;
    }
    touch(place, now);
    return true;
  }

  /** Changes mode, owner and, if given, modification time. */
  public Attributes setAttributes(VaultPath path, NewAttributes attributes) {
    InodeDraft inode = table.get(lookup.require(path));
    inode.setAttributes(attributes, clock.instant());
    return attributesOf(inode);
  }

  /** Seals what changed, writes its rows and returns it for the manifest. */
  public Changes finish() {
    return table.finish();
  }

  /**
   * Where an entry is or may be made.
   *
   * @param parent inode number of the directory
   */
  private record Place(VaultPath path, long parent, Optional<Rows.Entry> existing) {
    Rows.Entry require() {
      return existing.orElseThrow(() -> new NoSuchPathException("nothing is at " + path));
    }

    Optional<Long> inode() {
      return existing.map(Rows.Entry::ino);
    }
  }

  private Place place(VaultPath path) {
    VaultPath parent = path.parent();
    if (!parent.equals(lastParent)) {
      lastParentIno = lookup.requireDirectory(parent);
      lastParent = parent;
    }
    return new Place(path, lastParentIno, lookup.child(lastParentIno, path.name()));
  }

  /** Returns a place where no directory is. */
  private Place placeOfLeaf(VaultPath path) {
    if (path.isRoot()) {
      throw new IsDirectoryException("/ is a directory");
    }
    Place place = place(path);
    if (place.inode().filter(ino -> table.get(ino).kind() == Kind.DIRECTORY).isPresent()) {
      throw new IsDirectoryException(path + " is a directory; remove it first");
    }
    return place;
  }

  private Place placeToRemove(VaultPath path) {
    if (path.isRoot()) {
      throw new InvalidPathException("the root cannot be removed");
    }
    return place(path);
  }

  private void enter(Place place, InodeDraft fresh, Instant now) {
    table.add(fresh);
    place.existing().ifPresent(old -> removeLink(old, table.get(old.ino()), now));
    addLink(place, fresh, now);
    touch(place, now);
  }

  private void addLink(Place place, InodeDraft inode, Instant now) {
    long leaf = leaves.getAsLong();
    byte[] sealed = seals.sealName(place.parent(), leaf, place.path().name());
    byte[] hash = seals.nameHash(place.parent(), place.path().name());
    index.putEntry(new Rows.Entry(place.parent(), hash, inode.ino(), leaf, sealed));
    inode.links().add(new InodeRecord.Link(place.parent(), leaf, sealed));
    inode.change(now);
  }

  /** Takes an entry away, and with the last one the inode. */
  private void removeLink(Rows.Entry entry, InodeDraft inode, Instant now) {
    dropLink(entry, inode);
    if (inode.links().isEmpty()) {
      table.remove(inode);
    } else {
      inode.change(now);
    }
  }

  private void dropLink(Rows.Entry entry, InodeDraft inode) {
    if (!inode.links().removeIf(link -> link.leaf() == entry.leaf())) {
      throw new IntegrityException(
          "inode " + inode.ino() + " does not know its name in directory " + entry.parent());
    }
    index.removeEntry(entry.parent(), entry.nameHash());
    table.kill(entry.leaf());
  }

  private void touch(Place place, Instant now) {
    if (!keepsTimes.test(place.path().parent())) {
      table.get(place.parent()).modify(now);
    }
  }

  private void checkReplaceable(VaultPath from, InodeDraft moved, VaultPath to, InodeDraft old) {
    if (moved.kind() != Kind.DIRECTORY) {
      if (old.kind() == Kind.DIRECTORY) {
        throw new IsDirectoryException(to + " is a directory, " + from + " is not");
      }
      return;
    }
    if (old.kind() != Kind.DIRECTORY) {
      throw new NotDirectoryException(to + " is not a directory, " + from + " is");
    }
    if (index.hasEntries(old.ino())) {
      throw new DirectoryNotEmptyException(to + " is not empty");
    }
  }

  private void requireNotBelow(long moved, long directory, VaultPath from, VaultPath to) {
    Set<Long> seen = new HashSet<>();
    for (long ino = directory; ino != Lookup.ROOT; ) {
      if (ino == moved) {
        throw new InvalidPathException(from + " cannot be moved below itself, to " + to);
      }
      List<InodeRecord.Link> links = table.get(ino).links();
      if (links.size() != 1 || !seen.add(ino)) {
        throw new IntegrityException("directory " + ino + " has no parent or contains itself");
      }
      ino = links.get(0).parent();
    }
  }

  private static void checkTarget(byte[] target) {
    if (target.length == 0 || target.length > InodeRecord.MAX_TARGET) {
      throw new InvalidPathException(
          "the target of a symbolic link has 1 to "
              + InodeRecord.MAX_TARGET
              + " bytes, not "
              + target.length);
    }
    for (byte b : target) {
      if (b == 0) {
        throw new InvalidPathException("the target of a symbolic link cannot hold NUL");
      }
    }
  }

  private static Attributes attributesOf(InodeDraft draft) {
    return NamespaceReader.attributesOf(draft.toRecord());
  }
}
