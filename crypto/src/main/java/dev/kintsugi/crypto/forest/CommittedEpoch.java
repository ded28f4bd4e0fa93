package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.HexFormat;

/**
 * Names one committed state of a forest, for whoever wants to remember it outside of the key slot:
 * opening with it refuses every earlier epoch, another state of the same epoch, and a next epoch
 * that was not made from it. What it cannot tell is whether an epoch further on came from it: the
 * images in between can be opened no more, which is what they are for.
 *
 * @param epoch the epoch, from 1
 * @param imageHash SHA-256 of its sealed top image, {@value KeySlot#HASH_LENGTH} bytes
 */
// The array is compared by its bytes.
@SuppressWarnings("ArrayRecordComponent")
public record CommittedEpoch(long epoch, byte[] imageHash) {
  /** Checks and copies. */
  public CommittedEpoch {
    if (epoch < 1 || imageHash.length != KeySlot.HASH_LENGTH) {
      throw new IllegalArgumentException(
          "epoch (%d) must be 1 or more, its hash %d bytes long (%d)"
              .formatted(epoch, KeySlot.HASH_LENGTH, imageHash.length));
    }
    imageHash = imageHash.clone();
  }

  /**
   * Returns the hash.
   *
   * @return a copy
   */
  @Override
  public byte[] imageHash() {
    return imageHash.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CommittedEpoch that
        && epoch == that.epoch
        && ConstantTime.equal(imageHash, that.imageHash);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(epoch);
  }

  @Override
  public String toString() {
    return "epoch " + epoch + " with image hash " + HexFormat.of().formatHex(imageHash);
  }
}
