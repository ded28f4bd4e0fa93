package dev.kintsugi.core.internal.store;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A bounded number of equal buffers. Who takes one when all are in use waits until one is given
 * back: that is the back-pressure of an ingest. Buffers are made when first needed. Thread-safe.
 */
final class BufferPool {
  private final int length;

  private final Deque<byte[]> idle = new ArrayDeque<>(); // guarded by this

  private int unmade; // guarded by this

  /**
   * Makes a pool.
   *
   * @param count how many buffers there may be
   * @param length bytes of each
   */
  BufferPool(int count, int length) {
    this.unmade = count;
    this.length = length;
  }

  /**
   * Takes a buffer; its bytes are whatever they were.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  synchronized byte[] take() throws InterruptedException {
    while (idle.isEmpty()) {
      if (unmade > 0) {
        unmade--;
        return new byte[length];
      }
      wait();
    }
    return idle.pop();
  }

  /** Gives back a buffer that was taken here. */
  synchronized void giveBack(byte[] buffer) {
    idle.push(buffer);
    notifyAll();
  }
}
