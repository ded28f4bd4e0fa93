package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.file.Path;

/** The key slots of this module. */
public final class KeySlots {
  private KeySlots() {}

  /**
   * Opens a slot in a file of 8 KiB, creating it if it does not exist. Entries are sealed under the
   * slot key, alternate between two sectors, and are flushed to the device; erasing overwrites the
   * sector with zeros and flushes.
   *
   * <p><strong>A file is only as erasable as what is below it.</strong> On flash memory, on file
   * systems that copy on write or journal data, in virtual disks and in anything that takes
   * snapshots, the bytes before may survive an overwrite. There a deletion holds only against those
   * who cannot read below the file system, or do not have the slot key.
   *
   * @param file the file
   * @param slotKey seals the entries, 32 bytes, derived from the vault's root secret; copied
   * @param slotId binds the entries to the vault; copied
   * @return a slot owned by the caller
   * @throws IOException if the file cannot be opened, created, or has another size
   */
  public static KeySlot file(Path file, Secret slotKey, byte[] slotId) throws IOException {
    return new TwoRecordKeySlot(FileSlotStorage.open(file), slotKey, slotId, true);
  }

  /**
   * Opens a slot in a file for reading, beside whoever writes it. Nothing is created or changed.
   *
   * @param file the file
   * @param slotKey the key it was made with, 32 bytes; copied
   * @param slotId the id it was made with; copied
   * @return a view owned by the caller
   * @throws IOException if the file cannot be opened, does not exist, or has another size
   */
  public static KeySlotView fileForReading(Path file, Secret slotKey, byte[] slotId)
      throws IOException {
    return new TwoRecordKeySlot(FileSlotStorage.openForReading(file), slotKey, slotId, true);
  }

  /**
   * Returns a slot in memory, for tests and for vaults that need not outlive the process.
   *
   * @return an empty slot owned by the caller
   */
  public static KeySlot memory() {
    try (Secret key = Secret.random(NodeHash.KEY_LENGTH)) {
      return new TwoRecordKeySlot(new MemorySlotStorage(), key, new byte[0], true);
    }
  }
}
