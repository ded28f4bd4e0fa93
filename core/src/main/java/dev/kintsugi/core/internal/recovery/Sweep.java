package dev.kintsugi.core.internal.recovery;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.kintsugi.core.KintsugiException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Works on many stripes, a few at a time, so that memory is bounded by the few. A task that throws
 * ends the sweep: tasks catch what concerns their stripe alone.
 */
final class Sweep implements AutoCloseable {
  private final ExecutorService threads;
  private final int most;
  private final Deque<Future<?>> pending = new ArrayDeque<>();

  /**
   * Starts.
   *
   * @param most how many tasks run at once
   */
  Sweep(int most) {
    this.most = most;
    this.threads = Executors.newFixedThreadPool(most, daemons("sweep"));
  }

  /** Runs a task soon; waits while enough are under way. */
  void submit(Runnable task) {
    if (pending.size() >= 2 * most) {
      await(pending.removeFirst());
    }
    pending.addLast(threads.submit(task));
  }

  /** Waits for all tasks. */
  void finish() {
    while (!pending.isEmpty()) {
      await(pending.removeFirst());
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  static ThreadFactory daemons(String what) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "kintsugi-" + what + "-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Gives up what has not started, interrupts what has, and waits until it has ended. */
  @Override
  public void close() {
    threads.shutdownNow();
    Uninterruptibles.awaitTerminationUninterruptibly(threads);
  }
}
