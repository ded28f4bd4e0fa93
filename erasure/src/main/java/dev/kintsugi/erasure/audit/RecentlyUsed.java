package dev.kintsugi.erasure.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps the values that were used last, at most {@value #CAPACITY}. Safe for use by many threads;
 * two of them may make the same value at the same time, which wastes a little work.
 */
final class RecentlyUsed<K, V> {
  private static final int CAPACITY = 64;

  private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

  /** Returns the value of a key, made if it is not kept. The key must not change later. */
  V get(K key, Function<K, V> make) {
    synchronized (values) {
      V known = values.get(key);
      if (known != null) {
        return known;
      }
    }
    V made = make.apply(key);
    synchronized (values) {
      values.put(key, made);
      if (values.size() > CAPACITY) {
        values.remove(values.keySet().iterator().next());
      }
    }
    return made;
  }
}
