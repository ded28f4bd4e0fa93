package dev.kintsugi.erasure;

import java.util.BitSet;

/** Makes arrays and sets of row indices. */
final class Rows {
  private Rows() {}

  /** Returns {from, from + 1, …, to - 1}. */
  static int[] range(int from, int to) {
    int[] range = new int[to - from];
    for (int i = 0; i < range.length; i++) {
      range[i] = from + i;
    }
    return range;
  }

  /** Returns the set of the indices at which the flag is set. */
  static BitSet bits(boolean[] flags) {
    BitSet bits = new BitSet(flags.length);
    for (int i = 0; i < flags.length; i++) {
      bits.set(i, flags[i]);
    }
    return bits;
  }
}
