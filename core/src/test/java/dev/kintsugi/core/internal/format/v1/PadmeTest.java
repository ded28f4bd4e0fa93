package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class PadmeTest {
  @Test
  void lengthsOfThePaperAreReproduced() {
    // L = 9: E = 3, S = 2, so one low bit is cleared upwards.
    assertEquals(10, Padme.padded(9));
    assertEquals(8, Padme.padded(8));
    assertEquals(0, Padme.padded(0));
    assertEquals(1, Padme.padded(1));
    assertEquals(1 << 20, Padme.padded(1 << 20));
    assertEquals((1 << 20) + (1 << 15), Padme.padded((1 << 20) + 1));
  }

  @Test
  void paddingNeverShrinksNeverExceedsTwelvePercentAndIsIdempotentAndMonotone() {
    long before = 0;
    for (long length = 0; length < 1 << 18; length++) {
      long padded = Padme.padded(length);
      assertTrue(padded >= length && padded >= before, "length " + length);
      assertTrue(padded - length <= 0.12 * length, "length " + length + " became " + padded);
      assertEquals(padded, Padme.padded(padded));
      before = padded;
    }
  }

  @Test
  void fewLengthsRemainToTellApart() {
    Set<Long> lengths = new TreeSet<>();
    for (long length = 1; length <= 1 << 21; length++) {
      lengths.add(Padme.padded(length));
    }
    assertTrue(lengths.size() < 400, lengths.size() + " different lengths up to 2 MiB");
  }

  @Test
  void lengthsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Padme.padded(-1));
    assertThrows(IllegalArgumentException.class, () -> Padme.padded(Long.MAX_VALUE));
    assertEquals(1L << 62, Padme.padded(1L << 62));
  }
}
