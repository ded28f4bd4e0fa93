package dev.kintsugi.crypto.forest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link KeySlot} promises. */
abstract class KeySlotContract {
  /** Where a slot's bytes are: they stay when the process dies. */
  interface Medium {
    /** Opens the slot over the same storage as before. */
    KeySlot open() throws Exception;

    /** Counts the steps that change or flush something, and dies where it is told to. */
    Crash crash();

    /** Starts again after a death, without what was lost. */
    void restart(Loss loss) throws Exception;

    /** Returns every byte that can be read from the storage. */
    byte[] readable() throws Exception;
  }

  /** Makes an empty medium. */
  abstract Medium medium() throws Exception;

  static KeySlot.Entry entry(long epoch) {
    byte[] name = new byte[KeySlot.NAME_LENGTH];
    byte[] hash = new byte[KeySlot.HASH_LENGTH];
    name[0] = (byte) epoch;
    hash[1] = (byte) epoch;
    return new KeySlot.Entry(epoch, Secret.random(32), name, hash);
  }

  static boolean contains(byte[] haystack, byte[] needle) {
    return new String(haystack, StandardCharsets.ISO_8859_1)
        .contains(new String(needle, StandardCharsets.ISO_8859_1));
  }

  /** Returns pieces of 16 bytes of what is on a medium, wherever it is not zeros. */
  private static byte[][] pieces(byte[] readable) {
    byte[] zeros = new byte[16];
    return IntStream.range(0, readable.length / 16)
        .mapToObj(i -> Arrays.copyOfRange(readable, 16 * i, 16 * i + 16))
        .filter(piece -> !Arrays.equals(piece, zeros))
        .toArray(byte[][]::new);
  }

  private static void assertNoneIn(byte[][] pieces, byte[] readable, String where) {
    for (byte[] piece : pieces) {
      assertFalse(contains(readable, piece), where + ": a part of an erased entry is there");
    }
  }

  @Test
  void anEmptySlotHasNoEntry() throws Exception {
    try (KeySlot slot = medium().open()) {
      assertEquals(Optional.empty(), slot.current());
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(1));
    }
  }

  @Test
  void theLastEntryIsCurrent() throws Exception {
    try (KeySlot slot = medium().open()) {
      for (long epoch = 1; epoch < 10; epoch++) {
        KeySlot.Entry entry = entry(epoch);
        slot.put(entry);
        assertTrue(slot.current().orElseThrow().sameAs(entry));
        if (epoch % 3 != 0) {
          slot.eraseBefore(epoch);
          slot.eraseBefore(epoch);
        }
        assertTrue(slot.current().orElseThrow().sameAs(entry));
      }
    }
  }

  @Test
  void epochsOnlyRise() throws Exception {
    try (KeySlot slot = medium().open()) {
      slot.put(entry(5));
      for (long epoch : new long[] {1, 4, 5}) {
        assertThrows(IllegalArgumentException.class, () -> slot.put(entry(epoch)));
      }
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(4));
      assertThrows(IllegalArgumentException.class, () -> slot.eraseBefore(6));
      assertEquals(5, slot.current().orElseThrow().epoch());
      slot.put(entry(100));
      assertEquals(100, slot.current().orElseThrow().epoch());
    }
    assertThrows(IllegalArgumentException.class, () -> entry(0));
  }

  @Test
  void whatWasPutSurvivesReopeningAndTheLossOfPower() throws Exception {
    for (Loss loss : Loss.all()) {
      Medium medium = medium();
      for (long epoch = 1; epoch < 5; epoch++) {
        KeySlot.Entry entry = entry(epoch);
        try (KeySlot slot = medium.open()) {
          slot.put(entry);
        }
        medium.restart(loss);
        try (KeySlot slot = medium.open()) {
          assertTrue(slot.current().orElseThrow().sameAs(entry), loss + ", epoch " + epoch);
          if (epoch == 2) {
            slot.eraseBefore(epoch);
          }
        }
      }
    }
  }

  @Test
  void whatWasErasedIsNotOnTheMediumAndDoesNotComeBackWhenPowerIsLost() throws Exception {
    for (Loss loss : Loss.all()) {
      Medium medium = medium();
      try (KeySlot slot = medium.open()) {
        slot.put(entry(1));
        byte[][] first = pieces(medium.readable());
        KeySlot.Entry second = entry(2);
        slot.put(second);
        for (byte[] piece : first) {
          assertTrue(contains(medium.readable(), piece), "the control: still there");
        }
        slot.eraseBefore(2);
        assertNoneIn(first, medium.readable(), "erased");
        medium.restart(loss);
        assertNoneIn(first, medium.readable(), "after " + loss);
      }
      try (KeySlot slot = medium.open()) {
        assertEquals(2, slot.current().orElseThrow().epoch());
      }
    }
  }

  @Test
  void deathsAndPowerLossAtEveryStepLeaveTheOldOrTheNewEntryAndErasureIsFinished()
      throws Exception {
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          String where = "step " + step + (after ? " done, " : " torn, ") + loss;
          Medium medium = medium();
          KeySlot.Entry first = entry(1);
          KeySlot.Entry second = entry(2);
          boolean put = false;
          byte[][] old;
          try (KeySlot slot = medium.open()) {
            slot.put(first);
            slot.eraseBefore(1);
            old = pieces(medium.readable());
            medium.crash().arm(step, after);
            try {
              slot.put(second);
              put = true;
              slot.eraseBefore(2);
              died = false;
            } catch (Crash.Died e) {
              // Goes on below.
            }
          }
          medium.restart(loss);
          try (KeySlot slot = medium.open()) {
            KeySlot.Entry now = slot.current().orElseThrow();
            assertTrue(now.sameAs(second) || (!put && now.sameAs(first)), where);
            slot.eraseBefore(now.epoch());
            if (now.epoch() == 2) {
              assertNoneIn(old, medium.readable(), where);
            }
            KeySlot.Entry next = entry(3);
            slot.put(next);
            assertTrue(slot.current().orElseThrow().sameAs(next), where);
          }
        }
      }
    }
  }

  /** The process dies while it puts; the next one dies, with the machine, while it recovers. */
  @Test
  void powerLossAtEveryStepOfARecoveryLeavesAnEntryAndARecoveryThatReturnedIsFinal()
      throws Exception {
    int recoveries = 0;
    for (Loss loss : Loss.all()) {
      for (boolean after : new boolean[] {false, true}) {
        boolean died = true;
        for (int step = 1; died; step++) {
          boolean diedAgain = true;
          for (int again = 1; diedAgain; again++) {
            String where = "step %d, then %d %s, %s".formatted(step, again, after, loss);
            Medium medium = medium();
            KeySlot.Entry first = entry(1);
            KeySlot.Entry second = entry(2);
            byte[][] old;
            try (KeySlot slot = medium.open()) {
              slot.put(first);
              slot.eraseBefore(1);
              old = pieces(medium.readable());
              medium.crash().arm(step, after);
              try {
                slot.put(second);
                slot.eraseBefore(2);
                died = false;
              } catch (Crash.Died e) {
                died = true;
              }
            }
            medium.restart(Loss.NOTHING);
            long found = 0;
            try (KeySlot slot = medium.open()) {
              medium.crash().arm(again, after);
              found = slot.current().orElseThrow().epoch();
              slot.eraseBefore(found);
              diedAgain = false;
            } catch (Crash.Died e) {
              recoveries++;
            }
            medium.restart(loss);
            try (KeySlot slot = medium.open()) {
              KeySlot.Entry now = slot.current().orElseThrow();
              assertTrue(now.sameAs(first) || now.sameAs(second), where);
              if (!diedAgain) {
                assertEquals(found, now.epoch(), where);
                if (found == 2) {
                  assertNoneIn(old, medium.readable(), where);
                }
              }
            }
          }
        }
      }
    }
    assertTrue(recoveries > 20, "only " + recoveries + " recoveries were interrupted");
  }
}
