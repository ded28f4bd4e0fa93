package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.internal.archive.vault.VaultDirectory;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileLimitTest {
  @TempDir Path temp;

  @Test
  void withFourDataShardsAFileHasTwoHundredThousandExtents() {
    FileLimit limit = FileLimit.of(Scheme.parse("rs:4+2"));
    assertEquals(203_001, limit.extents());
    assertEquals(1_702_895_812_608L, limit.bytes());
  }

  @Test
  void aCommitTakesAFileOfTheLimitAndNotOneExtentMore() {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2")) {
      try (Vault vault = fixture.open()) {
        vault.put(path("/small"), Source.of(new byte[10]));
      }
      int most = FileLimit.of(Scheme.parse("rs:4+2")).extents();
      try (Session session = session(fixture)) {
        ContentRecord.Extent some =
            session
                .gate()
                .read(
                    reader -> {
                      NamespaceReader tree = new NamespaceReader(reader, session.seals());
                      return tree.content(tree.stat(path("/small")).inode()).extents().get(0);
                    });
        store(session, "/most", some, most);
        KintsugiException failure =
            assertThrows(KintsugiException.class, () -> store(session, "/more", some, most + 1));
        assertTrue(failure.toString().contains("too many extents"), failure.toString());
      }
      try (Vault vault = fixture.openReadOnly()) {
        assertEquals(most, vault.stat(path("/most")).size());
        assertTrue(vault.lookup(path("/more")).isEmpty());
      }
    }
  }

  private static Session session(VaultFixture fixture) {
    try (Unlock unlock = VaultFixture.unlock()) {
      VaultDirectory directory = VaultDirectory.open(fixture.directory, unlock.chars(), false);
      return new Session(
          VaultFixture.environment(Backends::open, UnaryOperator.identity()),
          directory,
          SqliteIndex.open(directory.indexFile()));
    }
  }

  /** Commits a file of extents of one byte, all at the place of a stored one. */
  private static void store(Session session, String name, ContentRecord.Extent some, int extents) {
    List<ContentRecord.Extent> list =
        IntStream.range(0, extents)
            .mapToObj(
                i -> new ContentRecord.Extent(i, 1, some.leaf(), some.stripe(), some.address()))
            .toList();
    long ino = session.ingestEngine().inode();
    session
        .committer()
        .commit(editor -> editor.file(path(name), NewAttributes.ofMode(0644), ino, extents, list));
  }
}
