package dev.kintsugi.erasure;

/** Makes arrays of row indices. */
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

  /** Returns the indices at which the flag is set, in ascending order. */
  static int[] where(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      if (flag) {
        count++;
      }
    }
    int[] indices = new int[count];
    int next = 0;
    for (int i = 0; i < flags.length; i++) {
      if (flags[i]) {
        indices[next++] = i;
      }
    }
    return indices;
  }
}
