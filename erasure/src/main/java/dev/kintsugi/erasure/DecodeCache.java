package dev.kintsugi.erasure;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the most recently used solved patterns of one code, at most {@value #CAPACITY}.
 *
 * <p>Solving happens outside the lock: two threads may solve the same pattern at the same time,
 * which wastes a little work and changes nothing.
 */
final class DecodeCache {
  static final int CAPACITY = 128;

  private final Map<Key, DecodeStep> steps = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(BitSet present, BitSet wanted) {}

  /** Solves a pattern that is not in the cache. */
  @FunctionalInterface
  interface Solver {
    DecodeStep solve(boolean[] present, boolean[] wanted);
  }

  DecodeStep get(boolean[] present, boolean[] wanted, Solver solver) {
    Key key = new Key(bits(present), bits(wanted));
    synchronized (steps) {
      DecodeStep known = steps.get(key);
      if (known != null) {
        return known;
      }
    }
    DecodeStep solved = solver.solve(present, wanted);
    synchronized (steps) {
      steps.put(key, solved);
      if (steps.size() > CAPACITY) {
        steps.remove(steps.keySet().iterator().next());
      }
    }
    return solved;
  }

  int size() {
    synchronized (steps) {
      return steps.size();
    }
  }

  private static BitSet bits(boolean[] flags) {
    BitSet bits = new BitSet(flags.length);
    for (int i = 0; i < flags.length; i++) {
      bits.set(i, flags[i]);
    }
    return bits;
  }
}
