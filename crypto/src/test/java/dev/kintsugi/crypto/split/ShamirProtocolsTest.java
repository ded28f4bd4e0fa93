package dev.kintsugi.crypto.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

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

  @Test
  void aSingleReceiverSeesNothingOfTheHelpersShares() {
    // With two receivers, one receiver's parts from one helper are uniform whatever the share is.
    byte[] share = new byte[1 << 20];
    byte[][] parts = ShamirProtocols.repairParts(S, new int[] {0, 1, 2}, 1, 3, share, 2);
    for (byte[] part : parts) {
      int[] counts = new int[256];
      for (byte b : part) {
        counts[b & 0xff]++;
      }
      double expected = part.length / 256.0;
      double chi2 =
          Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
      assertEquals(0, chi2 > 420 ? chi2 : 0);
    }
  }
}
