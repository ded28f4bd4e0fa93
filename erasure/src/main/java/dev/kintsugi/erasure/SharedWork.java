package dev.kintsugi.erasure;

import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of work that the caller does itself, with the help of whatever threads an executor spares.
 *
 * <p>Every thread takes the next piece that nobody has taken. The caller takes pieces too and waits
 * for pieces in progress only, so it cannot wait for a thread that never comes: an executor that is
 * busy, or refuses, or is the caller's own, costs speed and nothing else.
 */
final class SharedWork {
  private final int pieces;
  private final IntPredicate piece;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicBoolean all = new AtomicBoolean(true);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Counts the caller and the helpers at work; the caller leaves last. */
  private final Phaser workers = new Phaser(1);

  SharedWork(int pieces, IntPredicate piece) {
    this.pieces = pieces;
    this.piece = piece;
  }

  /**
   * Does all pieces and returns whether every one of them returned true.
   *
   * <p>Nothing is done any more when this returns or throws. If the executor throws anything but
   * {@link RejectedExecutionException}, that is thrown, with some pieces done and others not.
   */
  boolean run(Executor executor) {
    try {
      for (int helper = 1; helper < pieces; helper++) {
        executor.execute(this::help);
      }
    } catch (RejectedExecutionException e) {
      // The pieces that nobody helps with are done below; the result is the same.
    } catch (RuntimeException | Error e) {
      // Helpers that the executor took before it failed may still come: they must find nothing.
      next.set(pieces);
      workers.arriveAndAwaitAdvance();
      throw e;
    }
    takePieces();
    workers.arriveAndAwaitAdvance();
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return all.get();
  }

  private void help() {
    // A helper that comes when all is taken must not register: the caller may have left.
    if (next.get() >= pieces || workers.register() != 0) {
      return;
    }
    takePieces();
    workers.arriveAndDeregister();
  }

  private void takePieces() {
    for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
      try {
        if (!piece.test(i)) {
          all.set(false);
        }
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }
  }
}
