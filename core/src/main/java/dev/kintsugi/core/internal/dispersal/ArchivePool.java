package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.KintsugiException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that talk to archives: a few for each archive, so that a slow one keeps nobody waiting
 * but those who wait for it. Queues are not bounded here; those who submit bound what they have in
 * flight. Threads end when idle. Thread-safe.
 */
public final class ArchivePool implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final int threadsPerArchive;
  private final Map<Integer, ThreadPoolExecutor> executors = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Makes a pool.
   *
   * @param threadsPerArchive how many requests one archive gets at a time, at least 1
   */
  public ArchivePool(int threadsPerArchive) {
    if (threadsPerArchive < 1) {
      throw new IllegalArgumentException(
          "threadsPerArchive (" + threadsPerArchive + ") must be at least 1");
    }
    this.threadsPerArchive = threadsPerArchive;
  }

  /** A request to an archive. */
  @FunctionalInterface
  public interface Task<T> {
    /** Does it; whatever is thrown reaches whoever waits. */
    T run() throws Exception;
  }

  /** Runs a task on one of the archive's threads; its failure completes the future. */
  public <T> CompletableFuture<T> submit(int archive, Task<T> task) {
    if (closed) {
      throw new IllegalStateException("the pool was closed");
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    executors
        .computeIfAbsent(archive, this::executor)
        .execute(
            () -> {
              try {
                future.complete(task.run());
              } catch (Throwable e) { // whatever it is, somebody waits for it
                future.completeExceptionally(e);
              }
            });
    return future;
  }

  /** Waits for a future that does not fail. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while waiting for an archive", e);
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    }
  }

  /**
   * Waits for a future for a time.
   *
   * @return whether it has ended, in whatever way
   */
  static boolean endsWithin(CompletableFuture<?> future, long nanos) throws InterruptedException {
    try {
      future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  static RuntimeException rethrow(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException runtime) {
      throw runtime;
    }
    return new IllegalStateException(failure);
  }

  private ThreadPoolExecutor executor(int archive) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threadsPerArchive,
            threadsPerArchive,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread =
                  new Thread(task, "kintsugi-archive-" + archive + "-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Takes no more requests, and waits a while for those under way and queued to end. */
  @Override
  public void close() {
    closed = true;
    executors.values().forEach(ThreadPoolExecutor::shutdown);
    long deadline = System.nanoTime() + CLOSE_PATIENCE.toNanos();
    try {
      for (ThreadPoolExecutor executor : executors.values()) {
        long left = Math.max(0, deadline - System.nanoTime());
        if (!executor.awaitTermination(left, TimeUnit.NANOSECONDS)) {
          return; // an archive hangs; what it still does ends with its daemon threads
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
