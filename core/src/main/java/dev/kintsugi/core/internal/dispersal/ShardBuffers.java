package dev.kintsugi.core.internal.dispersal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps byte arrays of exact lengths for reuse, up to a total. Taking never waits: who bounds what
 * is in use is the caller. Arrays hold whatever they held. Thread-safe.
 */
final class ShardBuffers {
  private final long mostRetained;
  private final Map<Integer, Deque<byte[]>> idle = new HashMap<>(); // guarded by this
  private long retained; // guarded by this

  /**
   * Makes an empty pool.
   *
   * @param mostRetained how many bytes of idle arrays to keep at most
   */
  ShardBuffers(long mostRetained) {
    this.mostRetained = mostRetained;
  }

  /** Returns an array of exactly a length. */
  byte[] take(int length) {
    synchronized (this) {
      Deque<byte[]> fitting = idle.get(length);
      if (fitting != null) {
        byte[] array = fitting.pop();
        retained -= length;
        if (fitting.isEmpty()) {
          idle.remove(length);
        }
        return array;
      }
    }
    return new byte[length];
  }

  /** Gives an array back; it must not be used by the giver any more. */
  synchronized void giveBack(byte[] array) {
    if (retained + array.length > mostRetained) {
      idle.clear(); // lengths that went out of use must not keep the others out
      retained = 0;
    }
    if (array.length <= mostRetained) {
      idle.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
      retained += array.length;
    }
  }

  /** Returns how many bytes are idle. */
  synchronized long retained() {
    return retained;
  }
}
