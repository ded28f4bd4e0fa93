package dev.kintsugi.core.internal.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendContract;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.FaultyBackend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardExistsException;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryingBackendTest extends BackendContract {
  private static final RetryPolicy POLICY =
      new RetryPolicy(4, Duration.ofMillis(10), Duration.ofMillis(25));

  private final String name = "retrying-" + UUID.randomUUID();
  private final List<Duration> waits = new ArrayList<>();

  @Override
  protected Backend open() throws IOException {
    return retrying(MemoryBackend.open(name, true));
  }

  private RetryingBackend retrying(Backend delegate) {
    return new RetryingBackend(delegate, POLICY, waits::add, () -> 0);
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
    return new FaultyBackend(MemoryBackend.open(name, true), 1);
  }

  private static void failTimes(
      FaultyBackend backend, BackendOperation operation, int times, Supplier<IOException> failure) {
    for (int i = 1; i <= times; i++) {
      backend.fail(operation, i, failure);
    }
  }

  @Test
  void passingFailuresAreNotSeen() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      ShardName shard = ShardName.random();
      for (BackendOperation operation : BackendOperation.values()) {
        failTimes(faulty, operation, 3, () -> new IOException("flaky"));
      }
      ByteBuffer content = ByteBuffer.wrap(bytes(1, 100));
      backend.write(shard, content);
      assertFalse(content.hasRemaining());
      assertArrayEquals(bytes(1, 100), read(backend, shard));
      assertEquals(1, listing(backend).size());
      backend.writeRecord("slot", new byte[] {1});
      assertTrue(backend.readRecord("slot").isPresent());
      assertTrue(backend.deleteRecord("slot"));
      assertTrue(backend.delete(shard));
      backend.capacity();
      assertEquals(27, waits.size());
      assertEquals(
          List.of(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(25)),
          waits.subList(0, 3));
    }
  }

  @Test
  void itGivesUpAfterTheLastAttemptAndTellsOfTheFirst() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      int[] number = {0};
      failTimes(faulty, BackendOperation.SIZE, 9, () -> new IOException("failure " + ++number[0]));
      IOException e = assertThrows(IOException.class, () -> backend.size(ShardName.random()));
      assertEquals("failure 4", e.getMessage());
      assertEquals("failure 1", e.getSuppressed()[0].getMessage());
      assertEquals(3, waits.size());
    }
  }

  @Test
  void certainFailuresAreNotRepeated() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      for (IOException certain :
          List.of(
              new ArchiveFullException("full"),
              new ArchiveGoneException("gone"),
              new InterruptedIOException("interrupted"),
              new IOException(new java.nio.file.AccessDeniedException("x")))) {
        faulty.fail(BackendOperation.WRITE, 1, () -> certain);
        assertThrows(
            certain.getClass(),
            () -> backend.write(ShardName.random(), ByteBuffer.wrap(new byte[1])));
      }
      assertEquals(List.of(), waits);
    }
  }

  @Test
  void aWriteThatSucceededUnseenIsASuccess() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      ShardName shard = ShardName.random();
      faulty.failAfterEffect(BackendOperation.WRITE, 1, () -> new IOException("who knows"));
      backend.write(shard, ByteBuffer.wrap(bytes(1, 50)), ByteBuffer.wrap(bytes(2, 50)));
      assertEquals(100, backend.size(shard));
    }
  }

  @Test
  void aNameTakenByOtherBytesIsStillTaken() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      ShardName shard = ShardName.random();
      for (int length : new int[] {99, 100, 101}) {
        backend.write(shard, ByteBuffer.wrap(bytes(7, length)));
        failTimes(faulty, BackendOperation.WRITE, 1, () -> new IOException("flaky"));
        assertThrows(
            ShardExistsException.class, () -> backend.write(shard, ByteBuffer.wrap(bytes(1, 100))));
        backend.delete(shard);
      }
    }
  }

  @Test
  void aListingThatBeganIsNotRepeated() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend = retrying(faulty)) {
      backend.write(ShardName.random(), ByteBuffer.wrap(new byte[1]));
      faulty.failAfterEffect(BackendOperation.LIST, 1, () -> new IOException("torn"));
      int[] seen = {0};
      assertThrows(IOException.class, () -> backend.list(info -> seen[0]++));
      assertEquals(1, seen[0], "no shard is visited twice");
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws IOException {
    FaultyBackend faulty = faulty();
    try (Backend backend =
        new RetryingBackend(
            faulty,
            POLICY,
            time -> {
              throw new InterruptedException();
            },
            () -> 0)) {
      faulty.fail(BackendOperation.SIZE, 1, () -> new IOException("flaky"));
      assertThrows(InterruptedIOException.class, () -> backend.size(ShardName.random()));
      assertTrue(Thread.interrupted(), "the interrupt is kept");
    }
  }

  @Test
  void waitsAreShortenedByUpToAHalf() {
    assertEquals(Duration.ofMillis(5), POLICY.before(2, 1));
    assertEquals(Duration.ofMillis(15), POLICY.before(3, 0.5));
    assertThrows(
        IllegalArgumentException.class, () -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO));
  }
}
