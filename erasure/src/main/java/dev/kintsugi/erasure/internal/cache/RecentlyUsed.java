package dev.kintsugi.erasure.internal.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps the values that were used last, up to a number. Safe for use by many threads.
 *
 * <p>Values are made outside the lock: two threads may make the same one at the same time, which
 * wastes a little work and changes nothing.
 *
 * @param <K> what values are found by, which must not change later
 * @param <V> the values
 */
public final class RecentlyUsed<K, V> {
  private final int capacity;
  private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Keeps nothing yet.
   *
   * @param capacity the most values that are kept
   */
  public RecentlyUsed(int capacity) {
    this.capacity = capacity;
  }

  /** Returns the value of a key, made if it is not kept. */
  public V get(K key, Function<K, V> make) {
    synchronized (values) {
      V known = values.get(key);
      if (known != null) {
        return known;
      }
    }
    V made = make.apply(key);
    synchronized (values) {
      values.put(key, made);
      if (values.size() > capacity) {
        values.remove(values.keySet().iterator().next());
      }
    }
    return made;
  }

  /** Returns how many values are kept. */
  public int size() {
    synchronized (values) {
      return values.size();
    }
  }
}
