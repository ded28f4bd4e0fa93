package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.VaultLockedException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.DirectoryEntry;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.StatusReport;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VaultRoundTripTest {
  private static final int[] SIZES = {0, 1, 65535, 65536, 65537, (5 << 20) + 3, (17 << 20) + 1};

  @TempDir Path temp;

  @Test
  void everythingComesBackAfterReopening() throws IOException {
    FileTime then = FileTime.from(Instant.parse("2001-02-03T04:05:06.789012345Z"));
    NewAttributes attributes = new NewAttributes(0640, 1000, 4_000_000_000L, Optional.of(then));
    NewAttributes folder = new NewAttributes(01777, 1, 2, Optional.of(then));
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2")) {
      List<String> acknowledged = new ArrayList<>();
      try (Vault vault = fixture.open();
          Ingest ingest =
              vault.ingest(
                  (where, stored, degraded) -> {
                    assertEquals(0, degraded);
                    acknowledged.add(where.toString());
                  })) {
        ingest.directory(path("/d"), folder);
        for (int size : SIZES) {
          ingest.file(path("/d/f" + size), Source.of(bytes(size, size)), attributes);
        }
        ingest.symlink(path("/d/link"), "f1".getBytes(UTF_8), attributes);
        ingest.directory(path("/empty"), folder);
      }
      assertEquals(SIZES.length + 3, acknowledged.size());
      try (Vault vault = fixture.openReadOnly()) {
        for (int size : SIZES) {
          assertArrayEquals(bytes(size, size), read(vault, "/d/f" + size), "size " + size);
        }
        Attributes file = vault.stat(path("/d/f1"));
        assertEquals(0640, file.mode());
        assertEquals(4_000_000_000L, file.gid());
        assertEquals(then, file.modified());
        assertEquals(then, vault.stat(path("/d")).modified(), "entries keep the directory's time");
        assertEquals(01777, vault.stat(path("/d")).mode());
        assertArrayEquals("f1".getBytes(UTF_8), vault.readLink(path("/d/link")));
        assertEquals(
            List.of("d", "empty"),
            vault.list(path("/")).stream()
                .map(DirectoryEntry::name)
                .map(Object::toString)
                .toList());
        assertEquals(Kind.SYMLINK, vault.stat(path("/d/link")).kind());
        StatusReport status = vault.status(10);
        assertEquals(SIZES.length, status.files());
        assertEquals(3, status.directories());
        assertEquals(1, status.symlinks());
        assertEquals(Arrays.stream(SIZES).asLongStream().sum(), status.bytes());
        assertEquals(0, status.atRiskTotal());
        assertEquals(java.util.Set.of(2), status.stripesByRedundancyLeft().keySet());
        assertThrows(AccessDeniedException.class, () -> vault.remove(path("/d/f1")));
      }
    }
  }

  @Test
  void rangesAreReadExactly() throws IOException {
    byte[] content = bytes(7, (17 << 20) + 12345);
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault vault = fixture.open()) {
      vault.put(path("/f"), Source.of(content));
      try (ObjectReader reader = vault.openObject(path("/f"))) {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
          int from = random.nextInt(content.length + 10);
          ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(300_000));
          int count = reader.read(from, target);
          int expected = Math.max(0, Math.min(target.capacity(), content.length - from));
          assertEquals(expected, count);
          assertArrayEquals(
              Arrays.copyOfRange(content, Math.min(from, content.length), from + count),
              Arrays.copyOf(target.array(), count));
        }
        ByteBuffer whole = ByteBuffer.allocate(content.length);
        for (int at = 0, n = 1; n > 0; at += n) {
          ByteBuffer piece = ByteBuffer.allocate(100_001);
          n = reader.read(at, piece);
          whole.put(piece.flip());
        }
        assertArrayEquals(content, whole.array());
      }
    }
  }

  @Test
  void aSecondWriterIsRefusedAndReadersGoOn() throws IOException {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault writer = fixture.open()) {
      writer.put(path("/a"), Source.of(bytes(1, 100)));
      assertThrows(VaultLockedException.class, fixture::open);
      try (Vault reader = fixture.openReadOnly()) {
        assertArrayEquals(bytes(1, 100), read(reader, "/a"));
        writer.put(path("/b"), Source.of(bytes(2, 100)));
        assertArrayEquals(bytes(2, 100), read(reader, "/b"), "a reader sees what was committed");
      }
    }
  }

  @Test
  void aReplacedFileStaysReadableForWhoHasItOpenAndItsShardsGoAfterwards() throws IOException {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault vault = fixture.open()) {
      vault.put(path("/f"), Source.of(bytes(1, 200_000)));
      try (ObjectReader old = vault.openObject(path("/f"))) {
        vault.put(path("/f"), Source.of(bytes(2, 200_000)));
        ByteBuffer target = ByteBuffer.allocate(200_000);
        assertEquals(200_000, old.read(0, target));
        assertArrayEquals(bytes(1, 200_000), target.array());
      }
      assertArrayEquals(bytes(2, 200_000), read(vault, "/f"));
      vault.remove(path("/f"));
      assertEquals(
          Map.of(2, 1L),
          vault.status(0).stripesByRedundancyLeft(),
          "the last manifest is all that is left");
      assertEquals(1, fixture.shards(0).size());
    }
  }

  @Test
  void aReplacedFileStaysReadableForAReaderThatIsNotTheWriter() throws IOException {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault writer = fixture.open();
        Vault reader = fixture.openReadOnly()) {
      writer.put(path("/f"), Source.of(bytes(1, 200_000)));
      try (ObjectReader old = reader.openObject(path("/f"))) {
        writer.put(path("/f"), Source.of(bytes(2, 200_000)));
        writer.remove(path("/f"));
        ByteBuffer target = ByteBuffer.allocate(200_000);
        assertEquals(200_000, old.read(0, target));
        assertArrayEquals(bytes(1, 200_000), target.array());
      }
      List<ShardName> waiting = fixture.shards(0);
      writer.makeDirectory(path("/d"), NewAttributes.ofMode(0755));
      List<ShardName> left = fixture.shards(0);
      left.retainAll(waiting);
      assertTrue(
          left.size() <= waiting.size() - 3,
          "two data stripes and a manifest at least waited for the reader, and are gone");
    }
  }

  @Test
  void theLastOfSeveralItemsForOnePathInABatchCounts() throws IOException {
    List<String> acknowledged = new ArrayList<>();
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault vault = fixture.open()) {
      NewAttributes plain = NewAttributes.ofMode(0600);
      try (Ingest ingest =
          vault.ingest((where, a, degraded) -> acknowledged.add(where + " " + a.size()))) {
        ingest.file(path("/f"), Source.of(bytes(1, 10)), plain);
        ingest.file(path("/f"), Source.of(bytes(2, 9 << 20)), plain);
        ingest.symlink(path("/f"), "x".getBytes(UTF_8), plain);
        ingest.file(path("/f"), Source.of(bytes(3, 30)), plain);
      }
      assertEquals(List.of("/f 10", "/f 9437184", "/f 1", "/f 30"), acknowledged);
      assertArrayEquals(bytes(3, 30), read(vault, "/f"));
      assertEquals(1, vault.list(path("/")).size());
    }
  }
}
