package dev.kintsugi.crypto;

/**
 * The source of leaf keys: one secret per 64-bit id, where an id is never used twice and the key of
 * a punctured id is gone.
 *
 * <p>Obligations of an implementation: {@link #allocate} never returns an id that any call returned
 * before, in any process, whatever crashed in between; {@link #key} always gives the same {@value
 * #KEY_LENGTH} bytes for an id until it is punctured; keys of different ids are computationally
 * independent; after {@link #puncture} returned, {@link #key} refuses the id in this process; after
 * {@link #commit} returned, the id stays refused for ever. Punctures that were not committed may be
 * lost in a crash; puncturing again is harmless, so callers repeat them. Thread-safe.
 *
 * <p>Whether a committed puncture also holds against somebody who has every byte ever written to
 * any disk, and all current keys, is what {@link #irrevocable} tells.
 */
public interface LeafKeys extends AutoCloseable {
  /** Length of a leaf key in bytes. */
  int KEY_LENGTH = 32;

  /**
   * Allocates fresh ids.
   *
   * @param count how many, at least 1
   * @return the first of {@code count} consecutive ids, 0 or more
   * @throws IllegalArgumentException if {@code count} is less than 1
   */
  long allocate(int count);

  /**
   * Returns a leaf's key.
   *
   * @param id an allocated id
   * @return a new secret of {@value #KEY_LENGTH} bytes owned by the caller
   * @throws PuncturedLeafException if the id was punctured
   * @throws UnknownLeafException if the id was never allocated
   */
  Secret key(long id);

  /**
   * Makes a leaf's key unavailable, finally with the next {@link #commit}. Puncturing a punctured
   * id does nothing.
   *
   * @param id an allocated id
   * @throws UnknownLeafException if the id was never allocated
   */
  void puncture(long id);

  /**
   * Makes all punctures so far final. On return they survive any crash; if {@link #irrevocable},
   * they also survive seizure.
   */
  void commit();

  /**
   * Tells whether a committed puncture is final even against an adversary who kept every old image
   * of every disk and now holds all current keys.
   *
   * @return true if deletion is irrevocable
   */
  boolean irrevocable();

  /** Wipes all keys in memory. Punctures that were not committed are dropped. */
  @Override
  void close();
}
