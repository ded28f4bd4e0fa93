package dev.kintsugi.crypto.forest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a forest's trees: how many children a node has, from the top down. A tree with
 * fan-outs f1 … fd has f1·…·fd leaves; its root is at level 1, its leaves at level d+1.
 *
 * <p>Narrow fan-outs keep images small after scattered deletions (a puncture leaves Σ(f-1) roots),
 * wide ones make leaf keys cheaper (one hash per level).
 */
public final class Fanouts {
  /** The most levels below a root. */
  public static final int MAX_LEVELS = 14;

  /** The most leaves in one tree. */
  public static final long MAX_TREE = 1L << 40;

  /** Eight levels of four: 65,536 leaves in a tree. */
  public static final Fanouts DEFAULT = of(4, 4, 4, 4, 4, 4, 4, 4);

  private final int[] fanouts;
  private final long[] sizes; // sizes[level]: leaves below a node of that level, from 1 to d+1

  private Fanouts(int[] fanouts) {
    if (fanouts.length < 1 || fanouts.length > MAX_LEVELS) {
      throw new IllegalArgumentException(
          "levels (%d) must be in 1..%d".formatted(fanouts.length, MAX_LEVELS));
    }
    this.fanouts = fanouts;
    this.sizes = new long[fanouts.length + 2];
    sizes[fanouts.length + 1] = 1;
    for (int i = fanouts.length; i >= 1; i--) {
      int f = fanouts[i - 1];
      if (f < 2 || f > 256) {
        throw new IllegalArgumentException("fan-out (%d) must be in 2..256".formatted(f));
      }
      sizes[i] = sizes[i + 1] * f;
      if (sizes[i] > MAX_TREE) {
        throw new IllegalArgumentException(
            "fan-outs %s give more than 2^40 leaves".formatted(Arrays.toString(fanouts)));
      }
    }
  }

  /**
   * Returns a shape.
   *
   * @param fanouts children per node from the top down, 1 to {@value #MAX_LEVELS} numbers of 2..256
   * @return the shape
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Fanouts of(int... fanouts) {
    return new Fanouts(fanouts.clone());
  }

  /**
   * Returns how many leaves a tree has.
   *
   * @return the product of the fan-outs
   */
  public long treeSize() {
    return sizes[1];
  }

  int leafLevel() {
    return fanouts.length + 1;
  }

  /** Returns how many children a node of an inner level has. */
  int children(int level) {
    return fanouts[level - 1];
  }

  /** Returns how many leaves there are below a node of a level. */
  long size(int level) {
    return sizes[level];
  }

  int[] toArray() {
    return fanouts.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Fanouts that && Arrays.equals(fanouts, that.fanouts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fanouts);
  }

  @Override
  public String toString() {
    return Arrays.toString(fanouts);
  }
}
