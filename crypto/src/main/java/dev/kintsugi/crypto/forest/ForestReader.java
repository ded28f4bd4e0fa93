package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.LeafAllocator;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.PuncturedLeafException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnknownLeafException;
import java.util.Optional;

/**
 * Reads leaf keys while somebody else may write: it erases nothing in the key slot and deletes no
 * image, so any number of readers, in other processes too, may open and read at every moment of a
 * writer's commit.
 *
 * <p>Guarantee: answers come from one committed state, that of {@link #epoch}, which never goes
 * back. It goes on by {@link #refresh}, or when a key is asked for that this epoch cannot give for
 * certain: its image was replaced, or the id may have been allocated later. An epoch that
 * contradicts the one before, as far as the chain of hashes can tell, is refused.
 *
 * <p><strong>A reader that is open keeps the keys of its epoch in memory</strong>, also those that
 * were deleted meanwhile: they are wiped when it goes on or is closed.
 *
 * <p>Thread-safe.
 */
public final class ForestReader implements AutoCloseable {
  private final byte[] forestId;
  private final ImageStore store;
  private final KeySlotView slot;
  private final LeafAllocator ids;
  private ForestState state; // guarded by this
  private boolean closed; // guarded by this

  private ForestReader(
      byte[] forestId,
      ImageStore store,
      KeySlotView slot,
      LeafReservation reservation,
      ForestState state) {
    this.forestId = forestId.clone();
    this.store = store;
    this.slot = slot;
    this.ids = new LeafAllocator(reservation);
    this.state = state;
  }

  /**
   * Opens a forest for reading.
   *
   * @param forestId the forest's id
   * @param store where the images are; only {@link ImageStore#get} is called; stays the caller's
   * @param slot the key slot; stays the caller's
   * @param reservation tells which ids exist; nothing is reserved
   * @param last the last state the caller knows to have been committed, if any
   * @return a reader owned by the caller
   * @throws AuthenticationFailedException if the slot is empty or contradicts {@code last}, or the
   *     image is missing or not the one the slot names
   */
  public static ForestReader open(
      byte[] forestId,
      ImageStore store,
      KeySlotView slot,
      LeafReservation reservation,
      Optional<CommittedEpoch> last) {
    return new ForestReader(forestId, store, slot, reservation, load(forestId, store, slot, last));
  }

  /**
   * Loads what the slot names now. An image may disappear between looking at the slot and reading
   * it, but then the slot names a later epoch.
   */
  private static ForestState load(
      byte[] forestId, ImageStore store, KeySlotView slot, Optional<CommittedEpoch> last) {
    long tried = 0;
    while (true) {
      try (KeySlot.Entry entry = entry(slot)) {
        try {
          return ForestState.load(forestId, store, entry, last);
        } catch (CryptoException e) {
          if (entry.epoch() <= tried) {
            throw e;
          }
          tried = entry.epoch();
        }
      }
    }
  }

  private static KeySlot.Entry entry(KeySlotView slot) {
    return slot.current()
        .orElseThrow(() -> new AuthenticationFailedException("the key slot is empty"));
  }

  /**
   * Returns a leaf's key.
   *
   * @param id an allocated id
   * @return a new secret of 32 bytes owned by the caller
   * @throws PuncturedLeafException if the id was punctured in this reader's epoch
   * @throws UnknownLeafException if the id was never allocated
   * @throws AuthenticationFailedException if an image is missing or was altered
   */
  public synchronized Secret key(long id) {
    checkOpen();
    ids.check(id);
    if (state.underSpanningRoot(id)) {
      refresh(); // The id may have been allocated in a later epoch, and have another key there.
    }
    while (true) {
      try {
        return state.leaf(id);
      } catch (PuncturedLeafException e) {
        throw e;
      } catch (CryptoException e) {
        // The writer deletes an image only after the slot names a later epoch.
        if (!refresh()) {
          throw e;
        }
      }
    }
  }

  /**
   * Goes on to the epoch that is committed now.
   *
   * @return true if it is a later one than before
   * @throws AuthenticationFailedException if the slot is empty, was rolled back, or is of another
   *     history; the reader stays where it was
   */
  public synchronized boolean refresh() {
    checkOpen();
    CommittedEpoch last = state.epoch();
    try (KeySlot.Entry entry = entry(slot)) {
      if (last.equals(new CommittedEpoch(entry.epoch(), entry.imageHash()))) {
        return false;
      }
    }
    ForestState next = load(forestId, store, slot, Optional.of(last));
    state.close();
    state = next;
    return true;
  }

  /**
   * Returns the committed state that is read, for the caller to remember.
   *
   * <p>A reader on the writer's machine may be ahead of the disk for a moment: if power is lost
   * before the slot's new entry is durable, the slot holds the epoch before, and opening with this
   * one refuses it as rolled back.
   *
   * @return the epoch and its hash
   */
  public synchronized CommittedEpoch epoch() {
    return state.epoch();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the reader was closed");
    }
  }

  /** Wipes all keys in memory; store and slot stay open. Closing again does nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    state.close();
  }
}
