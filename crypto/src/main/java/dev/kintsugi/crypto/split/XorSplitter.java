package dev.kintsugi.crypto.split;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Splits into n shares whose exclusive-or is the secret: n-1 uniform strings and what remains.
 *
 * <p>Guarantee: any n-1 shares are independent of the secret, without any assumption on computing
 * power, given uniform random bytes; all n determine it. A share is as long as the secret. There is
 * no redundancy: one lost share loses the secret.
 */
public final class XorSplitter extends PerfectSplitter {
  private static final int STRIDE = 32 << 10;

  private final int shares;
  private final Randomness random;

  private XorSplitter(int shares, Randomness random) {
    if (shares < 2 || shares > Shamir.MAX_SHARES) {
      throw new IllegalArgumentException(
          "shares (%d) must be in 2..%d".formatted(shares, Shamir.MAX_SHARES));
    }
    this.shares = shares;
    this.random = random;
  }

  /**
   * Returns a splitter.
   *
   * @param shares n, 2 to 255
   * @return the splitter
   * @throws IllegalArgumentException if the number is out of range
   */
  public static XorSplitter of(int shares) {
    return new XorSplitter(shares, Randomness.SYSTEM);
  }

  /**
   * Returns the same splitter with another source of randomness. <strong>Secrecy rests wholly on
   * the source</strong>: this is for known answers and tests.
   *
   * @param source the source
   * @return the splitter
   */
  public XorSplitter withInsecureRandomSource(RandomSource source) {
    return new XorSplitter(shares, Randomness.insecure(source));
  }

  @Override
  public int shares() {
    return shares;
  }

  @Override
  public int threshold() {
    return shares;
  }

  @Override
  public int privacy() {
    return shares - 1;
  }

  @Override
  void doSplit(byte[] secret, int off, int len, byte[][] out, int shareOff) {
    random.with(source -> doSplit(secret, off, len, out, shareOff, source));
  }

  private void doSplit(
      byte[] secret, int off, int len, byte[][] out, int shareOff, RandomSource source) {
    byte[] last = out[shares - 1];
    for (int done = 0; done < len; done += STRIDE) {
      int n = Math.min(STRIDE, len - done);
      int at = shareOff + done;
      System.arraycopy(secret, off + done, last, at, n);
      for (int i = 0; i < shares - 1; i++) {
        source.fill(out[i], at, n);
        addTo(out[i], at, last, at, n);
      }
    }
  }

  @Override
  void doCombine(
      byte[] @Nullable [] in, BitSet present, int shareOff, byte[] secret, int off, int len) {
    System.arraycopy(in[0], shareOff, secret, off, len);
    for (int i = 1; i < shares; i++) {
      addTo(in[i], shareOff, secret, off, len);
    }
  }

  @Override
  byte[][] complete(byte[] @Nullable [] in, BitSet basis) {
    return in.clone();
  }

  /** Exclusive-ors a range onto another; the virtual machine makes vector code of this loop. */
  static void addTo(byte[] from, int fromOff, byte[] to, int toOff, int len) {
    for (int i = 0; i < len; i++) {
      to[toOff + i] ^= from[fromOff + i];
    }
  }

  @Override
  public String toString() {
    return "xor:" + shares;
  }
}
