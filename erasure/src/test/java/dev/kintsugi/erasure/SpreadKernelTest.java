package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The contract of kernels, on three threads, and what is special about several of them. */
final class SpreadKernelTest extends GaloisKernelContract {
  private static final ExecutorService POOL = Executors.newFixedThreadPool(2);

  @AfterAll
  static void stopThreads() {
    POOL.shutdownNow();
  }

  @Override
  GaloisKernel kernel() {
    return GaloisKernels.spread(GaloisKernels.best(), POOL, 3);
  }

  private static ErasureCode code(Executor executor, int parts) {
    ErasureCode code = ErasureCodes.parse("rs:6+3");
    return code.withKernel(GaloisKernels.spread(code.kernel(), executor, parts));
  }

  @Test
  void longShardsAreCodedAsOnOneThread() {
    Random random = new Random(1);
    ErasureCode one = ErasureCodes.parse("rs:6+3");
    ErasureCode many = code(POOL, 5);
    for (int round = 0; round < 20; round++) {
      int length = random.nextInt(300_000);
      byte[][] expected = Samples.encoded(one, random, length);
      byte[][] shards = Samples.copy(expected);
      for (int r = 6; r < 9; r++) {
        random.nextBytes(shards[r]);
      }
      many.encode(shards, 0, length);
      assertArrayEquals(expected, shards);
      assertTrue(many.verify(shards, 0, length));
      if (length > 0) {
        shards[random.nextInt(9)][random.nextInt(length)] ^= 4;
        assertFalse(many.verify(shards, 0, length));
      }
      ByteBuffer[] buffers = new ByteBuffer[9];
      for (int i = 0; i < 9; i++) {
        buffers[i] = ByteBuffer.allocateDirect(length).put(0, expected[i]);
      }
      buffers[2].put(0, new byte[length]);
      many.reconstruct(buffers, Samples.without(9, 2));
      assertEquals(ByteBuffer.wrap(expected[2]), buffers[2]);
      assertTrue(many.verify(buffers));
    }
  }

  @Test
  void theExecutorHelps() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    Executor waiting =
        task ->
            POOL.execute(
                () -> {
                  threads.add(Thread.currentThread());
                  task.run();
                });
    byte[][] shards = new byte[9][1 << 20];
    for (int i = 0; i < 50 && threads.isEmpty(); i++) {
      code(waiting, 3).encode(shards, 0, 1 << 20);
    }
    assertFalse(threads.isEmpty());
  }

  @Test
  void anExecutorThatRefusesOrForgetsOnlyCostsSpeed() {
    byte[][] expected = Samples.encoded(ErasureCodes.parse("rs:6+3"), new Random(2), 100_000);
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("full");
        };
    for (Executor executor : new Executor[] {refusing, task -> {}, Runnable::run}) {
      byte[][] shards = Samples.copy(expected);
      shards[7] = new byte[100_000];
      code(executor, 4).reconstruct(shards, Samples.without(9, 7), 0, 100_000);
      assertArrayEquals(expected, shards);
    }
  }

  /** A pool whose only thread waits for its own call must not wait for ever. */
  @Test
  void callsFromTheExecutorItselfComeToAnEnd() throws Exception {
    ExecutorService single = Executors.newSingleThreadExecutor();
    try {
      byte[][] shards = Samples.random(new Random(3), 9, 100_000);
      assertTrue(
          single
              .submit(
                  () -> {
                    ErasureCode code = code(single, 4);
                    code.encode(shards, 0, 100_000);
                    return code.verify(shards, 0, 100_000);
                  })
              .get());
    } finally {
      single.shutdownNow();
    }
  }

  @Test
  void aFailureOfAnyPartIsThrown() {
    SharedWork work =
        new SharedWork(
            8,
            piece -> {
              if (piece == 5) {
                throw new IllegalStateException("piece 5");
              }
              return true;
            });
    assertEquals(
        "piece 5", assertThrows(IllegalStateException.class, () -> work.run(POOL)).getMessage());
  }

  /** Keeps its first task for later and breaks at the second. */
  private static Executor broken(List<Runnable> kept) {
    return task -> {
      if (!kept.isEmpty()) {
        throw new IllegalStateException("broken");
      }
      kept.add(task);
    };
  }

  @Test
  void noTaskTouchesARowAfterABrokenExecutorHasThrown() {
    List<Runnable> kept = new ArrayList<>();
    ErasureCode code = code(broken(kept), 4);
    byte[][] shards = Samples.random(new Random(4), 9, 100_000);
    byte[][] before = Samples.copy(shards);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> code.encode(shards, 0, 100_000));
    assertEquals("broken", e.getMessage());
    kept.forEach(Runnable::run);
    assertEquals(1, kept.size());
    assertArrayEquals(before, shards);
  }

  @Test
  void aBrokenExecutorThrowsWhenTasksInProgressAreDone() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    SharedWork work =
        new SharedWork(
            8,
            piece -> {
              started.countDown();
              LockSupport.parkNanos(50_000_000);
              done.incrementAndGet();
              return true;
            });
    AtomicInteger tasks = new AtomicInteger();
    Executor breaking =
        task -> {
          if (tasks.getAndIncrement() > 0) {
            throw new IllegalStateException("broken");
          }
          POOL.execute(task);
          assertTrue(await(started));
        };
    assertThrows(IllegalStateException.class, () -> work.run(breaking));
    int atReturn = done.get();
    assertTrue(atReturn > 0 && atReturn < 8, "pieces " + atReturn);
    Thread.sleep(150);
    assertEquals(atReturn, done.get());
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void badArgumentsAreNamed() {
    assertRefused("parts (0)", () -> GaloisKernels.spread(GaloisKernels.best(), POOL, 0));
    assertRefused("kernel must not be null", () -> GaloisKernels.spread(null, POOL, 2));
    assertRefused(
        "executor must not be null", () -> GaloisKernels.spread(GaloisKernels.best(), null, 2));
  }
}
