package dev.kintsugi.crypto.split;

import java.util.Arrays;

/**
 * What the holders of Shamir shares can do together without anybody ever holding the secret:
 * refresh their shares, hand over to another set of holders, and restore a lost share.
 *
 * <p>Every method is one holder's local step; carrying its results to the other holders over secure
 * channels is the caller's. Holders are assumed to follow the protocol; what comes out of a
 * cheating holder is caught when the secret is combined by {@link RobustSplitter}, not here.
 * Positions count from 0. All shares have one length. Stateless and thread-safe.
 */
public final class ShamirProtocols {
  private ShamirProtocols() {}

  /**
   * Refresh, step 1: makes a fresh sharing of zero, one string for each holder to {@link #add}.
   *
   * <p>Shares of before and after the refresh do not combine, so whoever stole up to t-1 shares
   * before and up to t-1 after has nothing. Add <em>all</em> strings of one call or none, and erase
   * the old shares only after every holder confirmed. Source: A. Herzberg, S. Jarecki, H. Krawczyk,
   * M. Yung, "Proactive Secret Sharing", CRYPTO 1995.
   *
   * @param shamir the splitter of the shares
   * @param length the length of the shares
   * @return one string by position
   */
  public static byte[][] zeroSharing(Shamir shamir, int length) {
    return shamir.split(new byte[length]);
  }

  /**
   * Refresh, step 2: adds a string to a holder's share, in place.
   *
   * @param share the holder's share
   * @param delta the string for the holder's position
   * @throws IllegalArgumentException if the lengths differ
   */
  public static void add(byte[] share, byte[] delta) {
    if (share.length != delta.length) {
      throw new IllegalArgumentException(
          "share of %d bytes, addend of %d".formatted(share.length, delta.length));
    }
    XorSplitter.addTo(delta, 0, share, 0, share.length);
  }

  /**
   * Re-sharing, step 1, by each of t old holders: splits the holder's own share for the new
   * holders.
   *
   * <p>Source: Y. Desmedt, S. Jajodia, "Redistributing Secret Shares to New Access Structures and
   * Its Applications", 1997.
   *
   * @param to the new splitter, of any threshold and number of shares
   * @param share the old holder's share
   * @return one sub-share for each new position
   */
  public static byte[][] subShares(Shamir to, byte[] share) {
    return to.split(share);
  }

  /**
   * Re-sharing, step 2, by each new holder: turns the sub-shares it received into its new share.
   *
   * @param from the old splitter
   * @param oldPositions the t old holders, distinct; every new holder must use the same ones
   * @param received the sub-shares for this new holder, in the order of {@code oldPositions}
   * @return the new share
   * @throws IllegalArgumentException if there are not exactly t, or a position is repeated or out
   *     of range
   */
  public static byte[] newShare(Shamir from, int[] oldPositions, byte[][] received) {
    return from.linear(Shamir.lagrange(abscissas(from, oldPositions), 0), received);
  }

  /**
   * Repair, step 1, by each of t helpers: distils what the helper contributes to the lost share and
   * splits it by exclusive-or for the receivers.
   *
   * <p>Guarantee: whatever up to z of the z+1 receivers and the repaired holder saw together, also
   * if h of the helpers join them, depends on the other helpers' shares only through the lost share
   * that is restored. So they hold the h helpers' own shares and the lost one, no more: nothing
   * about the secret as long as h + 1 is less than the threshold. All z+1 receivers together learn
   * the shares of all helpers, and so the secret, also without the repaired holder: receivers must
   * not all collude, and helpers or others may be receivers as long as that holds. What a helper
   * who is also a receiver knows counts on both sides.
   *
   * <p>Source: W. Huang, J. Bruck, "Secret Sharing with Optimal Decoding and Repair Bandwidth",
   * arXiv:1706.00500 (two rounds); D. R. Stinson, R. Wei, "Combinatorial Repairability for
   * Threshold Schemes", 2018 (enrolment).
   *
   * @param shamir the splitter
   * @param helpers the t helpers, distinct and without the lost position
   * @param helper which of them this is, an index into {@code helpers}
   * @param lost the position of the lost share
   * @param share the helper's share
   * @param receivers z+1, at least 2
   * @return one string for each receiver
   * @throws IllegalArgumentException if there are not exactly t helpers, or a position or {@code
   *     helper} is repeated or out of range
   */
  public static byte[][] repairParts(
      Shamir shamir, int[] helpers, int helper, int lost, byte[] share, int receivers) {
    return repairParts(shamir, helpers, helper, lost, share, XorSplitter.of(receivers));
  }

  static byte[][] repairParts(
      Shamir shamir, int[] helpers, int helper, int lost, byte[] share, XorSplitter receivers) {
    int[] xs = abscissas(shamir, helpers);
    if (helper < 0 || helper >= helpers.length) {
      throw new IllegalArgumentException(
          "helper (%d) must be in 0..%d".formatted(helper, helpers.length - 1));
    }
    if (Arrays.stream(helpers).anyMatch(h -> h == lost) || lost < 0 || lost >= shamir.shares()) {
      throw new IllegalArgumentException(
          "lost position (%d) must be in 0..%d and no helper".formatted(lost, shamir.shares() - 1));
    }
    byte[] factor = {Shamir.lagrange(xs, Shamir.x(lost))[helper]};
    byte[] piece = shamir.linear(factor, new byte[][] {share});
    byte[][] parts = receivers.split(piece);
    Arrays.fill(piece, (byte) 0);
    return parts;
  }

  /**
   * Repair, steps 2 and 3: adds strings. Each receiver adds the parts it got from the helpers and
   * sends only the sum on; the repaired holder adds the receivers' sums, which gives the lost
   * share.
   *
   * @param strings strings of one length, at least one
   * @return their sum
   * @throws IllegalArgumentException if there is none, or the lengths differ
   */
  public static byte[] sum(byte[][] strings) {
    if (strings.length == 0) {
      throw new IllegalArgumentException("nothing to add");
    }
    byte[] sum = strings[0].clone();
    for (int i = 1; i < strings.length; i++) {
      add(sum, strings[i]);
    }
    return sum;
  }

  private static int[] abscissas(Shamir shamir, int[] positions) {
    if (positions.length != shamir.threshold()) {
      throw new IllegalArgumentException(
          "%d positions given, exactly %d are needed"
              .formatted(positions.length, shamir.threshold()));
    }
    for (int p : positions) {
      if (p < 0 || p >= shamir.shares()) {
        throw new IllegalArgumentException(
            "position (%d) must be in 0..%d".formatted(p, shamir.shares() - 1));
      }
    }
    return Arrays.stream(positions).map(Shamir::x).toArray();
  }
}
