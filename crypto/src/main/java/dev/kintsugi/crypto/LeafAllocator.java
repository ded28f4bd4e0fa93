package dev.kintsugi.crypto;

/**
 * Hands out leaf ids from chunks of a {@link LeafReservation}: at least {@value #CHUNK} ids are
 * reserved at a time, and a crash wastes the unused rest of a chunk. Thread-safe.
 *
 * <p>A reservation may have to wait for whoever owns the counter, who may meanwhile ask for keys.
 * So {@link #check} never waits for a reservation: one lock is for allocating, another for the
 * state.
 */
public final class LeafAllocator {
  /** How many ids are reserved at a time, at least. */
  public static final int CHUNK = 4096;

  private static final long NONE = -1;

  private final LeafReservation reservation;
  private final Object allocating = new Object(); // taken before this
  private long next; // guarded by this: first id of the chunk that was not handed out
  private long end; // guarded by this: first id after the chunk
  private long seen; // guarded by this: a limit the reservation stated; limits only rise
  private long reserving = NONE; // guarded by this: ids being reserved are not below it

  /**
   * Creates an allocator.
   *
   * @param reservation the durable counter
   */
  public LeafAllocator(LeafReservation reservation) {
    this.reservation = reservation;
  }

  /**
   * Allocates ids.
   *
   * @param count how many, at least 1
   * @return the first of {@code count} consecutive ids that were never returned before
   * @throws IllegalArgumentException if {@code count} is less than 1
   * @throws IllegalStateException if the reservation hands out ids again
   */
  public long allocate(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count (" + count + ") must be at least 1");
    }
    synchronized (allocating) {
      long missing;
      synchronized (this) {
        missing = count - (end - next);
      }
      if (missing > 0) {
        int wanted = Math.max(CHUNK, count);
        long floor = reservation.limit();
        synchronized (this) {
          reserving = floor;
        }
        try {
          extend(reservation.reserve(wanted), wanted);
        } finally {
          synchronized (this) {
            reserving = NONE;
          }
        }
      }
      synchronized (this) {
        long first = next;
        next += count;
        return first;
      }
    }
  }

  private synchronized void extend(long start, int count) {
    if (start < end || start < 0) {
      throw new IllegalStateException(
          "the reservation went back: " + start + " after ids up to " + (end - 1));
    }
    if (start != end) {
      next = start; // not adjacent: the rest of the old chunk is wasted
    }
    end = Math.addExact(start, count);
    reserving = NONE;
  }

  /**
   * Checks that an id may have been allocated, here or by an earlier or other process.
   *
   * @param id the id
   * @throws UnknownLeafException if it certainly was not
   */
  public synchronized void check(long id) {
    // Ids of this object's own chunk that were not handed out are unknown; those of others may
    // exist.
    boolean own = id >= next && id < end;
    if (id >= seen && !own) {
      seen = reservation.limit();
    }
    if (id < 0 || own || id >= seen) {
      throw new UnknownLeafException("leaf " + id + " was never allocated");
    }
  }

  /**
   * Returns where the ids that are still to come begin. Unlike {@link #limit} it does not count
   * what was reserved for later. It can be relied on only while no other allocator draws on the
   * same reservation.
   *
   * @return an id above every id handed out so far, here or by an earlier allocator, and not above
   *     any that will be
   */
  public synchronized long handedOut() {
    if (next < end) {
      return next;
    }
    return reserving == NONE ? reservation.limit() : reserving;
  }

  /**
   * Returns a bound of all ids.
   *
   * @return an id above every id that any process was ever given
   */
  public long limit() {
    return reservation.limit();
  }
}
