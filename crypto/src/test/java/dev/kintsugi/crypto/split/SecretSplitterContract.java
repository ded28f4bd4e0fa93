package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link SecretSplitter} promises. */
abstract class SecretSplitterContract {
  abstract String name();

  private SecretSplitter splitter() {
    return SecretSplitter.parse(name());
  }

  static byte[] random(int n, long seed) {
    byte[] bytes = new byte[n];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[][] only(byte[][] shares, BitSet kept) {
    byte[][] some = new byte[shares.length][];
    kept.stream().forEach(i -> some[i] = shares[i]);
    return some;
  }

  @Test
  void nameRoundTrips() {
    assertEquals(name(), splitter().toString());
    assertEquals(splitter(), SecretSplitter.parse(name()));
    assertEquals(splitter().hashCode(), SecretSplitter.parse(name()).hashCode());
    assertTrue(splitter().privacy() < splitter().threshold());
    assertTrue(splitter().threshold() <= splitter().shares());
  }

  @Test
  void allSharesGiveTheSecretAtEveryLength() {
    SecretSplitter splitter = splitter();
    for (int n :
        new int[] {0, 1, 2, 15, 16, 17, 31, 32, 33, 1000, 32_767, 32_768, 32_769, 150_000}) {
      byte[] secret = random(n, n);
      byte[][] shares = splitter.split(secret);
      assertEquals(splitter.shares(), shares.length);
      for (byte[] share : shares) {
        assertEquals(splitter.shareLength(n), share.length);
      }
      assertArrayEquals(secret, splitter.combine(shares, n), name() + ", length " + n);
    }
  }

  @Test
  void everySubsetGivesTheSecretExactlyIfItIsSufficient() {
    SecretSplitter splitter = splitter();
    byte[] secret = random(50, 1);
    byte[][] shares = splitter.split(secret);
    int n = splitter.shares();
    Random random = new Random(5);
    int cases = n <= 9 ? 1 << n : 2000;
    for (int c = 0; c < cases; c++) {
      BitSet kept =
          n <= 9 ? BitSet.valueOf(new long[] {c}) : BitSet.valueOf(new long[] {random.nextLong()});
      kept.clear(n, 64);
      byte[][] some = only(shares, kept);
      if (kept.cardinality() >= splitter.threshold()) {
        assertTrue(splitter.sufficient(kept), name() + " " + kept);
      }
      if (kept.cardinality() <= splitter.privacy()) {
        assertFalse(splitter.sufficient(kept), name() + " " + kept);
      }
      if (splitter.sufficient(kept)) {
        assertArrayEquals(secret, splitter.combine(some, 50), name() + " " + kept);
        byte[][] all = splitter.complete(some, kept);
        for (int i = 0; i < n; i++) {
          assertArrayEquals(shares[i], all[i], name() + ": share " + i + " from " + kept);
        }
      } else {
        byte[] out = new byte[50];
        assertThrows(TooFewSharesException.class, () -> splitter.combine(some, 0, out, 0, 50));
        assertArrayEquals(new byte[50], out, "nothing is written");
      }
    }
  }

  @Test
  void rangesInsideLargerArraysAreRespected() {
    SecretSplitter splitter = splitter();
    byte[] secret = random(40_100, 2);
    byte[] before = secret.clone();
    int length = splitter.shareLength(40_000);
    byte[][] shares = new byte[splitter.shares()][length + 14];
    for (byte[] share : shares) {
      Arrays.fill(share, (byte) 0x77);
    }
    splitter.split(secret, 50, 40_000, shares, 7);
    assertArrayEquals(before, secret);
    for (byte[] share : shares) {
      for (int i = 0; i < 7; i++) {
        assertEquals(0x77, share[i]);
        assertEquals(0x77, share[share.length - 1 - i]);
      }
    }
    byte[] out = new byte[40_010];
    splitter.combine(shares, 7, out, 5, 40_000);
    assertArrayEquals(Arrays.copyOfRange(secret, 50, 40_050), Arrays.copyOfRange(out, 5, 40_005));
    assertArrayEquals(new byte[5], Arrays.copyOf(out, 5));
    assertArrayEquals(new byte[5], Arrays.copyOfRange(out, 40_005, 40_010));
  }

  @Test
  void sharesMayGoIntoArraysOfAnyLengths() {
    SecretSplitter splitter = splitter();
    byte[] secret = random(1000, 4);
    byte[][] shares = new byte[splitter.shares()][];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = new byte[splitter.shareLength(1000) + 3 + i];
    }
    splitter.split(secret, 0, 1000, shares, 2);
    byte[] out = new byte[1000];
    splitter.combine(shares, 2, out, 0, 1000);
    assertArrayEquals(secret, out);
    for (int i = 0; i < shares.length; i++) {
      assertArrayEquals(new byte[2], Arrays.copyOf(shares[i], 2));
      int end = 2 + splitter.shareLength(1000);
      assertArrayEquals(
          new byte[1 + i], Arrays.copyOfRange(shares[i], end, shares[i].length), "share " + i);
    }
  }

  @Test
  void splittingTwiceGivesUnrelatedShares() {
    byte[] secret = new byte[64];
    byte[][] a = splitter().split(secret);
    byte[][] b = splitter().split(secret);
    for (int i = 0; i < a.length && splitter().privacy() > 0; i++) {
      assertFalse(Arrays.equals(a[i], b[i]), "share " + i);
    }
  }

  @Test
  void badShapesAreRefused() {
    SecretSplitter splitter = splitter();
    byte[][] shares = splitter.split(new byte[10]);
    assertThrows(
        IllegalArgumentException.class,
        () -> splitter.combine(Arrays.copyOf(shares, shares.length - 1), 10));
    assertThrows(
        IllegalArgumentException.class,
        () -> splitter.split(new byte[10], 0, 10, new byte[splitter.shares() + 1][100], 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> splitter.split(new byte[10], 5, 6, new byte[splitter.shares()][100], 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> splitter.split(new byte[10], 0, 10, new byte[splitter.shares()][2], 0));
    byte[][] cut = shares.clone();
    cut[0] = Arrays.copyOf(cut[0], cut[0].length - 1);
    assertThrows(IndexOutOfBoundsException.class, () -> splitter.combine(cut, 10));
  }
}
