package dev.kintsugi.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepTest {
  @Test
  void noTaskIsAtWorkAnyMoreOnceASweepThatFailedIsClosed() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Sweep sweep = new Sweep(2);
    try (sweep) {
      sweep.submit(
          () -> {
            throw new IllegalArgumentException("this one fails");
          });
      sweep.submit(
          () -> {
            started.countDown();
            long until = System.nanoTime() + 300_000_000;
            while (System.nanoTime() < until) {
              LockSupport.parkNanos(1_000_000); // busy with what no interrupt ends
            }
            ended.set(true);
          });
      started.await();
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, sweep::finish);
      assertEquals("this one fails", e.getMessage());
    }
    assertTrue(ended.get());
  }
}
