package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** Does the same to several archives at once. */
final class ArchiveCalls {
  private ArchiveCalls() {}

  /** What is done to an archive. */
  interface Call<T> {
    /** Does it. */
    T on(AttachedArchive archive) throws Exception;
  }

  /**
   * Calls each archive and waits for all.
   *
   * @param failed is told of each archive for which the call failed
   * @return what the call came to for the others
   */
  static <T> Map<AttachedArchive, T> each(
      ArchivePool pool,
      Collection<AttachedArchive> archives,
      Call<T> call,
      BiConsumer<AttachedArchive, Throwable> failed) {
    Map<AttachedArchive, CompletableFuture<T>> calls = new LinkedHashMap<>();
    archives.forEach(
        archive -> calls.put(archive, pool.submit(archive.number(), () -> call.on(archive))));
    Map<AttachedArchive, T> done = new LinkedHashMap<>();
    calls.forEach(
        (archive, future) -> {
          Optional<Throwable> failure =
              Failures.await(future.handle((value, error) -> Optional.ofNullable(error)));
          if (failure.isEmpty()) {
            done.put(archive, Failures.await(future));
          } else if (failure.get() instanceof Error error) {
            throw error;
          } else {
            failed.accept(archive, failure.get());
          }
        });
    return done;
  }
}
