package dev.kintsugi.core.store;

import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * Attributes given when something is stored.
 *
 * @param mode the twelve permission bits, {@code 0} to {@code 07777}
 * @param uid owner, 0 to 2^32 - 1
 * @param gid owning group, 0 to 2^32 - 1
 * @param modified when the content changed last; empty for the time of storing
 */
public record NewAttributes(int mode, long uid, long gid, Optional<FileTime> modified) {
  /** Validates the ranges. */
  public NewAttributes {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(String.format("mode (%o) must be in 0..7777", mode));
    }
    if (uid < 0 || uid > 0xffffffffL || gid < 0 || gid > 0xffffffffL) {
      throw new IllegalArgumentException("uid (" + uid + ") and gid (" + gid + ") have 32 bits");
    }
  }

  /** Returns attributes with a mode, owner 0:0 and the time of storing. */
  public static NewAttributes ofMode(int mode) {
    return new NewAttributes(mode, 0, 0, Optional.empty());
  }
}
