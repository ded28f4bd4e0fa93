package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

final class RandomBytesTest {
  @Test
  void fillTouchesOnlyTheRange() {
    for (int len : new int[] {0, 1, 63, 64, 65, 4096, RandomBytes.BYTES_PER_SEED + 17}) {
      byte[] b = new byte[len + 20];
      RandomBytes.fill(b, 10, len);
      assertArrayEquals(new byte[10], Arrays.copyOf(b, 10));
      assertArrayEquals(new byte[10], Arrays.copyOfRange(b, len + 10, len + 20));
      if (len > 60) {
        byte[] first = Arrays.copyOfRange(b, 10, 26);
        byte[] last = Arrays.copyOfRange(b, len - 6, len + 10);
        assertTrue(!Arrays.equals(first, new byte[16]) && !Arrays.equals(last, new byte[16]));
      }
    }
  }

  @Test
  void rangeOutsideTheArrayIsRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> RandomBytes.fill(new byte[10], 5, 6));
  }

  @Test
  void noSixteenBytesRepeatAcrossCallsAndSeeds() {
    // With honest randomness a repeat among 2^20 values of 128 bits has probability 2^-89.
    Set<String> seen = new HashSet<>();
    int values = 0;
    for (int call = 0; call < 3; call++) {
      byte[] b = RandomBytes.next(RandomBytes.BYTES_PER_SEED + (1 << 16));
      for (int i = 0; i < b.length; i += 64) {
        seen.add(new String(b, i, 16, java.nio.charset.StandardCharsets.ISO_8859_1));
        values++;
      }
    }
    assertEquals(values, seen.size());
  }

  @Test
  void threadsGetDifferentBytes() throws InterruptedException {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 500; i++) {
                  seen.add(Hex.text(RandomBytes.next(i % 2 == 0 ? 16 : 100)));
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(2000, seen.size());
  }

  @Test
  void bytesAreEvenlyDistributed() {
    int n = 4 << 20;
    int[] counts = new int[256];
    for (byte b : RandomBytes.next(n)) {
      counts[b & 0xff]++;
    }
    double expected = n / 256.0;
    double chi2 = 0;
    for (int c : counts) {
      chi2 += (c - expected) * (c - expected) / expected;
    }
    // 255 degrees of freedom: beyond 420 with probability below 1e-9.
    assertTrue(chi2 < 420, "chi-squared " + chi2);
  }

  @Test
  void expansionIsTheAesCounterKeyStream() {
    // AES-256 of the zero block under the zero key (NIST SP 800-38A style check value).
    byte[] out = new byte[16];
    RandomBytes.expandInsecureIfSeedIsReused(new byte[32], out, 0, 16);
    assertEquals("dc95c078a2408989ad48a21492842087", Hex.text(out));
  }

  @Test
  void expansionWipesItsSeed() {
    byte[] seed = Hex.pattern(32, 7);
    RandomBytes.expandInsecureIfSeedIsReused(seed, new byte[100], 0, 100);
    assertArrayEquals(new byte[32], seed);
  }
}
