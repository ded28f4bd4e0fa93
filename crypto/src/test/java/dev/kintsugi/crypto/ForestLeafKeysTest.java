package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.forest.DirectoryImageStore;
import dev.kintsugi.crypto.forest.Fanouts;
import dev.kintsugi.crypto.forest.ForestLeafKeys;
import dev.kintsugi.crypto.forest.KeySlot;
import dev.kintsugi.crypto.forest.KeySlots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forest on real files, as leaf keys. */
final class ForestLeafKeysTest extends LeafKeysContract {
  private static final byte[] ID = new byte[16];

  @TempDir Path dir;

  private final KeySlot slot = KeySlots.memory();
  private final AtomicLong next = new AtomicLong();
  private final LeafReservation reservation =
      new LeafReservation() {
        @Override
        public long reserve(int count) {
          return next.getAndAdd(count);
        }

        @Override
        public long limit() {
          return next.get();
        }
      };

  @AfterEach
  void closeSlot() {
    slot.close();
  }

  @Override
  ForestLeafKeys open() {
    try {
      DirectoryImageStore store = new DirectoryImageStore(dir.resolve("images"));
      return slot.current().isPresent()
          ? ForestLeafKeys.open(ID, store, slot, reservation, 0)
          : ForestLeafKeys.create(ID, Fanouts.of(4, 4, 4), store, slot, reservation);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void deletionIsIrrevocableAndSurvivesReopening() {
    long id;
    try (ForestLeafKeys keys = open()) {
      assertTrue(keys.irrevocable());
      id = keys.allocate(10);
      keys.puncture(id + 1);
      keys.commit();
      assertTrue(keys.lastCommitBytes() > 0);
    }
    try (ForestLeafKeys keys = open()) {
      assertThrows(PuncturedLeafException.class, () -> keys.key(id + 1));
      assertEquals(32, keys.key(id + 2).length());
    }
  }

  @Test
  void filesACrashLeftBehindAreRemoved() throws IOException {
    Path images = dir.resolve("images");
    try (ForestLeafKeys keys = open()) {
      keys.puncture(keys.allocate(10));
      keys.commit();
    }
    Files.write(images.resolve("00112233445566778899aabbccddeeff"), new byte[10]);
    Files.write(images.resolve("00112233445566778899aabbccddee00.new"), new byte[10]);
    open().close();
    try (var files = Files.list(images)) {
      assertEquals(2, files.count(), "one segment and the top");
    }
  }
}
