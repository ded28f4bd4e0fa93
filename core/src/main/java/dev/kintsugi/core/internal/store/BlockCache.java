package dev.kintsugi.core.internal.store;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of one object that were opened last. Thread-safe. */
final class BlockCache {
  private final Map<Key, byte[]> blocks; // guarded by this

  /** A block of an extent. */
  private record Key(int extent, int block) {}

  /**
   * Makes an empty cache.
   *
   * @param most how many blocks it keeps
   */
  BlockCache(int most) {
    this.blocks =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
            return size() > most;
          }
        };
  }

  /** Returns a block's bytes, not to be changed; null if they are not here. */
  synchronized byte @Nullable [] get(int extent, int block) {
    return blocks.get(new Key(extent, block));
  }

  /** Keeps a block's bytes, which must not change any more. */
  synchronized void put(int extent, int block, byte[] bytes) {
    blocks.put(new Key(extent, block), bytes);
  }
}
