package dev.kintsugi.core.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus.State;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveSetTest {
  @TempDir Path directory;
  private final Secret key = Secret.random(32);

  @AfterEach
  void wipe() {
    key.close();
  }

  private ArchiveSpec spec(String name) {
    return ArchiveSpec.of(name, "file:" + directory.resolve(name));
  }

  private ArchiveConfig initialise(int number, String name) {
    ArchiveMarker marker = ArchiveSet.initialise(spec(name), key, Backends::open);
    return ArchiveConfig.of(number, spec(name), marker);
  }

  private List<ArchiveConfig> six() {
    List<ArchiveConfig> configs = new ArrayList<>();
    for (int i = 5; i >= 0; i--) {
      configs.add(initialise(i, "abcdef".substring(i, i + 1)));
    }
    return configs;
  }

  @Test
  void archivesWithTheirMarkersAreAvailableInTheOrderOfTheirNumbers() throws IOException {
    try (ArchiveSet set = ArchiveSet.open(six(), key, Backends::open)) {
      assertEquals(List.of(0, 1, 2, 3, 4, 5), set.all().stream().map(a -> a.number()).toList());
      assertEquals(set.all(), set.available());
      AttachedArchive b = set.named("b").orElseThrow();
      assertEquals(b, set.get(1));
      assertEquals("", b.detail());
      b.backend().write(ShardName.random(), ByteBuffer.wrap(new byte[10]));
      assertTrue(b.usualNanos(BackendOperation.WRITE).isPresent());
      assertTrue(b.usualNanos(BackendOperation.DELETE).isEmpty());
      assertTrue(b.free().isPresent());
    }
  }

  @Test
  void missingEmptiedForeignAndSwappedArchivesAreToldApart() throws IOException {
    List<ArchiveConfig> configs = six();
    MoreFiles.deleteRecursively(directory.resolve("a"));
    Files.delete(directory.resolve("b/records/marker"));
    try (Secret other = Secret.random(32)) {
      MoreFiles.deleteRecursively(directory.resolve("c"));
      ArchiveSet.initialise(spec("c"), other, Backends::open);
    }
    Files.move(directory.resolve("d"), directory.resolve("swap"));
    Files.move(directory.resolve("e"), directory.resolve("d"));
    Files.move(directory.resolve("swap"), directory.resolve("e"));
    Files.write(directory.resolve("f/records/marker"), new byte[38]);
    try (ArchiveSet set = ArchiveSet.open(configs, key, Backends::open)) {
      assertState(set, "a", State.UNAVAILABLE, "does not exist");
      assertState(set, "b", State.FOREIGN, "no marker");
      assertState(set, "c", State.FOREIGN, "another vault");
      assertState(set, "d", State.FOREIGN, "another archive of this vault");
      assertState(set, "e", State.FOREIGN, "another archive of this vault");
      assertState(set, "f", State.FOREIGN, "cannot be read");
      assertEquals(List.of(), set.available());
      ArchiveUnavailableException e =
          assertThrows(ArchiveUnavailableException.class, () -> set.get(0).backend());
      assertTrue(
          e.toString().contains("archive a: " + directory.resolve("a") + " does not exist"),
          e.toString());
      assertFalse(Files.exists(directory.resolve("a")), "a lost archive is not made anew");
    }
  }

  private static void assertState(ArchiveSet set, String name, State state, String detail) {
    AttachedArchive archive = set.named(name).orElseThrow();
    assertEquals(state, archive.state(), name);
    assertTrue(archive.detail().contains(detail), name + ": " + archive.detail());
  }

  @Test
  void recheckSeesArchivesGoAndComeBack() throws IOException {
    try (ArchiveSet set = ArchiveSet.open(six(), key, Backends::open)) {
      Files.move(directory.resolve("a"), directory.resolve("away"));
      assertTrue(set.get(0).isAvailable(), "the state changes by rechecking alone");
      assertEquals(State.UNAVAILABLE, set.get(0).recheck());
      Files.move(directory.resolve("away"), directory.resolve("a"));
      set.recheck();
      assertEquals(6, set.available().size());
    }
  }

  @Test
  void initialiseRefusesAPlaceWithAMarkerAndCanBeUndone() {
    ArchiveMarker first = ArchiveSet.initialise(spec("a"), key, Backends::open);
    assertThrows(
        PathExistsException.class, () -> ArchiveSet.initialise(spec("a"), key, Backends::open));
    assertEquals(first, ArchiveSet.identify(spec("a"), key, Backends::open).orElseThrow());
    ArchiveSet.undoInitialise(spec("a"), ArchiveMarker.create(key), Backends::open);
    assertTrue(
        ArchiveSet.identify(spec("a"), key, Backends::open).isPresent(),
        "another marker is left alone");
    ArchiveSet.undoInitialise(spec("a"), first, Backends::open);
    assertTrue(ArchiveSet.identify(spec("a"), key, Backends::open).isEmpty());
    ArchiveSet.initialise(spec("a"), key, Backends::open);
  }

  @Test
  void identifyKnowsOnlyTheVaultsOwn() {
    ArchiveSet.initialise(spec("a"), key, Backends::open);
    try (Secret other = Secret.random(32)) {
      assertTrue(ArchiveSet.identify(spec("a"), other, Backends::open).isEmpty());
    }
    assertThrows(
        ArchiveUnavailableException.class,
        () -> ArchiveSet.identify(spec("missing"), key, Backends::open));
  }

  @Test
  void attachAddsAndReplaces() throws IOException {
    List<ArchiveConfig> configs = six();
    try (ArchiveSet set = ArchiveSet.open(configs, key, Backends::open)) {
      Backend old = set.get(2).backend();
      set.attach(initialise(6, "g"));
      ArchiveConfig replacement = initialise(2, "new-c");
      assertTrue(set.attach(replacement).isAvailable());
      assertEquals(7, set.available().size());
      assertEquals("new-c", set.get(2).name());
      assertThrows(IOException.class, () -> old.capacity(), "the replaced archive is closed");
    }
  }

  @Test
  void theSameNumberTwiceIsRefused() {
    ArchiveConfig a = initialise(0, "a");
    ArchiveConfig b = initialise(0, "b");
    assertThrows(
        IllegalArgumentException.class,
        () -> ArchiveSet.open(List.of(a, b), key, Backends::open).close());
  }
}
