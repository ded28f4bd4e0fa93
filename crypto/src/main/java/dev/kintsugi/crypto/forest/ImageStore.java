package dev.kintsugi.crypto.forest;

import java.util.Optional;
import java.util.Set;

/**
 * The large storage of forest images: anything that keeps bytes under names, trusted with neither
 * secrecy nor integrity nor erasure. Each forest has a store of its own: opening it deletes every
 * image that is not of its last state.
 *
 * <p>Obligations: {@link #put} makes the bytes readable at once, and durable when the next {@link
 * #flush} returned; a crash before may leave all, part or nothing of them under the name; other
 * names are never affected. A name is put once. {@link #delete} may leave the bytes on the medium,
 * and a crash may undo it. {@link #get} and {@link #names} change nothing, so that readers may call
 * them beside a writer. Failures are thrown as unchecked exceptions. Thread-safe.
 */
public interface ImageStore {
  /**
   * Stores an image.
   *
   * @param name a name never used before: 32 lower-case hexadecimal digits
   * @param image the bytes; not modified, not kept
   */
  void put(String name, byte[] image);

  /** Returns when everything put before is durable, names included. */
  void flush();

  /**
   * Reads an image.
   *
   * @param name its name
   * @return the bytes, owned by the caller; empty if there are none under that name
   */
  Optional<byte[]> get(String name);

  /**
   * Removes an image, or what a crash left of it; a name without one is ignored.
   *
   * @param name its name
   */
  void delete(String name);

  /**
   * Lists what is there.
   *
   * @return all names, also those of which a crash left a part that {@link #get} does not give
   */
  Set<String> names();
}
