package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.VaultPath;
import java.util.Collection;
import java.util.List;

/** One thing given to an ingest and not yet committed. */
sealed interface Item {
  /** Returns where it goes. */
  VaultPath path();

  /** Returns its attributes. */
  NewAttributes attributes();

  /** Returns the stripes that hold its bytes. */
  default Collection<DraftStripe> stripes() {
    return List.of();
  }

  /**
   * A file.
   *
   * @param ino the inode number it gets, fixed because its extents are bound to it
   * @param size its length in bytes
   * @param extents in the order of their offsets
   * @param stripes the stripes they lie in
   */
  record File(
      VaultPath path,
      NewAttributes attributes,
      long ino,
      long size,
      List<DraftExtent> extents,
      Collection<DraftStripe> stripes)
      implements Item {}

  /** A directory. */
  record Directory(VaultPath path, NewAttributes attributes) implements Item {}

  /**
   * A symbolic link.
   *
   * @param target what it points to; not changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Link(VaultPath path, NewAttributes attributes, byte[] target) implements Item {}
}
