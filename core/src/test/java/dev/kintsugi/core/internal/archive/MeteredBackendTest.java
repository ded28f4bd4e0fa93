package dev.kintsugi.core.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendContract;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.FaultyBackend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.NoSuchShardException;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeteredBackendTest extends BackendContract {
  private final String name = "metered-" + UUID.randomUUID();

  @Override
  protected Backend open() throws IOException {
    return new MeteredBackend(MemoryBackend.open(name, true));
  }

  @Override
  protected void vanish() {
    MemoryBackend.drop(name);
  }

  @AfterEach
  void drop() {
    MemoryBackend.drop(name);
  }

  @Test
  void callsFailuresBytesAndTimesAreCounted() throws IOException {
    AtomicLong clock = new AtomicLong();
    FaultyBackend faulty = new FaultyBackend(MemoryBackend.open(name, true), 1);
    try (MeteredBackend backend = new MeteredBackend(faulty, () -> clock.getAndAdd(800))) {
      ShardName shard = ShardName.random();
      backend.write(shard, ByteBuffer.wrap(new byte[60]), ByteBuffer.wrap(new byte[40]));
      assertEquals(100, backend.read(shard, 0, ByteBuffer.allocate(200)));
      assertEquals(10, backend.read(shard, 90, ByteBuffer.allocate(200)));
      assertThrows(
          NoSuchShardException.class,
          () -> backend.read(ShardName.random(), 0, ByteBuffer.allocate(1)));
      backend.writeRecord("slot", new byte[7]);
      backend.readRecord("slot");
      assertEquals(
          new OperationMetrics(1, 0, 100, 800, OptionalLong.of(800)),
          backend.metrics(BackendOperation.WRITE));
      assertEquals(
          new OperationMetrics(3, 1, 110, 2400, OptionalLong.of(800)),
          backend.metrics(BackendOperation.READ));
      assertEquals(7, backend.metrics(BackendOperation.WRITE_RECORD).bytes());
      assertEquals(7, backend.metrics(BackendOperation.READ_RECORD).bytes());
      assertEquals(
          new OperationMetrics(0, 0, 0, 0, OptionalLong.empty()),
          backend.metrics(BackendOperation.LIST));
    }
  }

  @Test
  void theUsualTimeFollowsSlowlyAndIgnoresFailures() throws IOException {
    long[] step = {1000};
    AtomicLong clock = new AtomicLong();
    try (MeteredBackend backend =
        new MeteredBackend(MemoryBackend.open(name, true), () -> clock.getAndAdd(step[0]))) {
      backend.delete(ShardName.random());
      step[0] = 9000;
      backend.delete(ShardName.random());
      assertEquals(OptionalLong.of(2000), backend.metrics(BackendOperation.DELETE).usualNanos());
      assertThrows(NoSuchShardException.class, () -> backend.size(ShardName.random()));
      assertEquals(OptionalLong.empty(), backend.metrics(BackendOperation.SIZE).usualNanos());
    }
  }
}
