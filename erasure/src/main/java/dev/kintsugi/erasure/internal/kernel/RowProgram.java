package dev.kintsugi.erasure.internal.kernel;

import dev.kintsugi.erasure.internal.gf.Gf256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One row of a matrix as a sequence of whole-row operations that need no table: doubling in GF(2^8)
 * and exclusive-or.
 *
 * <p>By Horner's rule over the bits of the coefficients, Σ c_j·d_j is 2·(2·(…) + X_1) + X_0, X_b
 * being the sum of the inputs whose coefficient has bit b. A row of powers of two, such as the Q
 * row of RAID-6, is cheaper by Horner's rule over its exponents; the shorter program is taken.
 */
final class RowProgram {
  /** One step: double the accumulator if asked, then add some inputs. */
  record Step(boolean doubles, List<Integer> inputs) {}

  private RowProgram() {}

  /**
   * Returns the steps for a row; the first one never doubles. Empty if all coefficients are zero.
   */
  static List<Step> of(byte[] matrix, int row, int inputs) {
    int[] coefficients = new int[inputs];
    for (int c = 0; c < inputs; c++) {
      coefficients[c] = matrix[row * inputs + c] & 0xff;
    }
    List<Step> byBits = byBits(coefficients);
    if (Arrays.stream(coefficients).anyMatch(c -> c == 0)) {
      return byBits;
    }
    List<Step> byExponents = byExponents(coefficients, cost(byBits));
    return byExponents.isEmpty() || cost(byBits) <= cost(byExponents) ? byBits : byExponents;
  }

  private static List<Step> byBits(int[] coefficients) {
    List<Step> steps = new ArrayList<>();
    for (int bit = 7; bit >= 0; bit--) {
      List<Integer> selected = new ArrayList<>();
      for (int c = 0; c < coefficients.length; c++) {
        if ((coefficients[c] >> bit & 1) != 0) {
          selected.add(c);
        }
      }
      if (!steps.isEmpty() || !selected.isEmpty()) {
        steps.add(new Step(!steps.isEmpty(), selected));
      }
    }
    return steps;
  }

  /** Returns no steps if there would be more than the limit. */
  private static List<Step> byExponents(int[] coefficients, int limit) {
    int highest = Arrays.stream(coefficients).map(Gf256::log).max().orElse(0);
    if (highest > limit) {
      return List.of();
    }
    List<Step> steps = new ArrayList<>();
    for (int exponent = highest; exponent >= 0; exponent--) {
      List<Integer> selected = new ArrayList<>();
      for (int c = 0; c < coefficients.length; c++) {
        if (Gf256.log(coefficients[c]) == exponent) {
          selected.add(c);
        }
      }
      steps.add(new Step(!steps.isEmpty(), selected));
    }
    return steps;
  }

  private static int cost(List<Step> steps) {
    return steps.stream().mapToInt(step -> step.inputs().size() + (step.doubles() ? 2 : 0)).sum();
  }
}
