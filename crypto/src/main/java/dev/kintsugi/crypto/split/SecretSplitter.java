package dev.kintsugi.crypto.split;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A way to split a secret into shares, as a value that is parsed from and printed as its name.
 *
 * <table>
 *   <caption>Names</caption>
 *   <tr><th>name</th><th>splitter</th></tr>
 *   <tr><td>{@code shamir:3of5}</td><td>{@link Shamir}: any 3 of 5</td></tr>
 *   <tr><td>{@code xor:3}</td><td>{@link XorSplitter}: all 3</td></tr>
 *   <tr><td>{@code potshards:2x2of3}</td><td>{@link Potshards}: 2 XOR fragments, each 2 of 3</td></tr>
 *   <tr><td>{@code aont-rs:10+4}</td><td>{@link AontRs}: any 10 of 14, computational</td></tr>
 *   <tr><td>{@code krawczyk:3of5}</td><td>{@link Krawczyk}: any 3 of 5, computational</td></tr>
 * </table>
 *
 * <p>Shares are numbered by position, from 0 to {@code shares() - 1}. Guarantee: any {@link
 * #privacy()} shares together tell nothing about the secret but its length, without condition if
 * {@link #informationTheoretic()}, and up to the strength of AES-256 and SHA-256 otherwise; any
 * {@link #threshold()} shares determine it.
 *
 * <p>This is the bare mathematics: <strong>wrong shares give a wrong secret</strong>, except where
 * a splitter says otherwise. Use {@link RobustSplitter} or {@link ShareFiles} unless the caller has
 * integrity of its own.
 *
 * <p>Splitters are immutable and thread-safe; they are equal if their names are.
 */
public abstract class SecretSplitter {
  private static final Pattern SHAMIR = Pattern.compile("shamir:([0-9]{1,3})of([0-9]{1,3})");
  private static final Pattern XOR = Pattern.compile("xor:([0-9]{1,3})");
  private static final Pattern POTSHARDS =
      Pattern.compile("potshards:([0-9]{1,3})x([0-9]{1,3})of([0-9]{1,3})");
  private static final Pattern AONT_RS = Pattern.compile("aont-rs:([0-9]{1,3})\\+([0-9]{1,3})");
  private static final Pattern KRAWCZYK = Pattern.compile("krawczyk:([0-9]{1,3})of([0-9]{1,3})");

  SecretSplitter() {}

  /**
   * Returns the splitter of a name.
   *
   * @param name what {@link #toString()} of the splitter prints
   * @return the splitter
   * @throws IllegalArgumentException if the name is malformed or its numbers are out of range
   */
  public static SecretSplitter parse(String name) {
    Matcher m = SHAMIR.matcher(name);
    if (m.matches()) {
      return Shamir.of(number(m, 1), number(m, 2));
    }
    m = XOR.matcher(name);
    if (m.matches()) {
      return XorSplitter.of(number(m, 1));
    }
    m = POTSHARDS.matcher(name);
    if (m.matches()) {
      return Potshards.of(number(m, 1), number(m, 2), number(m, 3));
    }
    m = AONT_RS.matcher(name);
    if (m.matches()) {
      return AontRs.of(number(m, 1), number(m, 2));
    }
    m = KRAWCZYK.matcher(name);
    if (m.matches()) {
      return Krawczyk.of(number(m, 1), number(m, 2));
    }
    throw new IllegalArgumentException(
        ("splitter (%s) must look like shamir:3of5, xor:3, potshards:2x2of3, aont-rs:10+4 or"
                + " krawczyk:3of5")
            .formatted(name));
  }

  private static int number(Matcher m, int group) {
    return Integer.parseInt(m.group(group));
  }

  /**
   * Returns how many shares a split makes.
   *
   * @return the number of shares, at most 255
   */
  public abstract int shares();

  /**
   * Returns how many shares always suffice.
   *
   * @return the least number such that any that many shares determine the secret
   */
  public abstract int threshold();

  /**
   * Returns how many shares never tell anything.
   *
   * @return the greatest number such that any that many shares are independent of the secret
   */
  public abstract int privacy();

  /**
   * Tells whether secrecy is unconditional.
   *
   * @return false if it rests on a cipher
   */
  public abstract boolean informationTheoretic();

  /**
   * Returns how long each share of a secret is.
   *
   * @param secretLength the secret's length in bytes, 0 or more
   * @return the length of a share in bytes
   */
  public abstract int shareLength(int secretLength);

  /**
   * Tells whether some shares determine the secret.
   *
   * @param present the positions of the shares at hand
   * @return true if they suffice
   */
  public boolean sufficient(BitSet present) {
    return present.cardinality() >= threshold();
  }

  /**
   * Splits a secret.
   *
   * @param secret holds the secret; not modified
   * @param off index of its first byte
   * @param len its length in bytes, 0 or more
   * @param shares {@link #shares()} arrays owned by the caller; the range of {@link #shareLength}
   *     bytes from {@code shareOff} of each is overwritten
   * @param shareOff index of the first byte to write in each
   * @throws IndexOutOfBoundsException if a range is not inside its array
   * @throws IllegalArgumentException if there are not {@link #shares()} arrays
   */
  public final void split(byte[] secret, int off, int len, byte[][] shares, int shareOff) {
    Objects.checkFromIndexSize(off, len, secret.length);
    if (shares.length != shares()) {
      throw new IllegalArgumentException(
          "%d share arrays given, %s has %d".formatted(shares.length, this, shares()));
    }
    for (byte[] share : shares) {
      Objects.checkFromIndexSize(shareOff, shareLength(len), share.length);
    }
    doSplit(secret, off, len, shares, shareOff);
  }

  /**
   * Splits a whole secret.
   *
   * @param secret the secret; not modified
   * @return new shares by position
   */
  public final byte[][] split(byte[] secret) {
    byte[][] shares = new byte[shares()][shareLength(secret.length)];
    doSplit(secret, 0, secret.length, shares, 0);
    return shares;
  }

  /**
   * Combines shares. Only as many as needed are read, those in front first, so that further shares
   * neither help nor harm.
   *
   * @param shares {@link #shares()} elements, null where the share is missing; not modified
   * @param shareOff index of the first byte of each share
   * @param secret receives the secret
   * @param off index of the first byte to write
   * @param len the secret's length in bytes
   * @throws TooFewSharesException if the shares do not determine the secret; nothing is written
   * @throws IndexOutOfBoundsException if a range is not inside its array
   * @throws IllegalArgumentException if there are not {@link #shares()} elements
   */
  public final void combine(
      byte[] @Nullable [] shares, int shareOff, byte[] secret, int off, int len) {
    Objects.checkFromIndexSize(off, len, secret.length);
    BitSet present = present(shares);
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      Objects.checkFromIndexSize(shareOff, shareLength(len), shares[i].length);
    }
    if (!sufficient(present)) {
      throw new TooFewSharesException(
          "%d shares (%s) do not determine the secret of %s"
              .formatted(present.cardinality(), present, this));
    }
    doCombine(shares, present, shareOff, secret, off, len);
  }

  /**
   * Combines whole shares.
   *
   * @param shares {@link #shares()} elements, null where the share is missing; not modified
   * @param secretLength the secret's length in bytes
   * @return the secret
   * @throws TooFewSharesException if the shares do not determine the secret
   */
  public final byte[] combine(byte[] @Nullable [] shares, int secretLength) {
    byte[] secret = new byte[secretLength];
    combine(shares, 0, secret, 0, secretLength);
    return secret;
  }

  final BitSet present(byte[] @Nullable [] shares) {
    if (shares.length != shares()) {
      throw new IllegalArgumentException(
          "%d shares given (null where missing), %s has %d"
              .formatted(shares.length, this, shares()));
    }
    BitSet present = new BitSet();
    for (int i = 0; i < shares.length; i++) {
      present.set(i, shares[i] != null);
    }
    return present;
  }

  /**
   * Computes every share from those in {@code basis}, which are sufficient: what the others should
   * be if those in the basis are right.
   *
   * @param shares whole shares of equal length; only those in the basis are read
   * @return new arrays by position; a position that the basis does not determine repeats its input
   */
  abstract byte[][] complete(byte[] @Nullable [] shares, BitSet basis);

  /**
   * Returns where wrong shares can be located: every byte of every share is in exactly one section,
   * or there is none.
   */
  List<Section> sections(int shareLength) {
    return List.of();
  }

  /** Returns the smallest sufficient subsets of some positions, lazily. */
  Stream<BitSet> minimalBases(BitSet present) {
    return Combinations.of(present, threshold());
  }

  abstract void doSplit(byte[] secret, int off, int len, byte[][] shares, int shareOff);

  abstract void doCombine(
      byte[] @Nullable [] shares, BitSet present, int shareOff, byte[] secret, int off, int len);

  /**
   * Returns the first positions of a set.
   *
   * @param count how many are wanted; the set has at least that many
   */
  static int[] first(BitSet present, int count) {
    return present.stream().limit(count).toArray();
  }

  /**
   * Returns the name that {@link #parse} reads.
   *
   * @return for example {@code shamir:3of5}
   */
  @Override
  public abstract String toString();

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof SecretSplitter that && toString().equals(that.toString());
  }

  @Override
  public final int hashCode() {
    return toString().hashCode();
  }
}
