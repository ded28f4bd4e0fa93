package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.store.ArchiveChange;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that are found at another place than before. */
final class MovedArchiveTest {
  @TempDir Path temp;

  /** Which place in memory is found under a URL, for those that have moved. */
  private final Map<String, String> mounts = new ConcurrentHashMap<>();

  private final BackendOpener opener =
      (url, create) ->
          MemoryBackend.open(mounts.getOrDefault(url, url.substring("memory:".length())), create);

  private VaultFixture fixture(String name) {
    return new VaultFixture(temp.resolve(name), 4, opener).create("rs:2+1");
  }

  /** Mounts an archive elsewhere, as an operator would. */
  private void move(VaultFixture fixture, int archive, String url) {
    mounts.put(url, fixture.place(archive));
    mounts.put(fixture.archives.get(archive).url(), fixture.place(archive) + "-empty");
  }

  private static ArchiveChange moved(VaultFixture fixture, int archive) {
    return new ArchiveChange(ArchiveChange.Kind.MOVED, fixture.archives.get(archive).url(), false);
  }

  @Test
  void anArchiveFoundAtAnotherPlaceIsTakenWithItsShards() {
    try (VaultFixture fixture = fixture("v")) {
      try (Vault vault = fixture.open()) {
        vault.put(path("/a"), Source.of(bytes(1, 100_000)));
      }
      move(fixture, 2, "memory:elsewhere");
      ArchiveSpec spec = ArchiveSpec.of("c", "memory:elsewhere");
      try (Vault vault = fixture.openReadOnly()) {
        assertEquals(moved(fixture, 2), vault.tryAddArchive(spec, false));
        assertEquals(fixture.archives.get(2).url(), vault.archives().get(2).spec().url());
      }
      try (Vault vault = fixture.open()) {
        assertTrue(
            !vault.scrub(new ScrubOptions(false), Progress.NONE).clean(), "the control: c is away");
        assertEquals(moved(fixture, 2), vault.addArchive(spec, false));
        vault.put(path("/b"), Source.of(bytes(2, 100_000)));
      }
      try (Vault vault = fixture.open()) {
        assertEquals("memory:elsewhere", vault.archives().get(2).spec().url());
        vault.repair(Progress.NONE);
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
        assertEquals(0, vault.archives().get(2).missing());
      }
    }
  }

  @Test
  void aPlaceOfAnotherArchiveIsRefusedAndTheArchiveNamed() {
    try (VaultFixture fixture = fixture("v")) {
      move(fixture, 2, "memory:elsewhere");
      try (Vault vault = fixture.open()) {
        for (String name : new String[] {"b", "new"}) {
          ArchiveSpec spec = ArchiveSpec.of(name, "memory:elsewhere");
          String message =
              assertThrows(PathExistsException.class, () -> vault.addArchive(spec, true))
                  .toString();
          assertTrue(message.contains("holds archive c of this vault, not " + name), message);
          assertTrue(message.contains("kintsugi archive add c=memory:elsewhere"), message);
          assertEquals(
              message,
              assertThrows(PathExistsException.class, () -> vault.tryAddArchive(spec, true))
                  .toString());
        }
        assertEquals(4, vault.archives().size());
        vault.addArchive(ArchiveSpec.of("c", "memory:elsewhere"), false); // the control
      }
    }
  }

  @Test
  void anArchiveThatIsStillThereIsOnlyMovedWhenAskedTo() {
    try (VaultFixture fixture = fixture("v")) {
      mounts.put("memory:twice", fixture.place(2));
      ArchiveSpec spec = ArchiveSpec.of("c", "memory:twice");
      try (Vault vault = fixture.open()) {
        assertThrows(PathExistsException.class, () -> vault.tryAddArchive(spec, false));
        assertThrows(PathExistsException.class, () -> vault.addArchive(spec, false));
        assertThrows(
            PathExistsException.class, () -> vault.addArchive(fixture.archives.get(2), true));
        assertEquals(moved(fixture, 2), vault.tryAddArchive(spec, true));
        assertEquals(moved(fixture, 2), vault.addArchive(spec, true));
      }
    }
  }

  @Test
  void anArchiveOfAnotherVaultOrOneThatWasReplacedIsRefused() {
    try (VaultFixture fixture = fixture("v");
        VaultFixture other = fixture("w");
        Vault vault = fixture.open()) {
      ArchiveSpec foreign = ArchiveSpec.of("g", other.archives.get(0).url());
      assertThrows(PathExistsException.class, () -> vault.tryAddArchive(foreign, false));
      assertThrows(PathExistsException.class, () -> vault.addArchive(foreign, false));
      String fresh = "memory:" + fixture.place(2) + "-fresh";
      ArchiveSpec replacement = ArchiveSpec.of("c", fresh);
      assertEquals(ArchiveChange.Kind.REPLACED, vault.tryAddArchive(replacement, true).kind());
      assertEquals(ArchiveChange.Kind.REPLACED, vault.addArchive(replacement, true).kind());
      String message =
          assertThrows(
                  PathExistsException.class,
                  () -> vault.addArchive(ArchiveSpec.of("c", fixture.archives.get(2).url()), true))
              .toString();
      assertTrue(message.contains("was replaced"), message);
      MemoryBackend.drop(fresh.substring("memory:".length()));
    }
  }

  @Test
  void anArchiveThatAnotherCopyHasWrittenToIsRefusedAndTheVaultGoesOnWithoutIt()
      throws IOException {
    try (VaultFixture fixture = fixture("v")) {
      Path copy = fixture.copy(temp.resolve("copy"));
      Map<Integer, Map<String, byte[]>> before = new HashMap<>();
      for (int archive : List.of(0, 1, 3)) {
        before.put(archive, records(fixture, archive));
      }
      fixture.open(copy, false).close();
      for (Map.Entry<Integer, Map<String, byte[]>> old : before.entrySet()) {
        try (Backend backend = fixture.backend(old.getKey())) {
          for (Map.Entry<String, byte[]> record : old.getValue().entrySet()) {
            backend.writeRecord(record.getKey(), record.getValue());
          }
        }
      }
      move(fixture, 2, "memory:elsewhere");
      ArchiveSpec spec = ArchiveSpec.of("c", "memory:elsewhere");
      try (Vault vault = fixture.openReadOnly()) {
        assertThrows(VaultSupersededException.class, () -> vault.tryAddArchive(spec, false));
      }
      try (Vault vault = fixture.open()) {
        String message =
            assertThrows(VaultSupersededException.class, () -> vault.addArchive(spec, false))
                .toString();
        assertTrue(message.contains("archive c at memory:elsewhere is not taken"), message);
        assertTrue(message.contains("kintsugi archive add --replace c=URL"), message);
        vault.put(path("/a"), Source.of(bytes(1, 100_000)));
      }
      String fresh = fixture.place(2) + "-fresh";
      try (Vault vault = fixture.open()) {
        assertEquals(fixture.archives.get(2).url(), vault.archives().get(2).spec().url());
        vault.put(path("/b"), Source.of(bytes(2, 100_000)));
        vault.addArchive(ArchiveSpec.of("c", "memory:" + fresh), true);
        vault.rebuild("c", Progress.NONE);
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
      }
      MemoryBackend.drop(fresh);
    }
  }

  private static Map<String, byte[]> records(VaultFixture fixture, int archive) throws IOException {
    Map<String, byte[]> records = new HashMap<>();
    try (Backend backend = fixture.backend(archive)) {
      for (String record : List.of(ArchiveHead.HEAD, ArchiveHead.INTENT)) {
        records.put(record, backend.readRecord(record).orElseThrow());
      }
    }
    return records;
  }

  @Test
  void anArchiveThatIsOlderThanWhatTheVaultLastWroteIsTakenAndSaidToBe() {
    try (VaultFixture fixture = fixture("v")) {
      move(fixture, 2, "memory:elsewhere");
      ArchiveSpec spec = ArchiveSpec.of("c", "memory:elsewhere");
      try (Vault vault = fixture.openReadOnly()) {
        assertFalse(vault.tryAddArchive(spec, false).missedWrites(), "the control");
      }
      try (Vault vault = fixture.open()) {
        vault.put(path("/a"), Source.of(bytes(1, 100_000)));
      }
      try (Vault vault = fixture.openReadOnly()) {
        assertTrue(vault.tryAddArchive(spec, false).missedWrites());
      }
      try (Vault vault = fixture.open()) {
        assertTrue(vault.addArchive(spec, false).missedWrites());
        vault.scrub(new ScrubOptions(true), Progress.NONE);
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
      }
    }
  }
}
