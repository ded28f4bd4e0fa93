package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of a stripe to be: extents one after another in a buffer of the pool. Filled by the
 * thread that ingests, then handed to the one that stores it, which gives the buffer back.
 */
final class DraftStripe {
  private byte @Nullable [] plain;
  private final int capacity;
  private final StripeFill fill;
  private final List<DraftExtent> extents = new ArrayList<>();
  private int used;
  private int reserved;
  private final CompletableFuture<StoredStripe> stored = new CompletableFuture<>();

  /**
   * Makes an empty draft.
   *
   * @param plain room for the plaintext of a full stripe
   * @param fill an empty stripe
   */
  DraftStripe(byte[] plain, StripeFill fill) {
    this.plain = plain;
    this.capacity = plain.length;
    this.fill = fill;
  }

  /**
   * Makes room for an extent of a file, whose bytes are to lie at {@link #used} of {@link #plain}.
   *
   * @param length its length in bytes, at least 1
   * @return whether it fits; otherwise nothing has changed
   */
  boolean reserve(int length) {
    if (length > capacity - used || !fill.add(length)) {
      return false;
    }
    reserved = length;
    return true;
  }

  /** Adds the extent that was just reserved, its bytes being there now. */
  DraftExtent add(long ino, long leaf, long fileOffset) {
    if (reserved == 0) {
      throw new IllegalStateException("no room was reserved");
    }
    DraftExtent extent = new DraftExtent(ino, leaf, fileOffset, used, reserved);
    extents.add(extent);
    used += reserved;
    reserved = 0;
    return extent;
  }

  /** Returns the buffer. */
  byte[] plain() {
    if (plain == null) {
      throw new IllegalStateException("the draft's buffer was given back");
    }
    return plain;
  }

  /** Returns the buffer, and keeps it no longer. */
  byte[] takeBuffer() {
    byte[] buffer = plain();
    plain = null;
    return buffer;
  }

  /** Returns how many bytes of the buffer hold plaintext. */
  int used() {
    return used;
  }

  /** Returns the most bytes of plaintext that it can hold. */
  int capacity() {
    return capacity;
  }

  /** Returns the extents in the order of their plaintext. */
  List<DraftExtent> extents() {
    return extents;
  }

  /** Notes that the stripe was stored and its extents placed. */
  void succeed(StoredStripe stripe) {
    stored.complete(stripe);
  }

  /** Takes over what becomes of the stripe's writing. */
  void follow(CompletableFuture<StoredStripe> writing) {
    CompletableFuture<?> unused =
        writing.whenComplete(
            (stripe, failure) -> {
              if (failure == null) {
                succeed(stripe);
              } else {
                fail(failure);
              }
            });
  }

  /** Notes that the stripe could not be stored. */
  void fail(Throwable failure) {
    stored.completeExceptionally(failure);
  }

  /** Returns whether it is known already that the stripe could not be stored. */
  boolean failed() {
    return stored.isCompletedExceptionally();
  }

  /**
   * Waits until the stripe is stored.
   *
   * @throws InterruptedException if interrupted while waiting
   * @throws RuntimeException the failure, if it could not be stored
   */
  StoredStripe await() throws InterruptedException {
    try {
      return stored.get();
    } catch (ExecutionException e) {
      throw Failures.rethrow(e.getCause());
    }
  }
}
