package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
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
  private final byte[][] payloads;
  private final int frameLength;
  private final Predicate<byte[]> valid;

  /** The frame found, and the positions of wrong shares among those examined. */
  // The array is handed over once, not a value to compare.
  @SuppressWarnings("ArrayRecordComponent")
  record Result(byte[] frame, BitSet wrong) {}

  WrongShares(
      SecretSplitter splitter, byte[][] payloads, int frameLength, Predicate<byte[]> valid) {
    this.splitter = splitter;
    this.payloads = payloads;
    this.frameLength = frameLength;
    this.valid = valid;
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
    Optional<Result> second =
        splitter.sufficient(others) ? search(others, new BitSet()) : Optional.empty();
    if (second.isPresent()) {
      boolean same = Arrays.equals(result.frame(), second.get().frame());
      Arrays.fill(second.get().frame(), (byte) 0);
      if (same) {
        // Both agree on the secret and differ on the shares: the larger part is believed.
        BitSet rest = (BitSet) usable.clone();
        rest.andNot(others);
        return others.cardinality() > rest.cardinality()
            ? new Result(result.frame(), rest)
            : result;
      }
      Arrays.fill(result.frame(), (byte) 0);
      BitSet rest = (BitSet) usable.clone();
      rest.andNot(others);
      throw new AuthenticationFailedException(
          "shares %s and shares %s of %s combine to different secrets"
              .formatted(numbers(rest), numbers(others), splitter));
    }
    return result;
  }

  /** Returns positions as people count shares, from 1. */
  static List<Integer> numbers(BitSet positions) {
    return positions.stream().mapToObj(i -> i + 1).toList();
  }

  private Optional<Result> search(BitSet usable, BitSet distrusted) {
    BitSet trusted = (BitSet) usable.clone();
    trusted.andNot(distrusted);
    Optional<Result> found = attempt(trusted, usable);
    if (found.isEmpty() && !trusted.equals(usable)) {
      trusted = (BitSet) usable.clone();
      found = attempt(trusted, usable);
    }
    while (found.isEmpty() && splitter.sufficient(trusted)) {
      BitSet wrong = locate(trusted);
      if (wrong.isEmpty()) {
        break;
      }
      trusted.andNot(wrong);
      found = attempt(trusted, usable);
    }
    if (found.isEmpty()) {
      BitSet unsettled = unsettled(trusted, usable);
      found = choose(unsettled, usable);
      if (found.isEmpty() && !unsettled.equals(usable)) {
        found = choose(usable, usable);
      }
    }
    return found;
  }

  /** Tries every smallest sufficient subset of some shares, up to the limit. */
  private Optional<Result> choose(BitSet some, BitSet usable) {
    Optional<Result> found = Optional.empty();
    Iterator<BitSet> bases = splitter.minimalBases(some).limit(MAX_SUBSETS).iterator();
    while (found.isEmpty() && bases.hasNext()) {
      found = attempt(bases.next(), usable);
    }
    return found;
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
    byte[][] implied = splitter.complete(payloads, trusted);
    for (Section section : splitter.sections(payloads[trusted.nextSetBit(0)].length)) {
      int[] here = Arrays.stream(section.positions()).filter(trusted::get).toArray();
      boolean settled =
          Arrays.stream(here)
              .allMatch(
                  i ->
                      Arrays.equals(
                          implied[i],
                          section.from(),
                          section.to(),
                          payloads[i],
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
    byte[][] chosen = new byte[payloads.length][];
    trusted.stream().forEach(i -> chosen[i] = payloads[i]);
    byte[] frame = new byte[frameLength];
    try {
      splitter.combine(chosen, 0, frame, 0, frameLength);
    } catch (AuthenticationFailedException e) {
      return Optional.empty();
    }
    if (!valid.test(frame)) {
      return Optional.empty();
    }
    byte[][] all = splitter.complete(payloads, trusted);
    BitSet wrong = new BitSet();
    usable.stream().forEach(i -> wrong.set(i, !Arrays.equals(all[i], payloads[i])));
    return Optional.of(new Result(frame, wrong));
  }

  /**
   * Returns positions among {@code trusted} that some columns show to be wrong; empty if none do,
   * or so many that the others would not suffice.
   */
  BitSet locate(BitSet trusted) {
    byte[][] implied = splitter.complete(payloads, trusted);
    BitSet wrong = new BitSet();
    for (Section section : splitter.sections(payloads[trusted.nextSetBit(0)].length)) {
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
        difference[i] = (payloads[p][column] ^ implied[p][column]) & 0xff;
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
