package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.UnrecoverableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Carries failures from one thread to another. */
final class Failures {
  private Failures() {}

  /**
   * Returns a failure of another thread as one to be thrown by this thread: the same object when it
   * is unchecked. Errors are thrown at once.
   */
  static RuntimeException rethrow(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException unchecked) {
      return unchecked;
    }
    String message = "unexpected failure: " + failure;
    return failure == null
        ? new KintsugiException(message)
        : new KintsugiException(message, failure);
  }

  /**
   * Waits for what another thread does, and throws its failure.
   *
   * @throws KintsugiException if interrupted, which stays noted
   */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KintsugiException("interrupted while waiting for archives", e);
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    }
  }

  /** Adds a later failure to an earlier one, if there is one. */
  static <T extends Throwable> T firstOf(@Nullable T first, T later) {
    if (first == null) {
      return later;
    }
    if (first != later) {
      first.addSuppressed(later);
    }
    return first;
  }

  /** Returns the same kind of failure with words in front that say what it concerns. */
  static KintsugiException about(String what, KintsugiException failure) {
    String message = what + ": " + failure.getMessage();
    if (failure instanceof UnrecoverableException) {
      return new UnrecoverableException(message, failure);
    }
    if (failure instanceof ArchiveUnavailableException) {
      return new ArchiveUnavailableException(message, failure);
    }
    return failure;
  }
}
