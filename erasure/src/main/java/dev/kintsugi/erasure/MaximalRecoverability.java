package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Combinations;
import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.GfMatrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * Coefficients of Azure-style codes with three and four global parity shards, and the proof that
 * they are maximally recoverable.
 */
final class MaximalRecoverability {
  /**
   * By number of global parity shards from 3: coefficients found by random search, group by group.
   * Leaving out groups, or coefficients of a group, leaves a code maximally recoverable, since a
   * shard that is always zero can be left out.
   */
  private static final int[][][][] KNOWN = {
    {
      {{148, 70, 88, 85, 63, 132, 155, 17}, {99, 211, 255, 218, 105, 93, 127, 41}},
      {{194, 224, 162, 1}, {237, 153, 7, 171}, {99, 87, 205, 125}},
      {{148, 88, 137}, {99, 255, 105}, {70, 85, 152}, {211, 172, 94}}
    },
    {{{73, 35, 1, 5, 67}, {233, 241, 61, 12, 95}}}
  };

  private final int[][] coefficients;
  private final int globals;

  private MaximalRecoverability(int[][] coefficients, int globals) {
    this.coefficients = coefficients;
    this.globals = globals;
  }

  /** Returns coefficients for groups of a size with three or more global parity shards. */
  static Optional<int[][]> known(int size, int groups, int globals) {
    if (globals - 3 >= KNOWN.length) {
      return Optional.empty();
    }
    for (int[][] table : KNOWN[globals - 3]) {
      if (groups <= table.length && size <= table[0].length) {
        int[][] coefficients = new int[groups][];
        for (int group = 0; group < groups; group++) {
          coefficients[group] = Arrays.copyOf(table[group], size);
        }
        return Optional.of(coefficients);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether the code with these coefficients, global parity t being Σ c^(2^t) · data, is
   * maximally recoverable: whether it decodes one loss in every group and g more anywhere.
   *
   * <p>The loss that a group repairs by itself is eliminated first. What is left of t + 1 losses of
   * a group are t columns, which are sums of two coefficients, the local parity's being 0; they
   * must be independent for every choice of the losses, and of the global parity shards left.
   */
  static boolean isProven(int[][] coefficients, int globals) {
    return new MaximalRecoverability(coefficients, globals).allFrom(0, new int[globals], 0);
  }

  /** Tries all losses in the groups from one on, given columns from those before. */
  private boolean allFrom(int group, int[] columns, int count) {
    if (group == coefficients.length) {
      return count == 0 || allGlobals(columns, count, 0, new int[count], 0);
    }
    if (!allFrom(group + 1, columns, count)) {
      return false;
    }
    int members = coefficients[group].length + 1;
    for (int more = 1; more <= Math.min(globals - count, members - 1); more++) {
      int[] lost = Combinations.first(more + 1);
      do {
        int first = member(group, lost[0]);
        for (int i = 1; i <= more; i++) {
          columns[count + i - 1] = first ^ member(group, lost[i]);
        }
        if (!allFrom(group + 1, columns, count + more)) {
          return false;
        }
      } while (Combinations.next(lost, members));
    }
    return true;
  }

  private int member(int group, int index) {
    return index == 0 ? 0 : coefficients[group][index - 1];
  }

  /** Tries all choices of as many global parity shards as there are columns. */
  private boolean allGlobals(int[] columns, int count, int from, int[] rows, int chosen) {
    if (chosen == count) {
      GfMatrix square = GfMatrix.of(count, count, (r, c) -> Gf256.power(columns[c], 1 << rows[r]));
      return square.rank() == count;
    }
    for (int row = from; row < globals; row++) {
      rows[chosen] = row;
      if (!allGlobals(columns, count, row + 1, rows, chosen + 1)) {
        return false;
      }
    }
    return true;
  }
}
