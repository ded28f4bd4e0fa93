package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PayloadMacTest {
  private static final Secret KEY = Hex.secret("0f".repeat(32));
  private static final byte[] CONTEXT = Hex.bytes("00112233445566778899aabbccddeeff0003");

  private static byte[] tag(byte[] data) {
    return PayloadMac.compute(KEY, CONTEXT, data, 0, data.length);
  }

  /** The values were made by an independent implementation of the construction. */
  @Test
  void knownAnswers() {
    int[] lengths = {0, 1, 65_536, 65_537, 200_000};
    String[] tags = {
      "8ddfeb67ff5bcc745b6bcd67a38b350a",
      "6e1d53b273c204c9e6afb218fc4b752f",
      "bf1f6d4db7b56f400feb9bf4516c8ce3",
      "e97eb7b72536779b978ee1f9506c8e10",
      "c85394d622cd3abbca9c6ccd9c163a1f",
    };
    for (int i = 0; i < lengths.length; i++) {
      byte[] data = new byte[lengths[i]];
      for (int j = 0; j < data.length; j++) {
        data[j] = (byte) (j * 7 + j / 256);
      }
      assertEquals(tags[i], Hex.text(tag(data)), "payload of " + lengths[i] + " bytes");
    }
  }

  @Test
  void cuttingIntoCallsDoesNotChangeTheTag() {
    long seed = 20_261;
    Random random = new Random(seed);
    byte[] data = Hex.pattern(300_000, 4);
    byte[] whole = tag(data);
    for (int round = 0; round < 40; round++) {
      try (PayloadMac mac = new PayloadMac(KEY, CONTEXT)) {
        for (int at = 0; at < data.length; ) {
          int most = round % 2 == 0 ? 5_000 : 150_000;
          int n = Math.min(random.nextInt(most), data.length - at);
          mac.update(data, at, n);
          at += n;
        }
        assertArrayEquals(whole, mac.finish(), "seed " + seed + ", round " + round);
      }
    }
  }

  @Test
  void everyBitLengthContextAndKeyMatter() {
    byte[] data = Hex.pattern(150, 8);
    Set<String> tags = new HashSet<>();
    tags.add(Hex.text(tag(data)));
    int expected = 1 + Mutations.each(data, m -> tags.add(Hex.text(tag(m))));
    expected +=
        Mutations.each(
            CONTEXT, c -> tags.add(Hex.text(PayloadMac.compute(KEY, c, data, 0, data.length))));
    tags.add(Hex.text(PayloadMac.compute(Secret.random(32), CONTEXT, data, 0, data.length)));
    assertEquals(expected + 1, tags.size(), "two different inputs gave one tag");
  }

  @Test
  void swappingAndDroppingRunsChangesTheTag() {
    byte[] data = Hex.pattern(3 << 16, 2);
    byte[] swapped = data.clone();
    System.arraycopy(data, 0, swapped, 1 << 16, 1 << 16);
    System.arraycopy(data, 1 << 16, swapped, 0, 1 << 16);
    assertFalse(Arrays.equals(tag(data), tag(swapped)));
    assertFalse(Arrays.equals(tag(data), tag(Arrays.copyOf(data, 2 << 16))));
    byte[] zeros = new byte[1 << 16];
    assertFalse(Arrays.equals(tag(zeros), tag(new byte[2 << 16])));
    for (int bit = 0; bit < 8 * data.length; bit += 30_011) {
      byte[] flipped = data.clone();
      flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
      assertFalse(Arrays.equals(tag(data), tag(flipped)));
    }
  }

  @Test
  void verifyAcceptsOnlyTheWholeTag() {
    byte[] data = Hex.pattern(1000, 3);
    byte[] tag = tag(data);
    assertTrue(PayloadMac.verify(tag, KEY, CONTEXT, data, 0, data.length));
    Mutations.each(tag, t -> assertFalse(PayloadMac.verify(t, KEY, CONTEXT, data, 0, data.length)));
  }

  @Test
  void aFinishedComputationIsOver() {
    PayloadMac mac = new PayloadMac(KEY, CONTEXT);
    mac.finish();
    assertThrows(IllegalStateException.class, mac::finish);
    assertThrows(IllegalStateException.class, () -> mac.update(new byte[1], 0, 1));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> new PayloadMac(KEY, CONTEXT).update(new byte[5], 3, 3));
    assertThrows(IllegalArgumentException.class, () -> new PayloadMac(Secret.random(15), CONTEXT));
  }
}
