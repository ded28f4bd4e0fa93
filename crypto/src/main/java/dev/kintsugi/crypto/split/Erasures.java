package dev.kintsugi.crypto.split;

import dev.kintsugi.erasure.ErasureCode;

/** Fills missing rows of a codeword. */
final class Erasures {
  private Erasures() {}

  /**
   * Computes the rows below {@code end} that are null from those that are not; all have one length.
   */
  static void fill(ErasureCode code, byte[][] rows, int end) {
    boolean[] present = new boolean[rows.length];
    boolean[] wanted = new boolean[rows.length];
    int length = 0;
    for (int i = 0; i < rows.length; i++) {
      present[i] = rows[i] != null;
      if (present[i]) {
        length = rows[i].length;
      }
    }
    for (int i = 0; i < end; i++) {
      if (!present[i]) {
        wanted[i] = true;
        rows[i] = new byte[length];
      }
    }
    code.reconstruct(rows, present, wanted, 0, length);
  }
}
