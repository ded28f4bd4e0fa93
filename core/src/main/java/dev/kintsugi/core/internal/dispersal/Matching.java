package dev.kintsugi.core.internal.dispersal;

import java.util.Arrays;
import java.util.List;

/**
 * Maximum bipartite matching by augmenting paths (H. W. Kuhn, "The Hungarian method for the
 * assignment problem", 1955, unweighted), and what it is for: servers of happiness.
 */
final class Matching {
  private final List<int[]> choices;
  private final int[] takenBy;

  private Matching(List<int[]> choices, int rights) {
    this.choices = choices;
    this.takenBy = new int[rights];
    Arrays.fill(takenBy, -1);
  }

  /**
   * Returns the size of a maximum matching.
   *
   * @param choices for every left node, the right nodes it may be matched with
   * @param rights the number of right nodes
   */
  static int size(List<int[]> choices, int rights) {
    Matching matching = new Matching(choices, rights);
    int size = 0;
    for (int left = 0; left < choices.size(); left++) {
      if (matching.augment(left, new boolean[rights])) {
        size++;
      }
    }
    return size;
  }

  private boolean augment(int left, boolean[] seen) {
    for (int right : choices.get(left)) {
      if (!seen[right]) {
        seen[right] = true;
        if (takenBy[right] < 0 || augment(takenBy[right], seen)) {
          takenBy[right] = left;
          return true;
        }
      }
    }
    return false;
  }
}
