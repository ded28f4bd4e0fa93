package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.GaloisField;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShamirProtocolsTest {
  private static final Shamir S = Shamir.of(3, 5);
  private static final byte[] SECRET = SecretSplitterContract.random(1000, 17);

  @Test
  void refreshedSharesCombineAndDoNotMixWithOldOnes() {
    byte[][] old = S.split(SECRET);
    byte[][] fresh = new byte[5][];
    byte[][] zero = ShamirProtocols.zeroSharing(S, SECRET.length);
    for (int i = 0; i < 5; i++) {
      fresh[i] = old[i].clone();
      ShamirProtocols.add(fresh[i], zero[i]);
      assertFalse(Arrays.equals(old[i], fresh[i]));
    }
    assertArrayEquals(SECRET, S.combine(fresh, SECRET.length));
    // The thief's two old shares and two new ones: every choice of three mixes them.
    byte[][] stolen = {old[0], old[1], fresh[2], fresh[3], null};
    Combinations.of(BitSet.valueOf(new long[] {15}), 3)
        .forEach(
            three ->
                assertFalse(
                    Arrays.equals(
                        SECRET,
                        S.combine(SecretSplitterContract.only(stolen, three), SECRET.length))));
    assertThrows(
        IllegalArgumentException.class, () -> ShamirProtocols.add(new byte[3], new byte[4]));
  }

  @Test
  void zeroSharingIsASharingOfZeroAndUniform() {
    byte[][] zero = ShamirProtocols.zeroSharing(S, 100_000);
    assertArrayEquals(new byte[100_000], S.combine(zero, 100_000));
    int[] counts = new int[256];
    for (byte b : zero[1]) {
      counts[b & 0xff]++;
    }
    assertEquals(256, Arrays.stream(counts).filter(c -> c > 250 && c < 550).count());
  }

  @Test
  void resharingChangesThresholdAndNumberWithAnyOldHolders() {
    byte[][] old = S.split(SECRET);
    for (Shamir to : new Shamir[] {Shamir.of(2, 3), Shamir.of(3, 5), Shamir.of(4, 7)}) {
      for (int[] holders : new int[][] {{0, 1, 2}, {4, 0, 2}, {1, 3, 4}}) {
        byte[][][] sub = new byte[3][][];
        for (int h = 0; h < 3; h++) {
          sub[h] = ShamirProtocols.subShares(to, old[holders[h]]);
        }
        byte[][] fresh = new byte[to.shares()][];
        for (int j = 0; j < fresh.length; j++) {
          byte[][] received = {sub[0][j], sub[1][j], sub[2][j]};
          fresh[j] = ShamirProtocols.newShare(S, holders, received);
        }
        Combinations.of(all(to.shares()), to.threshold())
            .forEach(
                some ->
                    assertArrayEquals(
                        SECRET,
                        to.combine(SecretSplitterContract.only(fresh, some), SECRET.length)));
        Combinations.of(all(to.shares()), to.threshold() - 1)
            .forEach(
                few ->
                    assertThrows(
                        TooFewSharesException.class,
                        () -> to.combine(SecretSplitterContract.only(fresh, few), SECRET.length)));
      }
    }
  }

  private static BitSet all(int n) {
    BitSet all = new BitSet();
    all.set(0, n);
    return all;
  }

  @Test
  void badHoldersAreRefused() {
    byte[][] three = new byte[3][10];
    for (int[] holders : new int[][] {{0, 1}, {0, 1, 1}, {0, 1, 5}, {-1, 1, 2}, {0, 1, 2, 3}}) {
      assertThrows(
          IllegalArgumentException.class, () -> ShamirProtocols.newShare(S, holders, three));
    }
    for (int helper : new int[] {-1, 3}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> ShamirProtocols.repairParts(S, new int[] {0, 1, 2}, helper, 4, new byte[10], 2));
    }
  }

  @Test
  void aLostShareIsRestoredByAnyHelpers() {
    byte[][] shares = S.split(SECRET);
    for (int receivers : new int[] {2, 3, 5}) {
      for (int[] helpers : new int[][] {{0, 1, 2}, {4, 2, 0}}) {
        byte[][][] parts = new byte[3][][];
        for (int h = 0; h < 3; h++) {
          parts[h] = ShamirProtocols.repairParts(S, helpers, h, 3, shares[helpers[h]], receivers);
        }
        byte[][] sums = new byte[receivers][];
        for (int r = 0; r < receivers; r++) {
          sums[r] = ShamirProtocols.sum(new byte[][] {parts[0][r], parts[1][r], parts[2][r]});
        }
        assertArrayEquals(shares[3], ShamirProtocols.sum(sums));
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> ShamirProtocols.repairParts(S, new int[] {0, 1, 3}, 0, 3, shares[0], 2));
    assertThrows(IllegalArgumentException.class, () -> ShamirProtocols.sum(new byte[0][]));
  }

  /**
   * All that colluders of a repair see, over everything that the helpers can draw: for each of the
   * eight bits of a byte the sorted list of views, one for each draw.
   *
   * <p>Exclusive-or treats the bits of a byte apart, so they are independent of each other, and to
   * draw 0x00 or 0xff for each part runs through all draws of each bit.
   */
  private static long[][] views(
      Shamir shamir, byte[] shares, int receivers, BitSet colluding, boolean holder, int joining) {
    int[] helpers = IntStream.range(0, shamir.threshold()).toArray();
    int draws = 1 << (helpers.length * (receivers - 1));
    byte[][][] parts = new byte[helpers.length][][];
    for (int h = 0; h < helpers.length; h++) {
      byte[] share = new byte[draws];
      Arrays.fill(share, shares[h]);
      AtomicInteger bit = new AtomicInteger(h * (receivers - 1));
      RandomSource all =
          (out, off, len) -> {
            int at = bit.getAndIncrement();
            for (int d = 0; d < len; d++) {
              out[off + d] = (byte) ((d >> at & 1) == 1 ? 0xff : 0);
            }
          };
      parts[h] =
          ShamirProtocols.repairParts(
              shamir,
              helpers,
              h,
              shamir.threshold(),
              share,
              XorSplitter.of(receivers).withInsecureRandomSource(all));
    }
    long[][] views = new long[8][draws];
    for (int r = 0; r < receivers; r++) {
      byte[][] received = new byte[helpers.length][];
      for (int h = 0; h < helpers.length; h++) {
        received[h] = parts[h][r];
        if (colluding.get(r) || h < joining) {
          see(views, received[h]);
        }
      }
      if (holder) {
        see(views, ShamirProtocols.sum(received));
      }
    }
    for (long[] view : views) {
      Arrays.sort(view);
    }
    return views;
  }

  private static void see(long[][] views, byte[] seen) {
    for (int bit = 0; bit < views.length; bit++) {
      for (int d = 0; d < seen.length; d++) {
        views[bit][d] = views[bit][d] << 1 | (seen[d] >> bit & 1);
      }
    }
  }

  /**
   * Returns the shares of helpers of a polynomial, one for each u and so for each secret, where
   * those of the first helpers and the lost one are always the same.
   */
  private static byte[] sharesOfOneOf256Secrets(Shamir shamir, int joining, int u) {
    byte[] shares = new byte[shamir.threshold()];
    for (int i = 0; i < shares.length; i++) {
      int x = Shamir.x(i);
      int root = x ^ Shamir.x(shamir.threshold());
      for (int h = 0; h < joining; h++) {
        root = GaloisField.multiply(root, x ^ Shamir.x(h));
      }
      int base = 0x5a ^ GaloisField.multiply(0x33, x);
      shares[i] = (byte) (base ^ GaloisField.multiply(u, root));
    }
    return shares;
  }

  @ParameterizedTest
  @CsvSource({"2, 2, 0", "2, 3, 0", "2, 4, 0", "3, 2, 1", "3, 3, 1", "3, 4, 1", "4, 3, 2"})
  void allReceiversButOneAndTheRepairedHolderSeeNothingButTheLostShare(
      int threshold, int receivers, int joining) {
    // With t-2 helpers of their own, colluders hold t-1 shares: the lost one and those helpers'.
    Shamir shamir = Shamir.of(threshold, threshold + 1);
    Combinations.of(all(receivers), receivers - 1)
        .forEach(
            colluding -> {
              long[][] first =
                  views(
                      shamir,
                      sharesOfOneOf256Secrets(shamir, joining, 0),
                      receivers,
                      colluding,
                      true,
                      joining);
              for (int u = 1; u < 256; u++) {
                byte[] shares = sharesOfOneOf256Secrets(shamir, joining, u);
                assertTrue(
                    Arrays.deepEquals(
                        first, views(shamir, shares, receivers, colluding, true, joining)),
                    "receivers " + colluding + " tell secrets apart, u = " + u);
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "2, 3", "2, 4", "3, 2"})
  void allReceiversTogetherTellEverySecretFromEveryOther(int threshold, int receivers) {
    // The control: one more receiver than the bound allows, even without the repaired holder.
    Shamir shamir = Shamir.of(threshold, threshold + 1);
    Set<String> seen = new HashSet<>();
    for (int u = 0; u < 256; u++) {
      byte[] shares = sharesOfOneOf256Secrets(shamir, threshold - 2, u);
      long[][] views = views(shamir, shares, receivers, all(receivers), false, 0);
      assertTrue(seen.add(Arrays.deepToString(views)), "u = " + u);
    }
  }
}
