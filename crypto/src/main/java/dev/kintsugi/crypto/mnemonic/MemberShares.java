package dev.kintsugi.crypto.mnemonic;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The shares of one level: of a group's members, or of the groups. */
final class MemberShares {
  private final int threshold;
  private final Map<Integer, byte[]> values = new TreeMap<>();

  MemberShares(int threshold) {
    this.threshold = threshold;
  }

  void add(Share share) {
    if (share.memberThreshold() != threshold) {
      throw new AuthenticationFailedException(
          "%s says that %d members are needed, another that %d are"
              .formatted(share, share.memberThreshold(), threshold));
    }
    byte[] other = values.get(share.member());
    if (other != null && !ConstantTime.equal(other, share.value())) {
      throw new AuthenticationFailedException("two different mnemonics say they are " + share);
    }
    values.put(share.member(), share.value());
  }

  void add(int x, byte[] value) {
    values.put(x, value);
  }

  boolean complete() {
    return values.size() >= threshold;
  }

  /** Combines the shares, of which there are enough; those that are not needed must fit. */
  byte[] combine(String what) {
    int[] all = values.keySet().stream().mapToInt(Integer::intValue).toArray();
    int[] xs = Arrays.copyOf(all, threshold);
    byte[][] ys = new byte[threshold][];
    Arrays.setAll(ys, i -> values.get(xs[i]));
    byte[] secret = Interpolation.combine(xs, ys);
    boolean fit = secret.length > 0;
    for (int i = threshold; i < all.length && fit; i++) {
      fit =
          ConstantTime.equal(
              Interpolation.at(all[i], xs, ys), Objects.requireNonNull(values.get(all[i])));
    }
    values.values().forEach(value -> Arrays.fill(value, (byte) 0));
    if (!fit) {
      Arrays.fill(secret, (byte) 0);
      throw new AuthenticationFailedException(
          "the %s %s do not fit each other"
              .formatted(what, Arrays.toString(Arrays.stream(all).map(x -> x + 1).toArray())));
    }
    return secret;
  }

  @Override
  public String toString() {
    return "%d of %d members needed".formatted(values.size(), threshold);
  }
}
