package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.crypto.LeafReservation;

/**
 * Hands out rising numbers that are never handed out again, whatever crashes: chunks are reserved
 * in the index before any number of them is used, and a crash wastes the rest of a chunk.
 *
 * <p>Thread-safe. {@link #reserve} may write to the index, so it must not be called inside one of
 * the index's transactions: commits take what they need beforehand, see {@link NumberStock}.
 */
final class DurableCounter implements LeafReservation {
  private final Index index;
  private final String name;
  private final long initial;
  private final long chunk;

  private long next; // guarded by this

  private long end; // guarded by this

  /**
   * Makes a counter.
   *
   * @param name the index's counter that holds the first number never reserved
   * @param initial the first number of a new vault
   * @param chunk how many numbers are reserved at a time, at least
   */
  DurableCounter(Index index, String name, long initial, long chunk) {
    this.index = index;
    this.name = name;
    this.initial = initial;
    this.chunk = chunk;
  }

  @Override
  public synchronized long reserve(int count) {
    if (end - next < count) {
      long wanted = Math.max(chunk, count);
      long start = index.write(writer -> writer.addToCounter(name, wanted, initial));
      if (start != end) {
        next = start; // not adjacent: the rest of the old chunk is wasted
      }
      end = Math.addExact(start, wanted);
    }
    long first = next;
    next += count;
    return first;
  }

  /** Asks the index each time, because another process may be the one that reserves. */
  @Override
  public long limit() {
    return index.read(reader -> reader.counter(name)).orElse(initial);
  }
}
