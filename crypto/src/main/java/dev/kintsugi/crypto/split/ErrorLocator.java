package dev.kintsugi.crypto.split;

import dev.kintsugi.erasure.GaloisField;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Berlekamp-Welch decoding of one column: finds which values are not on the polynomial of low
 * degree that the others are on, if at most (n-t)/2 are not.
 *
 * <p>Its timing depends on its input. Callers give it the difference between shares and what other
 * shares imply, which depends on the errors alone and not on any secret.
 *
 * <p>Source: L. R. Welch, E. R. Berlekamp, US patent 4,633,470 (1986).
 */
final class ErrorLocator {
  private ErrorLocator() {}

  /**
   * Finds the wrong values.
   *
   * @param xs distinct abscissas
   * @param ys values, as ints in 0..255
   * @param t the polynomial's degree is below t
   * @return the indices of the wrong values, or all indices if there are more than (n-t)/2
   */
  static BitSet locate(int[] xs, int[] ys, int t) {
    int n = xs.length;
    BitSet all = new BitSet();
    all.set(0, n);
    int e = (n - t) / 2;
    // Unknowns: Q of degree < e + t, then E = x^e + ... : Q(x) - y·(E(x) - x^e) = y·x^e.
    int unknowns = 2 * e + t;
    int[][] rows = new int[n][unknowns + 1];
    for (int i = 0; i < n; i++) {
      int power = 1;
      for (int j = 0; j < e + t; j++) {
        rows[i][j] = power;
        if (j < e) {
          rows[i][e + t + j] = GaloisField.multiply(ys[i], power);
        }
        if (j == e) {
          rows[i][unknowns] = GaloisField.multiply(ys[i], power);
        }
        power = GaloisField.multiply(power, xs[i]);
      }
    }
    int[] solution = solve(rows, unknowns);
    if (solution.length == 0) {
      return all;
    }
    int[] q = Arrays.copyOf(solution, e + t);
    int[] locator = Arrays.copyOfRange(solution, e + t, unknowns + 1);
    locator[e] = 1;
    int[] p = divide(q, locator);
    if (p.length == 0) {
      return all;
    }
    BitSet wrong = new BitSet();
    for (int i = 0; i < n; i++) {
      wrong.set(i, evaluate(p, xs[i]) != ys[i]);
    }
    return wrong.cardinality() <= e ? wrong : all;
  }

  private static int evaluate(int[] p, int x) {
    int value = 0;
    for (int i = p.length - 1; i >= 0; i--) {
      value = GaloisField.multiply(value, x) ^ p[i];
    }
    return value;
  }

  /** Returns q / d for a monic d, or an empty array if it does not divide. */
  private static int[] divide(int[] q, int[] d) {
    int degree = d.length - 1;
    int[] rest = q.clone();
    int[] quotient = new int[Math.max(1, q.length - degree)];
    for (int i = q.length - 1; i >= degree; i--) {
      int factor = rest[i];
      quotient[i - degree] = factor;
      for (int j = 0; j <= degree; j++) {
        rest[i - degree + j] ^= GaloisField.multiply(factor, d[j]);
      }
    }
    for (int r : rest) {
      if (r != 0) {
        return new int[0];
      }
    }
    return quotient;
  }

  /** Solves a system by elimination; free unknowns become 0; an empty array if inconsistent. */
  private static int[] solve(int[][] rows, int unknowns) {
    int[] pivotOf = new int[unknowns];
    Arrays.fill(pivotOf, -1);
    int rank = 0;
    for (int column = 0; column < unknowns && rank < rows.length; column++) {
      int pivot = rank;
      while (pivot < rows.length && rows[pivot][column] == 0) {
        pivot++;
      }
      if (pivot == rows.length) {
        continue;
      }
      int[] swap = rows[rank];
      rows[rank] = rows[pivot];
      rows[pivot] = swap;
      int inverse = GaloisField.divide(1, rows[rank][column]);
      for (int j = column; j <= unknowns; j++) {
        rows[rank][j] = GaloisField.multiply(rows[rank][j], inverse);
      }
      for (int i = 0; i < rows.length; i++) {
        int factor = rows[i][column];
        if (i != rank && factor != 0) {
          for (int j = column; j <= unknowns; j++) {
            rows[i][j] ^= GaloisField.multiply(factor, rows[rank][j]);
          }
        }
      }
      pivotOf[column] = rank++;
    }
    for (int i = rank; i < rows.length; i++) {
      if (rows[i][unknowns] != 0) {
        return new int[0];
      }
    }
    int[] solution = new int[unknowns + 1];
    for (int column = 0; column < unknowns; column++) {
      solution[column] = pivotOf[column] < 0 ? 0 : rows[pivotOf[column]][unknowns];
    }
    return solution;
  }
}
