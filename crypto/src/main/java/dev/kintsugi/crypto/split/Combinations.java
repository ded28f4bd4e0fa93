package dev.kintsugi.crypto.split;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Stream;

/** The subsets of a set that have a given size. */
final class Combinations {
  private Combinations() {}

  /** Returns all subsets of {@code count} elements, lazily, in lexicographic order. */
  static Stream<BitSet> of(BitSet from, int count) {
    int[] elements = from.stream().toArray();
    if (count > elements.length) {
      return Stream.empty();
    }
    int[] first = new int[count];
    Arrays.setAll(first, i -> i);
    return Stream.iterate(first, indices -> indices.length > 0, i -> next(i, elements.length))
        .map(
            indices -> {
              BitSet set = new BitSet();
              for (int i : indices) {
                set.set(elements[i]);
              }
              return set;
            });
  }

  /** Returns the combination after one, or an empty array after the last. */
  private static int[] next(int[] indices, int n) {
    int[] after = indices.clone();
    int i = after.length - 1;
    while (i >= 0 && after[i] == n - after.length + i) {
      i--;
    }
    if (i < 0) {
      return new int[0];
    }
    after[i]++;
    for (int j = i + 1; j < after.length; j++) {
      after[j] = after[j - 1] + 1;
    }
    return after;
  }
}
