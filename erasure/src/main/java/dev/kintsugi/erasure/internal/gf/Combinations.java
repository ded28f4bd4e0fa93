package dev.kintsugi.erasure.internal.gf;

/** Goes through the subsets of a size of the numbers below n, each an ascending array. */
public final class Combinations {
  private Combinations() {}

  /** Returns the first subset, {0, 1, …, size - 1}. */
  public static int[] first(int size) {
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      chosen[i] = i;
    }
    return chosen;
  }

  /** Changes a subset of the numbers below n into the next; returns false after the last. */
  public static boolean next(int[] chosen, int n) {
    int i = chosen.length - 1;
    while (i >= 0 && chosen[i] == n - chosen.length + i) {
      i--;
    }
    if (i < 0) {
      return false;
    }
    chosen[i]++;
    for (int j = i + 1; j < chosen.length; j++) {
      chosen[j] = chosen[j - 1] + 1;
    }
    return true;
  }

  /** Returns how many subsets there are. */
  public static double count(int n, int size) {
    double count = 1;
    for (int i = 0; i < size; i++) {
      count = count * (n - i) / (i + 1);
    }
    return count;
  }
}
