package dev.kintsugi.crypto;

/**
 * A durable counter of leaf ids, kept by whoever owns the index.
 *
 * <p>Obligations: ids are reserved in rising order and never twice, whatever crashes; a reservation
 * is durable before {@link #reserve} returns; {@link #limit} reflects every reservation that
 * returned. An implementation that fails throws, and may then have lost ids but not repeated any.
 * Thread-safe.
 */
public interface LeafReservation {
  /**
   * Reserves consecutive ids.
   *
   * @param count how many, at least 1
   * @return the first; it and the {@code count - 1} ids after it were never reserved before
   */
  long reserve(int count);

  /**
   * Returns where the next reservation may start.
   *
   * @return an id above every id ever reserved; 0 or more
   */
  long limit();
}
