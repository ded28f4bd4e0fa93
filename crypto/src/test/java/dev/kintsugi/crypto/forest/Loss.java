package dev.kintsugi.crypto.forest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What survives when power is lost, of the things that were not made durable; all that was does.
 *
 * @param names whether directories have their last entries, or only those that were flushed
 * @param firstHalf whether the first half of what was written to a file is there
 * @param secondHalf the same of the second half
 */
public record Loss(boolean names, boolean firstHalf, boolean secondHalf) {
  /** The process died, the machine did not. */
  public static final Loss NOTHING = new Loss(true, true, true);

  public static final Loss EVERYTHING = new Loss(false, false, false);

  /** Returns all eight. */
  public static List<Loss> all() {
    List<Loss> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(new Loss((i & 1) != 0, (i & 2) != 0, (i & 4) != 0));
    }
    return all;
  }

  /** Returns what is left of a file, given what was last made durable and what was written. */
  byte[] left(byte[] durable, byte[] written) {
    if (!firstHalf && !secondHalf) {
      return durable.clone();
    }
    byte[] left = Arrays.copyOf(durable, written.length);
    int half = written.length / 2;
    if (firstHalf) {
      System.arraycopy(written, 0, left, 0, half);
    }
    if (secondHalf) {
      System.arraycopy(written, half, left, half, written.length - half);
    }
    return left;
  }
}
