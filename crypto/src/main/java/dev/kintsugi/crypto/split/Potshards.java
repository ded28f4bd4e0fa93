package dev.kintsugi.crypto.split;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two levels: the secret is split into f fragments by exclusive-or, and every fragment into n
 * shares by Shamir with threshold m. The share at position {@code fragment * n + i} is share i of a
 * fragment.
 *
 * <p>Guarantee: shares are independent of the secret, without any assumption on computing power, as
 * long as fewer than m of some fragment are among them; m of every fragment determine it. So at
 * least f·m shares are needed to learn anything, and any n-m may be lost. The shares of different
 * fragments belong in disjoint sets of archives: were every archive to hold one share of each
 * fragment, m archives would break both levels.
 *
 * <p>Source: M. W. Storer, K. M. Greenan, E. L. Miller, K. Voruganti, "POTSHARDS: Secure Long-Term
 * Storage Without Encryption", USENIX ATC 2007.
 */
public final class Potshards extends PerfectSplitter {
  private static final int STRIDE = 64 << 10;

  private final int fragments;
  private final XorSplitter outer;
  private final Shamir inner;

  private Potshards(int fragments, int threshold, int sharesPerFragment) {
    this.outer = XorSplitter.of(fragments);
    this.inner = Shamir.of(threshold, sharesPerFragment);
    this.fragments = fragments;
    if (fragments * sharesPerFragment > Shamir.MAX_SHARES) {
      throw new IllegalArgumentException(
          "fragments (%d) times shares (%d) must be at most %d"
              .formatted(fragments, sharesPerFragment, Shamir.MAX_SHARES));
    }
  }

  /**
   * Returns a splitter.
   *
   * @param fragments f, at least 2
   * @param threshold m, how many shares of each fragment are needed
   * @param sharesPerFragment n, with f·n at most 255
   * @return the splitter
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Potshards of(int fragments, int threshold, int sharesPerFragment) {
    return new Potshards(fragments, threshold, sharesPerFragment);
  }

  @Override
  public int shares() {
    return fragments * inner.shares();
  }

  @Override
  public int threshold() {
    return shares() - (inner.shares() - inner.threshold());
  }

  @Override
  public int privacy() {
    return fragments * inner.threshold() - 1;
  }

  /**
   * Returns which fragment a share belongs to, for placement.
   *
   * @param position the share's position
   * @return the fragment, from 0
   */
  public int fragment(int position) {
    return position / inner.shares();
  }

  @Override
  public boolean sufficient(BitSet present) {
    for (int f = 0; f < fragments; f++) {
      if (part(present, f).cardinality() < inner.threshold()) {
        return false;
      }
    }
    return true;
  }

  @Override
  List<Section> sections(int shareLength) {
    return IntStream.range(0, fragments)
        .mapToObj(f -> inner.section(f * inner.shares(), 0, shareLength))
        .toList();
  }

  @Override
  Stream<BitSet> minimalBases(BitSet present) {
    Stream<BitSet> bases = Stream.of(new BitSet());
    for (int f = 0; f < fragments; f++) {
      int first = f * inner.shares();
      BitSet part = part(present, f);
      bases =
          bases.flatMap(
              base ->
                  Combinations.of(part, inner.threshold())
                      .map(
                          chosen -> {
                            BitSet both = (BitSet) base.clone();
                            chosen.stream().forEach(i -> both.set(first + i));
                            return both;
                          }));
    }
    return bases;
  }

  @Override
  void doSplit(byte[] secret, int off, int len, byte[][] out, int shareOff) {
    byte[][] parts = new byte[fragments][Math.min(STRIDE, len)];
    try {
      for (int done = 0; done < len; done += STRIDE) {
        int n = Math.min(STRIDE, len - done);
        outer.split(secret, off + done, n, parts, 0);
        for (int f = 0; f < fragments; f++) {
          inner.split(parts[f], 0, n, part(out, f), shareOff + done);
        }
      }
    } finally {
      Shamir.wipe(parts);
    }
  }

  @Override
  void doCombine(
      byte[] @Nullable [] in, BitSet present, int shareOff, byte[] secret, int off, int len) {
    byte[] fragment = new byte[Math.min(STRIDE, len)];
    for (int done = 0; done < len; done += STRIDE) {
      int n = Math.min(STRIDE, len - done);
      inner.combine(part(in, 0), shareOff + done, secret, off + done, n);
      for (int f = 1; f < fragments; f++) {
        inner.combine(part(in, f), shareOff + done, fragment, 0, n);
        XorSplitter.addTo(fragment, 0, secret, off + done, n);
      }
    }
    Arrays.fill(fragment, (byte) 0);
  }

  @Override
  byte[][] complete(byte[] @Nullable [] in, BitSet basis) {
    byte[][] all = new byte[shares()][];
    for (int f = 0; f < fragments; f++) {
      byte[][] fragment = inner.complete(part(in, f), part(basis, f));
      System.arraycopy(fragment, 0, all, f * inner.shares(), inner.shares());
    }
    return all;
  }

  private byte[][] part(byte[] @Nullable [] all, int fragment) {
    return Arrays.copyOfRange(all, fragment * inner.shares(), (fragment + 1) * inner.shares());
  }

  private BitSet part(BitSet all, int fragment) {
    return all.get(fragment * inner.shares(), (fragment + 1) * inner.shares());
  }

  @Override
  public String toString() {
    return "potshards:" + fragments + "x" + inner.threshold() + "of" + inner.shares();
  }
}
