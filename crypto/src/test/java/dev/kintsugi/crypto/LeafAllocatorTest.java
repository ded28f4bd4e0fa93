package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeafAllocatorTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void checksDoNotWaitForAReservation() throws Exception {
    CountDownLatch reserving = new CountDownLatch(1);
    CountDownLatch checked = new CountDownLatch(1);
    LeafAllocator allocator =
        new LeafAllocator(
            new LeafReservation() {
              private boolean first = true;

              @Override
              public long reserve(int count) {
                if (first) {
                  first = false;
                  return 0;
                }
                // The owner of the counter is in the midst of a transaction that checks leaves.
                reserving.countDown();
                await(checked);
                return LeafAllocator.CHUNK;
              }

              @Override
              public long limit() {
                return 2L * LeafAllocator.CHUNK;
              }
            });
    assertEquals(0, allocator.allocate(LeafAllocator.CHUNK));
    Future<Long> next = threads.submit(() -> allocator.allocate(1));
    await(reserving);
    threads.submit(() -> allocator.check(5)).get(10, TimeUnit.SECONDS);
    checked.countDown();
    assertEquals(LeafAllocator.CHUNK, next.get(10, TimeUnit.SECONDS));
    assertThrows(UnknownLeafException.class, () -> allocator.check(LeafAllocator.CHUNK + 1));
  }

  @Test
  void whatIsHandedOutIsToldAlsoWhileAReservationIsUnderWay() throws Exception {
    CountDownLatch reserved = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    AtomicLong counter = new AtomicLong(70);
    LeafAllocator allocator =
        new LeafAllocator(
            new LeafReservation() {
              @Override
              public long reserve(int count) {
                long start = counter.getAndAdd(count);
                if (start > 70) {
                  reserved.countDown();
                  await(looked);
                }
                return start;
              }

              @Override
              public long limit() {
                return counter.get();
              }
            });
    assertEquals(70, allocator.handedOut(), "by earlier allocators");
    assertEquals(70, allocator.allocate(10));
    assertEquals(80, allocator.handedOut(), "not the rest of the chunk");
    long end = 70 + LeafAllocator.CHUNK;
    allocator.allocate(LeafAllocator.CHUNK - 10);
    assertEquals(end, allocator.handedOut());
    Future<Long> next = threads.submit(() -> allocator.allocate(3));
    await(reserved);
    assertEquals(end, allocator.handedOut(), "reserved, on its way to be handed out");
    looked.countDown();
    assertEquals(end, next.get(10, TimeUnit.SECONDS));
    assertEquals(end + 3, allocator.handedOut());
  }

  @Test
  void threadsNeverGetTheSameId() throws Exception {
    AtomicLong counter = new AtomicLong();
    LeafAllocator allocator =
        new LeafAllocator(
            new LeafReservation() {
              @Override
              public long reserve(int count) {
                return counter.getAndAdd(count + 7L); // never adjacent
              }

              @Override
              public long limit() {
                return counter.get();
              }
            });
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    Future<?>[] all = new Future<?>[4];
    for (int t = 0; t < all.length; t++) {
      all[t] =
          threads.submit(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  long first = allocator.allocate(3);
                  for (long id = first; id < first + 3; id++) {
                    if (!seen.add(id)) {
                      throw new IllegalStateException("leaf " + id + " was given twice");
                    }
                  }
                }
              });
    }
    for (Future<?> one : all) {
      one.get();
    }
    assertEquals(240_000, seen.size());
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
