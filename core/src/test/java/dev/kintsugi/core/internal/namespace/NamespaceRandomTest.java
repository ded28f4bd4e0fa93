package dev.kintsugi.core.internal.namespace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.index.MemoryIndex;
import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random operations, compared with a model after every commit. */
class NamespaceRandomTest {
  private static final int TIMES = Boolean.getBoolean("kintsugi.campaign") ? 100 : 1;

  @TempDir Path directory;

  @Test
  void randomOperationsInMemoryAgreeWithTheModel() {
    for (int run = 0; run < 8 * TIMES; run++) {
      long seed = new Random().nextLong();
      try (Tree tree = new Tree(new MemoryIndex())) {
        new Run(tree, seed).commits(20);
      }
    }
  }

  @Test
  void randomOperationsInSqliteAgreeWithTheModel() {
    for (int run = 0; run < 2 * TIMES; run++) {
      long seed = new Random().nextLong();
      try (Tree tree = new Tree(SqliteIndex.create(directory.resolve("index" + run)))) {
        new Run(tree, seed).commits(20);
      }
    }
  }

  /** One tree beside its model. */
  private static final class Run {
    private final Tree tree;
    private final long seed;
    private final Random random;
    private final TreeModel model = new TreeModel();
    private final List<String> log = new ArrayList<>();
    private int accepted;
    private int refused;

    Run(Tree tree, long seed) {
      this.tree = tree;
      this.seed = seed;
      this.random = new Random(seed);
    }

    void commits(int count) {
      try {
        for (int i = 0; i < count; i++) {
          int operations = random.nextInt(25);
          tree.commit(
              editor -> {
                for (int j = 0; j < operations; j++) {
                  operation(editor);
                }
              });
          compare();
          log.clear();
        }
        assertTrue(accepted > 20 && refused > 20, accepted + " accepted, " + refused + " refused");
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", last commit: " + log, e);
      }
    }

    private void operation(NamespaceEditor editor) {
      Instant now = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      tree.now = now;
      model.now = now;
      VaultPath path = path();
      VaultPath other = path();
      NewAttributes attributes = attributes();
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> {
          List<ContentRecord.Extent> extents = extents();
          both(
              "file " + path,
              () -> editor.file(path, attributes, tree.freshIno(), size(extents), extents),
              () -> model.file(path, attributes, size(extents), leaves(extents)));
        }
        case 3, 4 ->
            both(
                "mkdir " + path,
                () -> editor.makeDirectory(path, attributes),
                () -> model.makeDirectory(path, attributes));
        case 5 -> {
          byte[] target = {(byte) ('a' + random.nextInt(26)), (byte) random.nextInt(-128, -1)};
          both(
              "symlink " + path,
              () -> editor.symlink(path, attributes, target),
              () -> model.symlink(path, attributes, target));
        }
        case 6 ->
            both(
                "link " + path + " " + other,
                () -> editor.link(path, other),
                () -> model.link(path, other));
        case 7, 8 ->
            both(
                "move " + path + " " + other,
                () -> editor.move(path, other),
                () -> model.move(path, other));
        case 9 -> both("remove " + path, () -> editor.remove(path), () -> model.remove(path));
        case 10 -> {
          if (random.nextInt(4) == 0) {
            both(
                "removeTree " + path,
                () -> assertTrue(editor.removeTree(path, 1000)),
                () -> model.removeTree(path));
          } else {
            both(
                "setAttributes " + path,
                () -> editor.setAttributes(path, attributes),
                () -> model.setAttributes(path, attributes));
          }
        }
        default -> setContent(editor, path);
      }
      assertEquals(model.find(path) != null, editor.lookup(path).isPresent(), path + " exists");
    }

    private void setContent(NamespaceEditor editor, VaultPath path) {
      // By inode number, which only an inode of an earlier commit has for the editor.
      Optional<Attributes> before = tree.read(r -> r.lookup(path));
      Optional<Attributes> now = editor.lookup(path);
      if (before.isEmpty() || now.isEmpty() || now.get().inode() != before.get().inode()) {
        return;
      }
      List<ContentRecord.Extent> extents = extents();
      both(
          "setContent " + path,
          () -> editor.setContent(now.get().inode(), size(extents), extents),
          () -> model.setContent(path, size(extents), leaves(extents)));
    }

    /** Does the same to tree and model, and expects the same refusal. */
    private void both(String what, Runnable real, Runnable expected) {
      log.add(what);
      Class<?> wanted = refusal(expected);
      Class<?> got = refusal(real);
      assertEquals(wanted, got, what);
      if (wanted == null) {
        accepted++;
      } else {
        refused++;
      }
    }

    private static @Nullable Class<?> refusal(Runnable action) {
      try {
        action.run();
        return null;
      } catch (NamespaceException e) {
        return e.getClass();
      }
    }

    /** Returns a path that often exists, often nearly. */
    private VaultPath path() {
      List<VaultPath> paths = model.paths();
      if (paths.isEmpty() || random.nextInt(40) == 0) {
        return VaultPath.ROOT.resolve(name());
      }
      VaultPath path = paths.get(random.nextInt(paths.size()));
      return switch (random.nextInt(8)) {
        case 0, 1, 2 -> path;
        case 3, 4 -> path.resolve(name());
        case 5 -> path.parent();
        default -> path.parent().resolve(name());
      };
    }

    private String name() {
      return String.valueOf((char) ('a' + random.nextInt(6)));
    }

    private NewAttributes attributes() {
      Optional<FileTime> time =
          random.nextBoolean()
              ? Optional.empty()
              : Optional.of(
                  FileTime.from(
                      Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000))));
      return new NewAttributes(random.nextInt(010000), 0, 0, time);
    }

    private List<ContentRecord.Extent> extents() {
      List<ContentRecord.Extent> extents = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        extents.add(tree.extent(10L * extents.size(), 10));
      }
      return extents;
    }

    private static long size(List<ContentRecord.Extent> extents) {
      return 10L * extents.size();
    }

    private static List<Long> leaves(List<ContentRecord.Extent> extents) {
      return extents.stream().map(ContentRecord.Extent::leaf).toList();
    }

    private void compare() {
      IdentityHashMap<TreeModel.Node, Long> numbers = new IdentityHashMap<>();
      Map<Long, List<VaultPath>> paths = new HashMap<>();
      compare(VaultPath.ROOT, model.root, tree.read(r -> r.stat(VaultPath.ROOT)), numbers, paths);
      assertEquals(numbers.size(), tree.inodes(), "inodes");
      paths.forEach(
          (ino, expected) ->
              assertEquals(
                  expected.stream().map(VaultPath::toString).sorted().toList(),
                  tree.read(r -> r.pathsOf(ino)).stream()
                      .map(VaultPath::toString)
                      .sorted()
                      .toList(),
                  "paths of inode " + ino));
    }

    private void compare(
        VaultPath path,
        TreeModel.Node expected,
        Attributes real,
        IdentityHashMap<TreeModel.Node, Long> numbers,
        Map<Long, List<VaultPath>> paths) {
      String at = path.toString();
      Long known = numbers.putIfAbsent(expected, real.inode());
      assertTrue(known == null || known == real.inode(), "one inode under all names: " + at);
      paths.computeIfAbsent(real.inode(), key -> new ArrayList<>()).add(path);
      assertEquals(expected.kind, real.kind(), at);
      assertEquals(expected.mode, real.mode(), at);
      assertEquals(expected.size, real.size(), at);
      assertEquals(expected.kind == Kind.DIRECTORY ? 1 : expected.links, real.links(), at);
      assertEquals(FileTime.from(expected.modified), real.modified(), at);
      assertEquals(FileTime.from(expected.changed), real.changed(), at);
      if (expected.kind == Kind.SYMLINK) {
        assertArrayEquals(expected.target, tree.read(r -> r.readLink(path)));
      }
      if (expected.kind == Kind.FILE) {
        assertEquals(
            expected.extentLeaves,
            tree.extents(real.inode()).stream().map(ContentRecord.Extent::leaf).toList(),
            at);
      }
      if (expected.kind == Kind.DIRECTORY) {
        List<DirectoryEntry> entries = tree.read(r -> r.list(path));
        assertEquals(
            List.copyOf(expected.children.keySet()),
            entries.stream().map(DirectoryEntry::name).toList(),
            at);
        for (DirectoryEntry entry : entries) {
          TreeModel.Node child = model.find(path.resolve(entry.name()));
          assertTrue(child != null, at);
          if (child != null) {
            compare(path.resolve(entry.name()), child, entry.attributes(), numbers, paths);
          }
        }
      }
    }
  }
}
