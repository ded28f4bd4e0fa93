package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.Secret;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads ranges of extents. When a read fails it looks again where the shards are, and whether
 * archives that were away are back, before it gives up. Thread-safe.
 */
final class ExtentSource {
  private static final int STRIPES_KNOWN = 512;
  private static final int ATTEMPTS = 3;

  private final byte[] vault;
  private final GroupKeys keys;
  private final LeafKeys leaves;
  private final SnapshotGate index;
  private final ArchiveSet archives;
  private final StripeReader reader;
  private final Map<StripeId, Stripe> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<StripeId, Stripe> eldest) {
              return size() > STRIPES_KNOWN;
            }
          });

  ExtentSource(
      byte[] vault,
      GroupKeys keys,
      LeafKeys leaves,
      SnapshotGate index,
      ArchiveSet archives,
      StripeReader reader) {
    this.vault = vault.clone();
    this.keys = keys;
    this.leaves = leaves;
    this.index = index;
    this.archives = archives;
    this.reader = reader;
  }

  /**
   * Reads a range of an extent.
   *
   * @param path of the file, for messages
   * @param ino the file's inode number
   * @param from offset of the first byte in the extent
   * @param out receives the bytes
   * @param outOffset where
   * @param length how many
   * @throws NoSuchPathException if this version of the file was deleted meanwhile
   * @throws dev.kintsugi.core.UnrecoverableException if too few intact shards are left; the message
   *     names the file
   */
  void read(
      VaultPath path,
      long ino,
      ContentRecord.Extent extent,
      int from,
      byte[] out,
      int outOffset,
      int length) {
    try (Secret leafKey = leaves.key(extent.leaf());
        ExtentKey key = keys.extentKey(vault, ino, extent.leaf(), leafKey)) {
      Stripe stripe = known.get(extent.stripe());
      if (stripe == null) {
        stripe = lookUp(path, extent.stripe());
      }
      for (int attempt = 1; ; attempt++) {
        try {
          reader.read(stripe, extent.address(), extent.length(), key, from, out, outOffset, length);
          return;
        } catch (KintsugiException e) {
          known.remove(extent.stripe());
          Stripe fresh = lookUp(path, extent.stripe());
          boolean changed = anyArchiveIsBack() || !fresh.equals(stripe);
          if (!changed || attempt == ATTEMPTS) {
            throw Failures.about("cannot read " + path, e);
          }
          stripe = fresh;
        }
      }
    }
  }

  private Stripe lookUp(VaultPath path, StripeId id) {
    Optional<Stripe> found =
        index.read(
            reader ->
                reader
                    .stripe(id)
                    .filter(row -> !reader.shards(id).isEmpty())
                    .map(row -> new Stripe(row, reader.shards(id))));
    if (found.isEmpty()) {
      throw new NoSuchPathException(
          "this version of " + path + " was replaced or removed while it was read");
    }
    known.put(id, found.get());
    return found.get();
  }

  /** Looks again at archives that are not available, and returns whether one of them is now. */
  private boolean anyArchiveIsBack() {
    boolean back = false;
    for (AttachedArchive archive : archives.all()) {
      if (!archive.isAvailable()) {
        archive.recheck();
        back |= archive.isAvailable();
      }
    }
    return back;
  }
}
