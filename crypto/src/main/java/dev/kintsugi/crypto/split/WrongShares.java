package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the secret among right and wrong shares, and which are wrong.
 *
 * <p>In this order: trust the shares in front; locate errors column by column with {@link
 * ErrorLocator}, in every {@link Section} for itself, and trust the rest, again and again; try
 * every smallest sufficient subset. A try counts only if the frame proves itself. The location
 * works on what shares differ from the implication of others, which carries no information about
 * the secret.
 */
final class WrongShares {
  /** The most subsets tried. */
  static final int MAX_SUBSETS = 20_000;

  private static final int COLUMNS_PER_ROUND = 3;

  private final SecretSplitter splitter;
  private final byte[][] shares;
  private final int shareOff;
  private final int frameLength;
  private final byte[] id;
  private final long number;

  /**
   * The frame found, the positions of wrong shares among those examined, and all shares as they
   * should be.
   */
  // The arrays are handed over once, not values to compare.
  @SuppressWarnings("ArrayRecordComponent")
  record Result(byte[] frame, BitSet wrong, byte[][] shares) {}

  /**
   * Prepares a search.
   *
   * @param shares by position; those examined have one length
   * @param shareOff how many bytes stand in front of each share. They are the same in all, and so
   *     values of a polynomial, too, of degree 0: what completes shares completes them as well
   * @param frameLength the length of the frame
   * @param id what the frame must carry
   * @param number the piece's number, which the frame must carry
   */
  WrongShares(
      SecretSplitter splitter,
      byte[][] shares,
      int shareOff,
      int frameLength,
      byte[] id,
      long number) {
    this.splitter = splitter;
    this.shares = shares;
    this.shareOff = shareOff;
    this.frameLength = frameLength;
    this.id = id;
    this.number = number;
  }

  Result find(BitSet usable, BitSet distrusted) {
    Result result =
        search(usable, distrusted)
            .orElseThrow(
                () ->
                    new AuthenticationFailedException(
                        "no %d of the shares %s of %s combine to a secret that proves itself"
                            .formatted(splitter.threshold(), numbers(usable), splitter)));
    // A second secret that enough of the other shares agree on would make the answer a guess.
    BitSet others = result.wrong();
    Optional<Result> second;
    try {
      second = splitter.sufficient(others) ? search(others, new BitSet()) : Optional.empty();
    } catch (AmbiguousSharesException e) {
      Arrays.fill(result.frame(), (byte) 0);
      throw e;
    }
    if (second.isPresent()) {
      boolean same = ConstantTime.equal(result.frame(), second.get().frame());
      Arrays.fill(second.get().frame(), (byte) 0);
      if (same) {
        // Both agree on the secret and differ on the shares: the larger part is believed.
        BitSet rest = (BitSet) usable.clone();
        rest.andNot(others);
        return others.cardinality() > rest.cardinality()
            ? new Result(result.frame(), rest, second.get().shares())
            : result;
      }
      Arrays.fill(result.frame(), (byte) 0);
      BitSet rest = (BitSet) usable.clone();
      rest.andNot(others);
      throw ambiguous(splitter, rest, others);
    }
    return result;
  }

  static AmbiguousSharesException ambiguous(SecretSplitter splitter, BitSet some, BitSet others) {
    return new AmbiguousSharesException(
        "shares %s and shares %s of %s combine to different secrets"
            .formatted(numbers(some), numbers(others), splitter));
  }

  /** Returns positions as people count shares, from 1. */
  static List<Integer> numbers(BitSet positions) {
    return positions.stream().mapToObj(i -> i + 1).toList();
  }

  /**
   * The answer so far that calls the fewest shares wrong. Errors can cancel out in the secret, one
   * choice in 256 where they are all in one column: then the secret is right, and right shares seem
   * wrong.
   */
  private final class Answer {
    private final BitSet usable;
    private final int half;
    private Optional<Result> result = Optional.empty();
    private BitSet rival = new BitSet();
    private boolean settled;

    Answer(BitSet usable) {
      this.usable = usable;
      this.half = (usable.cardinality() - splitter.threshold()) / 2;
    }

    /**
     * Trusts some shares; if all of them fit, or half of those to spare may be wrong, that is it.
     */
    void trust(BitSet trusted) {
      offer(trusted, true);
    }

    private void offer(BitSet trusted, boolean trustworthy) {
      Optional<Result> next = attempt(trusted, usable);
      if (next.isEmpty()) {
        return;
      }
      BitSet wrong = next.get().wrong();
      if (result.isPresent() && !ConstantTime.equal(result.get().frame(), next.get().frame())) {
        rival = fitting(wrong.cardinality() < result.get().wrong().cardinality() ? result : next);
      }
      if (result.isPresent() && result.get().wrong().cardinality() <= wrong.cardinality()) {
        Arrays.fill(next.get().frame(), (byte) 0);
        return;
      }
      result.ifPresent(r -> Arrays.fill(r.frame(), (byte) 0));
      result = next;
      settled = wrong.cardinality() <= half || (trustworthy && !wrong.intersects(trusted));
    }

    private BitSet fitting(Optional<Result> answer) {
      BitSet fitting = (BitSet) usable.clone();
      answer.ifPresent(a -> fitting.andNot(a.wrong()));
      return fitting;
    }

    /**
     * Returns the answer.
     *
     * @throws AmbiguousSharesException if there are others, and nothing speaks for this one but
     *     that a few more shares fit it
     */
    Optional<Result> get() {
      if (!settled && !rival.isEmpty()) {
        result.ifPresent(r -> Arrays.fill(r.frame(), (byte) 0));
        throw ambiguous(splitter, fitting(result), rival);
      }
      return result;
    }

    /** Tries every smallest sufficient subset of some shares, up to the limit. */
    void choose(BitSet some) {
      Iterator<BitSet> bases = splitter.minimalBases(some).limit(MAX_SUBSETS).iterator();
      while (!settled && bases.hasNext()) {
        BitSet basis = bases.next();
        // Shares that all fit the answer give the same.
        if (result.isEmpty() || basis.intersects(result.get().wrong())) {
          offer(basis, false);
        }
      }
    }
  }

  private Optional<Result> search(BitSet usable, BitSet distrusted) {
    Answer answer = new Answer(usable);
    BitSet trusted = (BitSet) usable.clone();
    trusted.andNot(distrusted);
    answer.trust(trusted);
    if (!answer.settled && !trusted.equals(usable)) {
      trusted = (BitSet) usable.clone();
      answer.trust(trusted);
    }
    while (!answer.settled && splitter.sufficient(trusted)) {
      BitSet wrong = locate(trusted);
      if (wrong.isEmpty()) {
        break;
      }
      trusted.andNot(wrong);
      answer.trust(trusted);
    }
    if (!answer.settled) {
      BitSet unsettled = unsettled(trusted, usable);
      answer.choose(unsettled);
      if (answer.result.isEmpty() && !unsettled.equals(usable)) {
        answer.choose(usable);
      }
    }
    return answer.get();
  }

  /**
   * Returns the shares to choose from first: of a section in which all trusted shares fit each
   * other only as many as are needed, so that choices multiply only where there is doubt.
   */
  private BitSet unsettled(BitSet trusted, BitSet usable) {
    BitSet some = new BitSet();
    if (!splitter.sufficient(trusted)) {
      return usable;
    }
    byte[][] implied = splitter.complete(shares, trusted);
    for (Section section : splitter.sections(shares[trusted.nextSetBit(0)].length)) {
      int[] here = Arrays.stream(section.positions()).filter(trusted::get).toArray();
      boolean settled =
          Arrays.stream(here)
              .allMatch(
                  i ->
                      Arrays.equals(
                          implied[i],
                          section.from(),
                          section.to(),
                          shares[i],
                          section.from(),
                          section.to()));
      (settled
              ? Arrays.stream(here).limit(section.threshold())
              : Arrays.stream(section.positions()).filter(usable::get))
          .forEach(some::set);
    }
    return some;
  }

  /** Combines some shares; if the frame proves itself, compares all usable ones with it. */
  private Optional<Result> attempt(BitSet trusted, BitSet usable) {
    if (!splitter.sufficient(trusted)) {
      return Optional.empty();
    }
    byte[][] chosen = new byte[shares.length][];
    trusted.stream().forEach(i -> chosen[i] = shares[i]);
    // Where secrets are combined byte by byte, most wrong choices show in the first few.
    if (splitter instanceof PerfectSplitter && !begins(chosen)) {
      return Optional.empty();
    }
    byte[] frame = new byte[frameLength];
    boolean valid;
    try {
      splitter.combine(chosen, shareOff, frame, 0, frameLength);
      valid = Frame.valid(frame, id, number);
    } catch (AuthenticationFailedException e) {
      valid = false;
    }
    if (!valid) {
      Arrays.fill(frame, (byte) 0); // all but a few bytes may be right
      return Optional.empty();
    }
    byte[][] all = splitter.complete(shares, trusted);
    BitSet wrong = new BitSet();
    usable.stream().forEach(i -> wrong.set(i, !Arrays.equals(all[i], shares[i])));
    return Optional.of(new Result(frame, wrong, all));
  }

  private boolean begins(byte[][] chosen) {
    byte[] head = new byte[Frame.HEAD_LENGTH];
    splitter.combine(chosen, shareOff, head, 0, head.length);
    return Frame.begins(head, id, number);
  }

  /**
   * Returns positions among {@code trusted} that some columns show to be wrong; empty if none do,
   * or so many that the others would not suffice.
   */
  BitSet locate(BitSet trusted) {
    byte[][] implied = splitter.complete(shares, trusted);
    BitSet wrong = new BitSet();
    for (Section section : splitter.sections(shares[trusted.nextSetBit(0)].length)) {
      wrong.or(locate(trusted, section, implied));
    }
    BitSet left = (BitSet) trusted.clone();
    left.andNot(wrong);
    return splitter.sufficient(left) ? wrong : new BitSet();
  }

  private BitSet locate(BitSet trusted, Section section, byte[][] implied) {
    int[] given =
        IntStream.range(0, section.positions().length)
            .filter(i -> trusted.get(section.positions()[i]))
            .toArray();
    int[] positions = Arrays.stream(given).map(i -> section.positions()[i]).toArray();
    int[] xs = Arrays.stream(given).map(i -> section.abscissas()[i]).toArray();
    BitSet wrong = new BitSet();
    int examined = 0;
    for (int column = section.from(); column < section.to(); column++) {
      int[] difference = new int[positions.length];
      int any = 0;
      for (int i = 0; i < positions.length; i++) {
        int p = positions[i];
        difference[i] = (shares[p][column] ^ implied[p][column]) & 0xff;
        any |= difference[i];
      }
      if (any != 0) {
        BitSet here = ErrorLocator.locate(xs, difference, section.threshold());
        if (here.cardinality() < positions.length) {
          here.stream().forEach(i -> wrong.set(positions[i]));
        }
        if (++examined == COLUMNS_PER_ROUND) {
          break;
        }
      }
    }
    return positions.length - wrong.cardinality() < section.threshold() ? new BitSet() : wrong;
  }
}
