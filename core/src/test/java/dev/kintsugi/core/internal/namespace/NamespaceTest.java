package dev.kintsugi.core.internal.namespace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.DirectoryNotEmptyException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.internal.index.MemoryIndex;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The rules of the tree, one by one. */
class NamespaceTest {
  private static final NewAttributes MODE = NewAttributes.ofMode(0640);

  private final Tree tree = new Tree(new MemoryIndex());

  @AfterEach
  void close() {
    tree.close();
  }

  @Test
  void aNewTreeHasARoot() {
    Attributes root = tree.read(r -> r.stat(VaultPath.ROOT));
    assertEquals(Kind.DIRECTORY, root.kind());
    assertEquals(1, root.inode());
    assertEquals(1, root.links());
    assertEquals(List.of(), tree.read(r -> r.list(VaultPath.ROOT)));
    assertEquals(List.of(VaultPath.ROOT), tree.read(r -> r.pathsOf(1)));
  }

  @Test
  void attributesAreKeptToTheNanosecondAlsoBefore1970() {
    Instant early = Instant.ofEpochSecond(-7_000_000_000L, 123_456_789);
    NewAttributes given =
        new NewAttributes(07777, 0xffffffffL, 5, Optional.of(FileTime.from(early)));
    tree.now = Instant.ofEpochSecond(-1, 1);
    tree.commit(e -> e.file(path("/f"), given, tree.freshIno(), 0, List.of()));
    Attributes read = tree.read(r -> r.stat(path("/f")));
    assertEquals(FileTime.from(early), read.modified());
    assertEquals(FileTime.from(Instant.ofEpochSecond(-1, 1)), read.changed());
    assertEquals(07777, read.mode());
    assertEquals(0xffffffffL, read.uid());
    assertEquals(5, read.gid());
  }

  @Test
  void entriesAreListedInTheOrderOfTheirBytes() {
    List<Name> names =
        List.of(
            Name.of("A"),
            Name.of("a"),
            Name.of("aa"),
            Name.of("é"),
            Name.of(new byte[] {(byte) 0xff, 1}));
    tree.commit(
        e -> {
          for (int i : new int[] {3, 0, 4, 2, 1}) {
            e.makeDirectory(VaultPath.ROOT.resolve(names.get(i)), MODE);
          }
        });
    assertEquals(
        names, tree.read(r -> r.list(VaultPath.ROOT)).stream().map(entry -> entry.name()).toList());
  }

  @Test
  void aPathIsTakenLiterallySoThatALinkInItsMiddleIsNoDirectory() {
    byte[] target = "d".getBytes(StandardCharsets.UTF_8);
    tree.commit(
        e -> {
          e.makeDirectory(path("/d"), MODE);
          e.symlink(path("/l"), MODE, target);
          e.makeDirectory(path("/d/x"), MODE);
        });
    assertArrayEquals(target, tree.read(r -> r.readLink(path("/l"))));
    assertThrows(NotDirectoryException.class, () -> tree.read(r -> r.stat(path("/l/x"))));
    assertThrows(NotDirectoryException.class, () -> tree.read(r -> r.list(path("/l"))));
    assertThrows(NoSuchPathException.class, () -> tree.read(r -> r.stat(path("/d/y"))));
    assertThrows(NoSuchPathException.class, () -> tree.read(r -> r.stat(path("/y/z"))));
    assertEquals(Optional.empty(), tree.read(r -> r.lookup(path("/l/x"))));
    assertThrows(InvalidPathException.class, () -> tree.read(r -> r.readLink(path("/d"))));
  }

  @Test
  void aReplacedFileDiesWithItsLeaves() {
    long first = tree.freshIno();
    tree.commit(e -> e.file(path("/f"), MODE, first, 9, List.of(tree.extent(0, 9))));
    long leaf = tree.extents(first).get(0).leaf();
    long second = tree.freshIno();
    Changes changes =
        tree.commit(e -> e.file(path("/f"), MODE, second, 5, List.of(tree.extent(0, 5))));
    assertEquals(List.of(first), changes.tombstones());
    assertTrue(changes.deadLeaves().contains(leaf));
    assertEquals(second, tree.read(r -> r.stat(path("/f"))).inode());
    assertEquals(5, tree.read(r -> r.stat(path("/f"))).size());
  }

  @Test
  void aFileMadeAndRemovedInOneCommitLeavesNoRecord() {
    Changes changes =
        tree.commit(
            e -> {
              e.file(path("/f"), MODE, tree.freshIno(), 9, List.of(tree.extent(0, 9)));
              e.remove(path("/f"));
            });
    assertEquals(List.of(), changes.tombstones());
    assertEquals(List.of(1L), changes.records().stream().map(SealedRecord::ino).toList());
  }

  @Test
  void contentIsReplacedUnderAllNames() {
    long ino = tree.freshIno();
    tree.commit(
        e -> {
          e.file(path("/f"), MODE, ino, 20, List.of(tree.extent(0, 10), tree.extent(10, 10)));
          e.link(path("/f"), path("/g"));
        });
    var old = tree.extents(ino);
    Changes changes =
        tree.commit(e -> e.setContent(ino, 15, List.of(old.get(0), tree.extent(10, 5))));
    assertTrue(changes.deadLeaves().contains(old.get(1).leaf()));
    assertFalse(changes.deadLeaves().contains(old.get(0).leaf()));
    assertEquals(15, tree.read(r -> r.stat(path("/g"))).size());
    assertEquals(List.of(), changes.tombstones());
    tree.commit(e -> e.setContent(ino, 0, List.of()));
    assertEquals(List.of(), tree.extents(ino));
  }

  @Test
  void hardLinksShareAnInodeUntilTheLastIsGone() {
    long ino = tree.freshIno();
    tree.commit(
        e -> {
          e.file(path("/f"), MODE, ino, 0, List.of());
          e.makeDirectory(path("/d"), MODE);
          e.link(path("/f"), path("/d/g"));
        });
    assertEquals(2, tree.read(r -> r.stat(path("/d/g"))).links());
    assertEquals(
        List.of(path("/d/g"), path("/f")),
        tree.read(r -> r.pathsOf(ino)).stream()
            .sorted((a, b) -> a.toString().compareTo(b.toString()))
            .toList());
    assertEquals(List.of(), tree.commit(e -> e.remove(path("/f"))).tombstones());
    assertEquals(1, tree.read(r -> r.stat(path("/d/g"))).links());
    assertEquals(List.of(ino), tree.commit(e -> e.remove(path("/d/g"))).tombstones());
    assertEquals(List.of(), tree.read(r -> r.pathsOf(ino)));
    refused(IsDirectoryException.class, e -> e.link(path("/d"), path("/e")));
    tree.commit(e -> e.file(path("/f"), MODE, tree.freshIno(), 0, List.of()));
    refused(PathExistsException.class, e -> e.link(path("/f"), path("/d")));
  }

  @Test
  void twoNamesOfOneInodeAreLeftAloneByMove() {
    tree.commit(
        e -> {
          e.file(path("/f"), MODE, tree.freshIno(), 0, List.of());
          e.link(path("/f"), path("/g"));
        });
    Changes changes = tree.commit(e -> e.move(path("/f"), path("/g")));
    assertTrue(changes.isEmpty());
    assertTrue(tree.commit(e -> e.move(path("/f"), path("/f"))).isEmpty());
    assertEquals(2, tree.read(r -> r.list(VaultPath.ROOT)).size());
  }

  @Test
  void moveReplacesOnlyWhatPosixAllows() {
    tree.commit(
        e -> {
          e.file(path("/f"), MODE, tree.freshIno(), 0, List.of());
          e.file(path("/g"), MODE, tree.freshIno(), 0, List.of());
          e.makeDirectory(path("/empty"), MODE);
          e.makeDirectory(path("/full"), MODE);
          e.makeDirectory(path("/full/x"), MODE);
          e.makeDirectory(path("/full/x/y"), MODE);
        });
    refused(IsDirectoryException.class, e -> e.move(path("/f"), path("/empty")));
    refused(NotDirectoryException.class, e -> e.move(path("/empty"), path("/f")));
    refused(DirectoryNotEmptyException.class, e -> e.move(path("/empty"), path("/full")));
    refused(DirectoryNotEmptyException.class, e -> e.move(path("/full/x"), path("/full")));
    refused(InvalidPathException.class, e -> e.move(path("/full"), path("/full/x/y/z")));
    refused(InvalidPathException.class, e -> e.move(path("/full"), path("/full/z")));
    refused(InvalidPathException.class, e -> e.move(VaultPath.ROOT, path("/z")));
    refused(InvalidPathException.class, e -> e.move(path("/f"), VaultPath.ROOT));
    refused(NoSuchPathException.class, e -> e.move(path("/nothing"), path("/z")));
    refused(NoSuchPathException.class, e -> e.move(path("/f"), path("/nothing/z")));
    refused(NotDirectoryException.class, e -> e.move(path("/f"), path("/g/z")));
    long f = tree.read(r -> r.stat(path("/f"))).inode();
    tree.commit(
        e -> {
          e.move(path("/f"), path("/g"));
          e.move(path("/full"), path("/empty"));
        });
    assertEquals(f, tree.read(r -> r.stat(path("/g"))).inode());
    assertEquals(Kind.DIRECTORY, tree.read(r -> r.stat(path("/empty/x/y"))).kind());
    assertEquals(2, tree.read(r -> r.list(VaultPath.ROOT)).size());
  }

  @Test
  void directoriesAreRemovedOnlyWhenEmpty() {
    tree.commit(
        e -> {
          e.makeDirectory(path("/d"), MODE);
          e.makeDirectory(path("/d/e"), MODE);
        });
    refused(DirectoryNotEmptyException.class, e -> e.remove(path("/d")));
    refused(InvalidPathException.class, e -> e.remove(VaultPath.ROOT));
    refused(InvalidPathException.class, e -> e.removeTree(VaultPath.ROOT, 5));
    refused(NoSuchPathException.class, e -> e.remove(path("/x")));
    refused(PathExistsException.class, e -> e.makeDirectory(path("/d"), MODE));
    refused(PathExistsException.class, e -> e.makeDirectory(VaultPath.ROOT, MODE));
    refused(
        IsDirectoryException.class, e -> e.file(path("/d"), MODE, tree.freshIno(), 0, List.of()));
    refused(IsDirectoryException.class, e -> e.symlink(path("/d"), MODE, new byte[] {'x'}));
    refused(InvalidPathException.class, e -> e.symlink(path("/l"), MODE, new byte[0]));
    refused(InvalidPathException.class, e -> e.symlink(path("/l"), MODE, new byte[] {'x', 0}));
    tree.commit(
        e -> {
          e.remove(path("/d/e"));
          e.remove(path("/d"));
        });
    assertEquals(1, tree.inodes());
  }

  @Test
  void aChangedEntryDatesItsDirectoryUnlessTimesAreKept() {
    FileTime source = FileTime.from(Instant.ofEpochSecond(1000, 1));
    NewAttributes dated = new NewAttributes(0755, 0, 0, Optional.of(source));
    tree.commit(
        e -> {
          e.directory(path("/kept"), dated);
          e.directory(path("/not"), dated);
        });
    tree.now = Instant.ofEpochSecond(2000, 2);
    tree.keepTimesOf(path("/kept"));
    Changes changes =
        tree.commit(
            e -> {
              e.makeDirectory(path("/kept/a"), MODE);
              e.makeDirectory(path("/not/a"), MODE);
            });
    assertEquals(source, tree.read(r -> r.stat(path("/kept"))).modified());
    assertEquals(FileTime.from(tree.now), tree.read(r -> r.stat(path("/not"))).modified());
    assertEquals(3, changes.records().size(), "two new directories and the dated one");
    tree.commit(e -> e.directory(path("/not"), dated));
    assertEquals(source, tree.read(r -> r.stat(path("/not"))).modified());
    tree.commit(e -> e.setAttributes(path("/not"), NewAttributes.ofMode(0700)));
    assertEquals(source, tree.read(r -> r.stat(path("/not"))).modified());
    assertEquals(0700, tree.read(r -> r.stat(path("/not"))).mode());
  }

  @Test
  void anInodeChangedOftenInOneCommitHasOneRecord() {
    Changes changes =
        tree.commit(
            e -> {
              e.makeDirectory(path("/d"), MODE);
              for (int i = 0; i < 10; i++) {
                e.file(path("/d/f"), MODE, tree.freshIno(), 1, List.of(tree.extent(0, 1)));
                e.setAttributes(path("/d"), NewAttributes.ofMode(i));
              }
            });
    // Root, directory, and the last file's inode and content.
    assertEquals(4, changes.records().size());
    assertEquals(9, tree.read(r -> r.stat(path("/d"))).mode());
  }

  @Test
  void aTreeIsRemovedInPortions() {
    tree.commit(
        e -> {
          e.makeDirectory(path("/t"), MODE);
          e.makeDirectory(path("/keep"), MODE);
          for (int i = 0; i < 300; i++) {
            String below = "/t/" + i % 7;
            e.directory(path(below), MODE);
            e.file(path(below + "/f" + i), MODE, tree.freshIno(), 1, List.of(tree.extent(0, 1)));
          }
          e.link(path("/t/0/f0"), path("/keep/f"));
        });
    int portions = 0;
    boolean[] done = new boolean[1];
    while (!done[0]) {
      int before = tree.inodes();
      Changes changes = tree.commit(e -> done[0] = e.removeTree(path("/t"), 50));
      assertTrue(changes.tombstones().size() <= 50);
      assertTrue(tree.inodes() < before);
      portions++;
    }
    assertEquals(7, portions, "308 entries in portions of 50");
    assertEquals(3, tree.inodes());
    assertEquals(1, tree.read(r -> r.stat(path("/keep/f"))).links());
    refused(NoSuchPathException.class, e -> e.removeTree(path("/t"), 50));
  }

  /** An operation of an editor. */
  private interface Edit {
    void apply(NamespaceEditor editor);
  }

  /** Checks that an edit is refused, and leaves the transaction as it was. */
  private void refused(Class<? extends NamespaceException> type, Edit edit) {
    Changes changes =
        tree.commit(
            e -> {
              assertThrows(type, () -> edit.apply(e));
            });
    assertTrue(changes.isEmpty(), "a refused edit changed something");
  }

  private static VaultPath path(String text) {
    return VaultPath.parse(text);
  }
}
