package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.CryptoException;
import java.util.Optional;

/**
 * The reading side of a {@link KeySlot}, which changes nothing. Any number of readers may look, in
 * other processes too, while the writer writes. Thread-safe.
 */
public interface KeySlotView extends AutoCloseable {
  /**
   * Reads the current entry, as it was at one moment of the call.
   *
   * @return the entry of the highest epoch, owned by the caller; empty if none was ever put
   * @throws CryptoException if the storage holds something that was never put, and no entry, or an
   *     entry of a later version
   */
  Optional<KeySlot.Entry> current();

  /** Releases the storage. */
  @Override
  void close();
}
