package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.internal.gf.Gf256;
import java.util.List;

/** The vectors that are orthogonal to all of a span. */
final class Annihilator {
  private Annihilator() {}

  /**
   * Returns dimension - span.size() independent vectors whose product with each of the span is 0.
   *
   * @param span independent vectors of as many elements as the dimension
   */
  static byte[][] of(List<byte[]> span, int dimension) {
    byte[][] reduced = span.stream().map(byte[]::clone).toArray(byte[][]::new);
    int[] pivots = new int[reduced.length];
    boolean[] isPivot = new boolean[dimension];
    for (int i = 0; i < reduced.length; i++) {
      int pivot = 0;
      while (reduced[i][pivot] == 0) {
        pivot++;
      }
      pivots[i] = pivot;
      isPivot[pivot] = true;
      Gf256.scale(reduced[i], Gf256.inverse(reduced[i][pivot] & 0xff), dimension);
      for (int j = 0; j < reduced.length; j++) {
        if (j != i) {
          Gf256.addScaled(reduced[j], reduced[i], reduced[j][pivot] & 0xff, dimension);
        }
      }
    }
    byte[][] orthogonal = new byte[dimension - reduced.length][dimension];
    int next = 0;
    for (int free = 0; free < dimension; free++) {
      if (!isPivot[free]) {
        orthogonal[next][free] = 1;
        for (int i = 0; i < reduced.length; i++) {
          orthogonal[next][pivots[i]] = reduced[i][free];
        }
        next++;
      }
    }
    return orthogonal;
  }
}
