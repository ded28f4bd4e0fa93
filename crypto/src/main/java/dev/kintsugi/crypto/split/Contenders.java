package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Combines shares of which some positions are claimed by several that differ: without the positions
 * in doubt; else with the first of each position; else by other choices. A claim that did not fit
 * is never forgotten: if those that did not fit make a secret of their own, there is no answer.
 */
final class Contenders {
  /** The most choices tried. */
  static final int MAX_CHOICES = 64;

  private final SecretSplitter splitter;
  private final byte[] id;
  private final long number;
  private final BitSet distrusted;

  /**
   * Prepares to combine one piece.
   *
   * @param id what its frame must carry
   * @param number the piece's number, which its frame must carry
   * @param distrusted positions found wrong before; they are tried last
   */
  Contenders(SecretSplitter splitter, byte[] id, long number, BitSet distrusted) {
    this.splitter = splitter;
    this.id = id;
    this.number = number;
    this.distrusted = distrusted;
  }

  /**
   * Combines.
   *
   * @param claims for each position the different shares that claim to be it, none if it is missing
   * @throws TooFewSharesException if there are not enough shares
   * @throws AuthenticationFailedException if no choice of shares gives a secret
   * @throws AmbiguousSharesException if two do
   */
  WrongShares.Result combine(byte[][][] claims) {
    byte[][] front = pick(claims, new int[claims.length]);
    if (Arrays.stream(claims).allMatch(c -> c.length < 2)) {
      return RobustSplitter.combine(splitter, front, id, number, distrusted);
    }
    WrongShares.Result found = choose(claims);
    byte[][][] rest = new byte[claims.length][][];
    BitSet others = new BitSet();
    for (int i = 0; i < claims.length; i++) {
      byte[] right = found.shares()[i];
      rest[i] =
          Arrays.stream(claims[i]).filter(c -> !Arrays.equals(c, right)).toArray(byte[][]::new);
      others.set(i, rest[i].length > 0);
    }
    if (splitter.sufficient(others)) {
      Optional<WrongShares.Result> second = Optional.empty();
      try {
        second = Optional.of(choose(rest));
      } catch (TooFewSharesException | AuthenticationFailedException none) {
        // As it should be: what is left over belongs to no secret.
      }
      if (second.isPresent()) {
        boolean same = ConstantTime.equal(second.get().frame(), found.frame());
        Arrays.fill(second.get().frame(), (byte) 0);
        if (!same) {
          Arrays.fill(found.frame(), (byte) 0);
          throw new AmbiguousSharesException(
              "files that claim to be shares %s of %s combine to another secret than the others"
                  .formatted(WrongShares.numbers(others), splitter));
        }
      }
    }
    return found;
  }

  private WrongShares.Result choose(byte[][][] claims) {
    List<CryptoException> failures = new ArrayList<>();
    for (byte[][] choice : choices(claims)) {
      try {
        return RobustSplitter.combine(splitter, choice, id, number, distrusted);
      } catch (TooFewSharesException | AuthenticationFailedException e) {
        failures.add(e);
      }
    }
    // Without the positions in doubt there may have been too few; the next tells more.
    throw failures.get(1);
  }

  /** Returns the choices in the order in which they are tried. */
  private static List<byte[][]> choices(byte[][][] claims) {
    List<byte[][]> choices = new ArrayList<>();
    byte[][] certain = new byte[claims.length][];
    for (int i = 0; i < claims.length; i++) {
      if (claims[i].length == 1) {
        certain[i] = claims[i][0];
      }
    }
    choices.add(certain);
    int[] choice = new int[claims.length];
    choices.add(pick(claims, choice));
    while (choices.size() < MAX_CHOICES && advance(claims, choice)) {
      choices.add(pick(claims, choice));
    }
    return choices;
  }

  private static byte[][] pick(byte[][][] claims, int[] choice) {
    byte[][] picked = new byte[claims.length][];
    for (int i = 0; i < claims.length; i++) {
      if (claims[i].length > 0) {
        picked[i] = claims[i][choice[i]];
      }
    }
    return picked;
  }

  /** Counts to the next choice; returns false after the last. */
  private static boolean advance(byte[][][] claims, int[] choice) {
    for (int i = 0; i < claims.length; i++) {
      if (choice[i] + 1 < claims[i].length) {
        choice[i]++;
        return true;
      }
      choice[i] = 0;
    }
    return false;
  }
}
