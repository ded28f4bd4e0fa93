package dev.kintsugi.crypto;

import java.util.Arrays;
import java.util.function.Consumer;

/** Every single-bit flip, every shorter length, and a few longer ones of a byte string. */
final class Mutations {
  private Mutations() {}

  /** Passes each mutant to {@code check} and returns how many there were. */
  static int each(byte[] original, Consumer<byte[]> check) {
    int count = 0;
    for (int bit = 0; bit < 8 * original.length; bit++) {
      byte[] flipped = original.clone();
      flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
      check.accept(flipped);
      count++;
    }
    return count + lengths(original, check);
  }

  /** Only the mutants of other lengths. */
  static int lengths(byte[] original, Consumer<byte[]> check) {
    int count = 0;
    for (int n = 0; n < original.length; n++, count++) {
      check.accept(Arrays.copyOf(original, n));
    }
    for (int more : new int[] {1, 16, 28}) {
      check.accept(Arrays.copyOf(original, original.length + more));
      count++;
    }
    return count;
  }
}
