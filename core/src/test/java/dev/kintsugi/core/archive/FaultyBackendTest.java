package dev.kintsugi.core.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without a script it keeps every promise; with one it breaks exactly what it is told to. */
class FaultyBackendTest extends BackendContract {
  private final String name = "faulty-" + UUID.randomUUID();

  @Override
  protected Backend open() throws IOException {
    return new FaultyBackend(MemoryBackend.open(name, true), 1);
  }

  @Override
  protected void vanish() {
    MemoryBackend.drop(name);
  }

  @AfterEach
  void drop() {
    MemoryBackend.drop(name);
  }

  private FaultyBackend faulty() throws IOException {
    return (FaultyBackend) open();
  }

  @Test
  void theNthOperationFailsAndNoOther() throws IOException {
    try (FaultyBackend backend = faulty()) {
      backend.fail(BackendOperation.WRITE, 2, () -> new IOException("scripted"));
      ShardName[] names = {ShardName.random(), ShardName.random(), ShardName.random()};
      backend.write(names[0], ByteBuffer.wrap(new byte[1]));
      IOException e =
          assertThrows(
              IOException.class, () -> backend.write(names[1], ByteBuffer.wrap(new byte[1])));
      assertEquals("scripted", e.getMessage());
      backend.write(names[2], ByteBuffer.wrap(new byte[1]));
      assertEquals(2, listing(backend).size());
    }
  }

  @Test
  void anOperationThatFailsAfterItsEffectHasHadIt() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName shard = ShardName.random();
      backend.failAfterEffect(BackendOperation.WRITE, 1, () -> new IOException("scripted"));
      assertThrows(IOException.class, () -> backend.write(shard, ByteBuffer.wrap(new byte[3])));
      assertEquals(Map.of(shard, 3L), listing(backend));
    }
  }

  @Test
  void readsAreChangedByOneBitOrCut() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName shard = ShardName.random();
      byte[] content = bytes(3, 1000);
      backend.write(shard, ByteBuffer.wrap(content));
      backend.flipBits(1);
      byte[] changed = read(backend, shard);
      int bits = 0;
      for (int i = 0; i < content.length; i++) {
        bits += Integer.bitCount((content[i] ^ changed[i]) & 0xff);
      }
      assertEquals(1, bits);
      backend.flipBits(0);
      assertArrayEquals(content, read(backend, shard));
      backend.truncateReads(1);
      assertTrue(backend.read(shard, 0, ByteBuffer.allocate(1000)) < 1000);
    }
  }

  @Test
  void aFullArchiveSaysSo() throws IOException {
    try (FaultyBackend backend = faulty()) {
      backend.leaveRoom(10);
      backend.write(ShardName.random(), ByteBuffer.wrap(new byte[6]));
      assertThrows(
          ArchiveFullException.class,
          () -> backend.write(ShardName.random(), ByteBuffer.wrap(new byte[6])));
      assertThrows(ArchiveFullException.class, () -> backend.writeRecord("slot", new byte[5]));
      backend.writeRecord("slot", new byte[4]);
      assertEquals(1, listing(backend).size());
    }
  }

  @Test
  void aVanishedArchiveComesBackWhole() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName shard = ShardName.random();
      backend.write(shard, ByteBuffer.wrap(new byte[6]));
      backend.vanish();
      assertThrows(ArchiveGoneException.class, () -> backend.size(shard));
      assertThrows(ArchiveGoneException.class, () -> backend.list(info -> {}));
      backend.comeBack();
      assertEquals(6, backend.size(shard));
    }
  }

  @Test
  void aLyingDiskForgetsWhatItAcknowledged() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName kept = ShardName.random();
      ShardName lost = ShardName.random();
      backend.write(kept, ByteBuffer.wrap(new byte[1]));
      backend.forgetWrites();
      backend.write(lost, ByteBuffer.wrap(new byte[1]));
      assertEquals(2, listing(backend).size());
      backend.crash();
      assertEquals(Map.of(kept, 1L), listing(backend));
    }
  }

  @Test
  void aLyingDiskTakesBackWhatItReplaced() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName shard = ShardName.random();
      backend.write(shard, ByteBuffer.wrap(new byte[] {1}));
      backend.replace(shard, ByteBuffer.wrap(new byte[] {2}));
      backend.forgetWrites();
      backend.replace(shard, ByteBuffer.wrap(new byte[] {3}));
      backend.replace(shard, ByteBuffer.wrap(new byte[] {4}));
      backend.crash();
      assertArrayEquals(new byte[] {2}, read(backend, shard));
    }
  }

  @Test
  void shardsAreTamperedWithInPlace() throws IOException {
    try (FaultyBackend backend = faulty()) {
      ShardName shard = ShardName.random();
      backend.write(shard, ByteBuffer.wrap(new byte[] {1, 2}));
      backend.tamper(shard, bytes -> new byte[] {bytes[1]});
      assertArrayEquals(new byte[] {2}, read(backend, shard));
    }
  }

  @Test
  void aSlowArchiveIsSlow() throws IOException {
    try (FaultyBackend backend = faulty()) {
      backend.delay(Duration.ofMillis(30));
      long start = System.nanoTime();
      assertFalse(backend.delete(ShardName.random()));
      assertTrue(System.nanoTime() - start >= 30_000_000);
    }
  }
}
