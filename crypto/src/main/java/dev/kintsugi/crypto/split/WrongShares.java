package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the secret among right and wrong shares, and which are wrong.
 *
 * <p>In this order: trust the shares in front; locate errors column by column with {@link
 * ErrorLocator} and trust the rest, again and again; try every smallest sufficient subset. A try
 * counts only if the frame proves itself. The location works on what shares differ from the
 * implication of others, which carries no information about the secret.
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
    if (splitter.sufficient(others) && search(others, new BitSet()).isPresent()) {
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
    int[] abscissas = splitter.abscissas();
    while (found.isEmpty() && abscissas.length > 0 && splitter.sufficient(trusted)) {
      BitSet wrong = locate(trusted, abscissas);
      if (wrong.isEmpty()) {
        break;
      }
      trusted.andNot(wrong);
      found = attempt(trusted, usable);
    }
    Iterator<BitSet> bases = splitter.minimalBases(usable).limit(MAX_SUBSETS).iterator();
    while (found.isEmpty() && bases.hasNext()) {
      found = attempt(bases.next(), usable);
    }
    return found;
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

  /** Returns positions among {@code trusted} that some columns show to be wrong. */
  BitSet locate(BitSet trusted, int[] abscissas) {
    int[] positions = trusted.stream().toArray();
    byte[][] implied = splitter.complete(payloads, trusted);
    int[] xs = Arrays.stream(positions).map(i -> abscissas[i]).toArray();
    BitSet wrong = new BitSet();
    int columns = splitter.evaluatedColumns(payloads[positions[0]].length);
    int examined = 0;
    for (int column = 0; column < columns && examined < COLUMNS_PER_ROUND; column++) {
      int[] difference = new int[positions.length];
      int any = 0;
      for (int i = 0; i < positions.length; i++) {
        int p = positions[i];
        difference[i] = (payloads[p][column] ^ implied[p][column]) & 0xff;
        any |= difference[i];
      }
      if (any != 0) {
        examined++;
        BitSet here = ErrorLocator.locate(xs, difference, splitter.threshold());
        if (here.cardinality() < positions.length) {
          here.stream().forEach(i -> wrong.set(positions[i]));
        }
      }
    }
    BitSet left = (BitSet) trusted.clone();
    left.andNot(wrong);
    return splitter.sufficient(left) ? wrong : new BitSet();
  }
}
