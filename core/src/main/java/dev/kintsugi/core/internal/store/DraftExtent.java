package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import org.jspecify.annotations.Nullable;

/** A range of a file on its way into a stripe. */
final class DraftExtent {
  private final long ino;
  private final long leaf;
  private final long fileOffset;
  private final int plainOffset;
  private final int length;
  private volatile ContentRecord.@Nullable Extent placed;

  /**
   * Makes an extent.
   *
   * @param ino the file's inode number
   * @param leaf the leaf that seals it
   * @param fileOffset offset of its first byte in the file
   * @param plainOffset offset of its first byte in the draft's plaintext
   * @param length its length in bytes, at least 1
   */
  DraftExtent(long ino, long leaf, long fileOffset, int plainOffset, int length) {
    this.ino = ino;
    this.leaf = leaf;
    this.fileOffset = fileOffset;
    this.plainOffset = plainOffset;
    this.length = length;
  }

  long ino() {
    return ino;
  }

  long leaf() {
    return leaf;
  }

  int plainOffset() {
    return plainOffset;
  }

  int length() {
    return length;
  }

  /** Notes where the extent was stored. */
  void place(StripeId stripe, ExtentAddress address) {
    placed = new ContentRecord.Extent(fileOffset, length, leaf, stripe, address);
  }

  /** Returns the extent as it was stored. Its stripe must have been. */
  ContentRecord.Extent placed() {
    ContentRecord.Extent extent = placed;
    if (extent == null) {
      throw new IllegalStateException("the extent's stripe was not stored");
    }
    return extent;
  }
}
