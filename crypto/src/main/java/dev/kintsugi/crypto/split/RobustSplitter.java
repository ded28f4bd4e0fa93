package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Splits a secret together with a proof of integrity, and names wrong shares when it is combined.
 *
 * <p>Guarantee: {@link #combine} never returns a secret other than the one that was split, whatever
 * up to {@code splitter.privacy()} shares were replaced with by somebody who knows these and no
 * others, except with probability 2<sup>-128</sup> or less; wrong shares are located and named.
 * With n' shares given of which e are wrong, the secret is found if e ≤ (n'-t)/2; with {@link
 * Potshards} that holds for every fragment by itself, with its own n', t and e. Beyond that, up to
 * e = n'-t, it is found as long as the ways to choose t of n' shares are at most {@value
 * WrongShares#MAX_SUBSETS}, where fragments whose wrong shares were located count as one way each.
 * Of the answers that these choices give, the one that calls the fewest shares wrong is taken.
 * {@link XorSplitter} has no spare shares: one wrong share loses the secret and cannot be named.
 *
 * <p>Whoever knows t shares can make others that give another secret and prove it. Even so none is
 * guessed at: if shares that are wrong by one secret suffice for another, or if there are more
 * wrong ones than (n'-t)/2 and the choices give different secrets, neither is returned. Messages
 * count shares from 1, the API counts positions from 0.
 *
 * <p>Time: wrong shares up to (n'-t)/2 cost a few times what right ones do. Beyond that every
 * choice may cost a whole combination, so that somebody who aims at it can make one call take up to
 * {@value WrongShares#MAX_SUBSETS} of them; shares that are altogether different cost next to
 * nothing.
 *
 * <p>A share is the length of the {@link Frame} (4 bytes) ‖ its share of the frame. Immutable and
 * thread-safe.
 */
public final class RobustSplitter {
  private final SecretSplitter splitter;

  /**
   * Creates a robust splitter.
   *
   * @param splitter the mathematics
   */
  public RobustSplitter(SecretSplitter splitter) {
    this.splitter = splitter;
  }

  /**
   * What came of combining.
   *
   * @param secret the secret, owned by the caller
   * @param wrong the positions of the shares that are not what they should be, rising
   */
  // The array is handed over once, not a value to compare.
  @SuppressWarnings("ArrayRecordComponent")
  public record Combined(byte[] secret, List<Integer> wrong) {
    /** Copies the list. */
    public Combined {
      wrong = List.copyOf(wrong);
    }

    @Override
    public String toString() {
      return "Combined[" + secret.length + " bytes, wrong shares " + wrong + "]";
    }
  }

  /**
   * Splits a secret.
   *
   * @param secret the secret; not modified
   * @return new shares by position, each of {@link #shareLength} bytes
   */
  public byte[][] split(byte[] secret) {
    byte[] id = new byte[Frame.ID_LENGTH];
    byte[] frame = Frame.make(id, 0, true, secret, 0, secret.length);
    byte[][] shares = split(splitter, frame);
    Arrays.fill(frame, (byte) 0);
    return shares;
  }

  /**
   * Returns how long each share of a secret is.
   *
   * @param secretLength the secret's length in bytes
   * @return the length of a share in bytes
   */
  public int shareLength(int secretLength) {
    return Integer.BYTES + splitter.shareLength(Frame.length(secretLength));
  }

  /**
   * Combines shares.
   *
   * @param shares one element for each position, null where the share is missing; any bytes
   * @return the secret, and which shares are wrong
   * @throws TooFewSharesException if there are not enough shares of one size
   * @throws AuthenticationFailedException if no choice of shares gives the secret
   * @throws AmbiguousSharesException if two give different ones
   */
  public Combined combine(byte[] @Nullable [] shares) {
    WrongShares.Result found =
        combine(splitter, shares, new byte[Frame.ID_LENGTH], 0, new BitSet());
    try {
      return new Combined(Frame.data(found.frame()), found.wrong().stream().boxed().toList());
    } finally {
      Arrays.fill(found.frame(), (byte) 0);
    }
  }

  /** Tells whether a share is the one that was made for its position, by a tag or a signature. */
  @FunctionalInterface
  public interface ShareCheck {
    /**
     * Checks a share.
     *
     * @param position the position it is given for; a check that ignores it accepts moved shares
     * @param share the share; not modified
     * @return false if it is not what was made for that position of this split
     */
    boolean authentic(int position, byte[] share);
  }

  /**
   * Combines shares that carry authenticators of their own, such as a MAC of split, position and
   * share that the caller keeps beside each share.
   *
   * <p>Guarantee: as {@link #combine(byte[][])}, and the secret is found whenever t of the n'
   * shares pass the check and are right, so with e ≤ n'-t wrong ones, without any search. Shares
   * that pass it wrongly are located as without a check. Nothing here makes authenticators: whose
   * key they are under is the caller's to know, and a tag that is public must not tell about the
   * share.
   *
   * @param shares one element for each position, null where the share is missing; any bytes
   * @param check tells which are authentic
   * @return the secret, and which shares are wrong, those that failed the check among them
   * @throws TooFewSharesException if too few shares of one size pass the check
   * @throws AuthenticationFailedException if no choice of shares gives the secret
   * @throws AmbiguousSharesException if two give different ones
   */
  public Combined combine(byte[] @Nullable [] shares, ShareCheck check) {
    BitSet present = splitter.present(shares);
    byte[][] authentic = new byte[shares.length][];
    BitSet refused = new BitSet();
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      if (check.authentic(i, shares[i])) {
        authentic[i] = shares[i];
      } else {
        refused.set(i);
      }
    }
    Combined combined = combine(authentic);
    combined.wrong().forEach(refused::set);
    return new Combined(combined.secret(), refused.stream().boxed().toList());
  }

  static byte[][] split(SecretSplitter splitter, byte[] frame) {
    int length = splitter.shareLength(frame.length);
    byte[][] shares = new byte[splitter.shares()][Integer.BYTES + length];
    for (byte[] share : shares) {
      ByteBuffer.wrap(share).putInt(frame.length);
    }
    splitter.split(frame, 0, frame.length, shares, Integer.BYTES);
    return shares;
  }

  /**
   * Combines a frame.
   *
   * @param distrusted positions found wrong before; they are tried last
   */
  static WrongShares.Result combine(
      SecretSplitter splitter,
      byte[] @Nullable [] shares,
      byte[] id,
      long number,
      BitSet distrusted) {
    BitSet present = splitter.present(shares);
    BitSet most = new BitSet();
    BitSet used = new BitSet();
    Optional<WrongShares.Result> found = Optional.empty();
    Optional<AuthenticationFailedException> failure = Optional.empty();
    for (Map.Entry<Integer, BitSet> alike : byLength(splitter, shares, present).entrySet()) {
      BitSet usable = alike.getValue();
      most = usable.cardinality() > most.cardinality() ? usable : most;
      if (!splitter.sufficient(usable)) {
        continue;
      }
      WrongShares.Result next;
      try {
        next =
            new WrongShares(splitter, shares, Integer.BYTES, alike.getKey(), id, number)
                .find(usable, distrusted);
      } catch (AuthenticationFailedException e) {
        failure = failure.or(() -> Optional.of(e));
        continue;
      } catch (AmbiguousSharesException e) {
        found.ifPresent(f -> Arrays.fill(f.frame(), (byte) 0));
        throw e;
      }
      if (found.isPresent()) {
        Arrays.fill(found.get().frame(), (byte) 0);
        Arrays.fill(next.frame(), (byte) 0);
        throw WrongShares.ambiguous(splitter, used, usable);
      }
      found = Optional.of(next);
      used = usable;
    }
    if (found.isEmpty()) {
      int usable = most.cardinality();
      throw failure.isPresent()
          ? failure.get()
          : new TooFewSharesException(
              "%d usable shares of %s, which needs %d"
                  .formatted(usable, splitter, splitter.threshold()));
    }
    BitSet wrong = (BitSet) present.clone();
    wrong.andNot(used);
    wrong.or(found.get().wrong());
    return new WrongShares.Result(found.get().frame(), wrong, found.get().shares());
  }

  /**
   * Returns the shares that may belong together by the length of the frame that they claim: shares
   * of one split claim one, and are as long as it says.
   */
  private static Map<Integer, BitSet> byLength(
      SecretSplitter splitter, byte[] @Nullable [] shares, BitSet present) {
    Map<Integer, BitSet> byLength = new TreeMap<>();
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      byte[] share = shares[i];
      int at = i;
      Frame.claimedLength(share)
          .filter(length -> share.length == Integer.BYTES + splitter.shareLength(length))
          .ifPresent(length -> byLength.computeIfAbsent(length, l -> new BitSet()).set(at));
    }
    return byLength;
  }
}
