package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Secret;
import java.util.Arrays;

/**
 * The small storage that can really be overwritten: it holds the master key of the current epoch.
 * Everything a deletion promises rests on it.
 *
 * <p>Obligations of an implementation:
 *
 * <ul>
 *   <li>{@link #put} is atomic and durable: after a crash at any moment {@link #current} returns
 *       the entry before or the new one, whole; once {@code put} returned, the new one.
 *   <li>After {@link #eraseBefore} returned, no entry of an earlier epoch, nor a part of one that a
 *       crash left behind, can be read from the storage by any means the documentation of the
 *       implementation does not name. Nothing is erased before the current entry is durable, even
 *       if a process that died has left it in a cache; on return the erasure is durable too.
 *   <li>What is read is authenticated: {@link #current} never returns an entry that was not put.
 *   <li>Readers may call {@link #current} in other processes at every moment of a {@code put} or
 *       {@code eraseBefore}: they get the entry before or the new one.
 * </ul>
 *
 * <p>Used by one writer at a time, whom the caller excludes from all others, by a lock between
 * processes: two would erase each other's entries. Thread-safe.
 */
public interface KeySlot extends KeySlotView {
  /** Length of the name of an image in bytes. */
  int NAME_LENGTH = 16;

  /** Length of the hash of an image in bytes. */
  int HASH_LENGTH = 32;

  /**
   * What a slot holds.
   *
   * @param epoch the epoch, from 1
   * @param masterKey the key that seals the epoch's image, 32 bytes
   * @param imageName the image's name, {@value #NAME_LENGTH} bytes
   * @param imageHash SHA-256 of the sealed image, {@value #HASH_LENGTH} bytes
   */
  // The arrays are handed over once, not values to compare.
  @SuppressWarnings("ArrayRecordComponent")
  record Entry(long epoch, Secret masterKey, byte[] imageName, byte[] imageHash)
      implements AutoCloseable {
    /** Checks the lengths. */
    public Entry {
      if (epoch < 1
          || masterKey.length() != NodeHash.KEY_LENGTH
          || imageName.length != NAME_LENGTH
          || imageHash.length != HASH_LENGTH) {
        throw new IllegalArgumentException(
            "slot entry of epoch %d with lengths %d, %d, %d; expected 32, 16, 32"
                .formatted(epoch, masterKey.length(), imageName.length, imageHash.length));
      }
      imageName = imageName.clone();
      imageHash = imageHash.clone();
    }

    /** Wipes the master key. */
    @Override
    public void close() {
      masterKey.close();
    }

    boolean sameAs(Entry other) {
      return epoch == other.epoch
          && masterKey.equals(other.masterKey)
          && Arrays.equals(imageName, other.imageName)
          && Arrays.equals(imageHash, other.imageHash);
    }

    @Override
    public String toString() {
      return "Entry[epoch " + epoch + "]";
    }
  }

  /**
   * Makes an entry current. A crash during the very first call may leave a slot that has to be made
   * anew: nothing rests on it yet.
   *
   * @param next an entry of an epoch above the current one; it stays the caller's
   * @throws IllegalArgumentException if the epoch is not above the current one
   */
  void put(Entry next);

  /**
   * Erases all entries of earlier epochs, and whatever else is not the current entry. Erasing again
   * does nothing.
   *
   * @param epoch the epoch of the current entry
   * @throws IllegalArgumentException if that is not the current epoch
   */
  void eraseBefore(long epoch);

  /**
   * Tells whether erasing is more than a wish: whether this storage overwrites in place.
   *
   * @return true if deletions on top of this slot may be called irrevocable
   */
  boolean erasesForGood();
}
