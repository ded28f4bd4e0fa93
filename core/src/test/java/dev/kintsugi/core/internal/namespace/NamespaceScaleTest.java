package dev.kintsugi.core.internal.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operation costs does not follow the size of the tree. */
class NamespaceScaleTest {
  private static final NewAttributes MODE = NewAttributes.ofMode(0755);

  @TempDir Path directory;

  @Test
  void movingADirectoryTouchesAHandfulOfRowsHoweverMuchLiesBelow() {
    try (Tree tree = new Tree(SqliteIndex.create(directory.resolve("index.db")), false)) {
      long small = callsToMove(tree, "/small", 1);
      assertTrue(small > 0, "the calls are not counted");
      assertEquals(small, callsToMove(tree, "/large", 10_000), "calls of the index");
      assertEquals(10_000, tree.read(r -> r.list(VaultPath.parse("/to/large"))).size());
    }
  }

  private static long callsToMove(Tree tree, String name, int entries) {
    tree.commit(
        e -> {
          e.directory(VaultPath.parse("/to"), MODE);
          VaultPath made = VaultPath.parse(name);
          e.makeDirectory(made, MODE);
          for (int i = 0; i < entries; i++) {
            e.makeDirectory(made.resolve("entry " + i), MODE);
          }
        });
    Changes changes =
        tree.commit(e -> e.move(VaultPath.parse(name), VaultPath.parse("/to" + name)));
    assertEquals(3, changes.records().size(), "the two directories and what moved");
    assertEquals(4, changes.deadLeaves().size(), "three older records and the older name");
    return tree.calls();
  }
}
