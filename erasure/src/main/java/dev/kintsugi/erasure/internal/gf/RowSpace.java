package dev.kintsugi.erasure.internal.gf;

import java.util.Optional;

/**
 * A span of row vectors over GF(2^8) that grows row by row and can say how a vector of the span is
 * combined from the rows that were accepted.
 *
 * <p>It keeps a row echelon form in which every basis row remembers its combination of accepted
 * rows. Not thread-safe.
 */
public final class RowSpace {
  private final int columns;
  private final int capacity;
  private final byte[][] basis;
  private final byte[][] combinations;
  private final int[] pivots;
  private int rank;

  /**
   * Creates an empty span.
   *
   * @param columns the length of every vector
   * @param maxRank the most independent rows that will be added
   */
  public RowSpace(int columns, int maxRank) {
    this.columns = columns;
    this.capacity = Math.min(columns, maxRank);
    this.basis = new byte[capacity][];
    this.combinations = new byte[capacity][];
    this.pivots = new int[capacity];
  }

  /** Returns the number of accepted rows, which are independent. */
  public int rank() {
    return rank;
  }

  /**
   * Adds a row if it is independent of those accepted before.
   *
   * @param row the vector; it is copied
   * @return true if the row was accepted and the rank grew
   */
  public boolean add(byte[] row) {
    byte[] remainder = row.clone();
    byte[] combination = new byte[capacity];
    int pivot = reduce(remainder, combination);
    if (pivot < 0) {
      return false;
    }
    // reduce() left remainder = row - Σ combination·accepted, so the new basis row is made of the
    // new accepted row and, characteristic 2 having no signs, of that same combination.
    combination[rank] = 1;
    int scale = Gf256.inverse(remainder[pivot] & 0xff);
    Gf256.scale(remainder, scale, columns);
    Gf256.scale(combination, scale, capacity);
    basis[rank] = remainder;
    combinations[rank] = combination;
    pivots[rank] = pivot;
    rank++;
    return true;
  }

  /** Returns whether the vector is in the span. */
  public boolean contains(byte[] vector) {
    return reduce(vector.clone(), new byte[capacity]) < 0;
  }

  /**
   * Returns the coefficients, one per accepted row in order of acceptance, that combine to the
   * vector; empty if it is outside the span.
   */
  public Optional<byte[]> express(byte[] vector) {
    byte[] combination = new byte[capacity];
    if (reduce(vector.clone(), combination) >= 0) {
      return Optional.empty();
    }
    byte[] coefficients = new byte[rank];
    System.arraycopy(combination, 0, coefficients, 0, rank);
    return Optional.of(coefficients);
  }

  /** Reduces the vector by the basis; returns the column of the first non-zero left, or -1. */
  private int reduce(byte[] vector, byte[] combination) {
    for (int i = 0; i < rank; i++) {
      int factor = vector[pivots[i]] & 0xff;
      if (factor != 0) {
        Gf256.addScaled(vector, basis[i], factor, columns);
        Gf256.addScaled(combination, combinations[i], factor, capacity);
      }
    }
    for (int c = 0; c < columns; c++) {
      if (vector[c] != 0) {
        return c;
      }
    }
    return -1;
  }
}
