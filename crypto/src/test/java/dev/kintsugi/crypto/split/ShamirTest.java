package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class ShamirTest {
  /** Coefficient bytes in order: the first row is the linear term, 65,536 bytes a row. */
  private static final RandomSource ALL_PAIRS =
      new RandomSource() {
        private int row;
        private int at;

        @Override
        public void fill(byte[] b, int off, int len) {
          // Called as row 1, row 2 for one stride, then row 1, row 2 for the next.
          for (int i = 0; i < len; i++) {
            int number = at + i;
            b[off + i] = (byte) (row == 0 ? number : number >> 8);
          }
          if (row == 1) {
            at = (at + len) & 0xffff;
          }
          row ^= 1;
        }
      };

  /** Counts how many of the 65,536 values pairs of bytes take. */
  private static int distinctPairs(byte[] a, byte[] b) {
    BitSet seen = new BitSet(1 << 16);
    for (int i = 0; i < a.length; i++) {
      seen.set((a[i] & 0xff) << 8 | (b[i] & 0xff));
    }
    return seen.cardinality();
  }

  @Test
  void exhaustivelyAnyTwoSharesOf3Of5AreIndependentOfTheSecret() {
    // Every secret byte with every choice of the two coefficients, once each: if a pair of shares
    // then takes every one of its 2^16 values exactly once, whatever the secret, it is independent
    // of the secret.
    Shamir shamir = Shamir.of(3, 5).withInsecureRandomSource(ALL_PAIRS);
    for (int secret = 0; secret < 256; secret++) {
      byte[] all = new byte[1 << 16];
      Arrays.fill(all, (byte) secret);
      byte[][] shares = shamir.split(all);
      for (int a = 0; a < 5; a++) {
        for (int b = a + 1; b < 5; b++) {
          assertEquals(1 << 16, distinctPairs(shares[a], shares[b]), "shares " + a + ", " + b);
        }
      }
    }
  }

  @Test
  void negativeControlCoefficientsForcedNonZeroAreCaughtByTheEnumeration() {
    RandomSource nonZero =
        (b, off, len) -> {
          ALL_PAIRS.fill(b, off, len);
          for (int i = off; i < off + len; i++) {
            b[i] = b[i] == 0 ? 1 : b[i];
          }
        };
    byte[][] shares = Shamir.of(3, 5).withInsecureRandomSource(nonZero).split(new byte[1 << 16]);
    assertNotEquals(1 << 16, distinctPairs(shares[0], shares[1]));
  }

  private static double chiSquared(byte[] bytes) {
    int[] counts = new int[256];
    for (byte b : bytes) {
      counts[b & 0xff]++;
    }
    double expected = bytes.length / 256.0;
    return Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
  }

  @Test
  void statisticallySharesOfAConstantSecretAreUniform() {
    byte[] secret = new byte[1 << 20];
    Arrays.fill(secret, (byte) 0x41);
    for (byte[] share : Shamir.of(2, 5).split(secret)) {
      // 255 degrees of freedom: beyond 420 with probability below 1e-9.
      assertTrue(chiSquared(share) < 420, "chi-squared " + chiSquared(share));
    }
  }

  @Test
  void negativeControlCoefficientsForcedNonZeroAreCaughtByTheStatistics() {
    RandomSource nonZero =
        (b, off, len) -> {
          RandomBytes.fill(b, off, len);
          for (int i = off; i < off + len; i++) {
            b[i] = b[i] == 0 ? 1 : b[i];
          }
        };
    byte[] share = Shamir.of(2, 5).withInsecureRandomSource(nonZero).split(new byte[1 << 20])[2];
    assertTrue(chiSquared(share) > 1000, "chi-squared " + chiSquared(share));
  }

  /** The values were computed by an independent implementation of the field and the polynomial. */
  @Test
  void knownAnswer() {
    RandomSource fixed =
        new RandomSource() {
          private int row;

          @Override
          public void fill(byte[] b, int off, int len) {
            row++;
            for (int i = 0; i < len; i++) {
              b[off + i] = (byte) (i * 37 + row * 101);
            }
          }
        };
    byte[] secret = "kintsugi".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[][] shares = Shamir.of(3, 5).withInsecureRandomSource(fixed).split(secret);
    String[] expected = {
      "c40cd599d4e88ccc",
      "aefb7d25f97f7baa",
      "019ec6c85ee2900f",
      "de2db5b439d52498",
      "71480e599e48cf3d"
    };
    for (int i = 0; i < 5; i++) {
      assertEquals(expected[i], HexFormat.of().formatHex(shares[i]));
    }
  }

  @Test
  void kernelsThatDoNotRunInConstantTimeAreRefused() {
    GaloisKernel table = GaloisKernels.named("portable");
    assertThrows(IllegalArgumentException.class, () -> Shamir.of(2, 3).withKernel(table));
    assertTrue(Shamir.of(2, 3).kernel().constantTime());
  }

  @Test
  void everyConstantTimeKernelGivesTheSameShares() {
    byte[] secret = SecretSplitterContract.random(100_000, 3);
    int kernels = 0;
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      if (entry.kernel().isPresent() && entry.kernel().get().constantTime()) {
        RandomSource zero = (b, off, len) -> Arrays.fill(b, off, off + len, (byte) 7);
        Shamir mine = Shamir.of(3, 5).withInsecureRandomSource(zero);
        byte[][] expected = mine.split(secret);
        byte[][] actual = mine.withKernel(entry.kernel().get()).split(secret);
        for (int i = 0; i < 5; i++) {
          assertArrayEquals(expected[i], actual[i], entry.name());
        }
        kernels++;
      }
    }
    assertTrue(kernels >= 1);
  }

  @Test
  void lagrangeRefusesZeroAndDuplicates() {
    for (int[] xs : new int[][] {{0, 1}, {1, 1}, {5, 3, 5}, {256, 1}, {-1, 2}}) {
      assertThrows(IllegalArgumentException.class, () -> Shamir.lagrange(xs, 0));
    }
    // A constant polynomial has the same value everywhere: coefficients add up to one.
    for (int at : new int[] {0, 4, 200}) {
      int sum = 0;
      for (byte c : Shamir.lagrange(new int[] {1, 2, 3}, at)) {
        sum ^= c & 0xff;
      }
      assertEquals(1, sum);
    }
  }

  @Test
  void xorSharesOfOneSecretAreUniformInEveryProperSubset() {
    byte[] secret = new byte[1 << 20];
    byte[][] shares = XorSplitter.of(3).split(secret);
    for (byte[] share : shares) {
      assertTrue(chiSquared(share) < 420);
    }
    byte[] two = shares[0].clone();
    XorSplitter.addTo(shares[2], 0, two, 0, two.length);
    assertTrue(chiSquared(two) < 420);
    XorSplitter.addTo(shares[1], 0, two, 0, two.length);
    assertArrayEquals(secret, two);
  }
}
