package dev.kintsugi.core.internal.store;

import java.util.function.IntToLongFunction;

/**
 * Leaves or inode numbers taken in advance for one commit after another: inside a transaction of
 * the index none can be reserved. Used by the thread that holds the commit lock only.
 */
final class NumberStock {
  /** The stock ran out in the midst of a transaction, which must be rolled back and tried again. */
  static final class ExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ExhaustedException() {
      super("the numbers taken for this commit did not suffice", null, false, false);
    }
  }

  private static final int LEAST = 1024;

  private final IntToLongFunction reserve;
  private long next;
  private long end;

  /**
   * Makes an empty stock.
   *
   * @param reserve reserves so many consecutive numbers and returns the first
   */
  NumberStock(IntToLongFunction reserve) {
    this.reserve = reserve;
  }

  /** Makes at least {@code count} numbers ready. Must not be called inside a transaction. */
  void fill(int count) {
    if (end - next < count) {
      int taken = Math.max(count, LEAST);
      next = reserve.applyAsLong(taken);
      end = next + taken;
    }
  }

  /**
   * Takes a number.
   *
   * @throws ExhaustedException if none is left
   */
  long take() {
    if (next == end) {
      throw new ExhaustedException();
    }
    return next++;
  }
}
