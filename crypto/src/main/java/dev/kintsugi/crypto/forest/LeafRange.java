package dev.kintsugi.crypto.forest;

/**
 * Consecutive leaves.
 *
 * @param from the first id, 0 or more
 * @param to the id behind the last, above {@code from}
 */
public record LeafRange(long from, long to) {
  /** Checks the order. */
  public LeafRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("leaves %d..%d are no range".formatted(from, to));
    }
  }

  /**
   * Returns how many leaves these are.
   *
   * @return the number, at least 1
   */
  public long count() {
    return to - from;
  }
}
