package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.erasure.ReedSolomon;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Secret sharing made short: the secret is sealed under a random key, the sealed bytes are coded,
 * and only the key is split with Shamir. A share is a code shard ‖ the key's share of 32 bytes.
 *
 * <p>Guarantee: any t-1 shares leave the key independent of them, so secrecy rests on AES-256 alone
 * and is computational; any t determine the secret. A share is 1/t of the secret and 48 bytes,
 * rounded up. Sealing is AES-256-GCM, so that combining shares that do not belong together fails.
 *
 * <p>Source: H. Krawczyk, "Secret Sharing Made Short", CRYPTO 1993.
 */
public final class Krawczyk extends DispersedSplitter {
  private static final int KEY_LENGTH = 32;
  private static final int TAG_LENGTH = 16;

  private final Shamir keySplitter;

  private Krawczyk(Shamir keySplitter, ReedSolomon code) {
    super(code);
    this.keySplitter = keySplitter;
  }

  /**
   * Returns a splitter.
   *
   * @param threshold t
   * @param shares n, at most 255
   * @return the splitter
   * @throws IllegalArgumentException unless 1 ≤ t &lt; n ≤ 255
   */
  public static Krawczyk of(int threshold, int shares) {
    if (threshold >= shares) {
      throw new IllegalArgumentException(
          "threshold (%d) must be less than shares (%d)".formatted(threshold, shares));
    }
    return new Krawczyk(
        Shamir.of(threshold, shares), ReedSolomon.of(threshold, shares - threshold));
  }

  @Override
  public int shareLength(int secretLength) {
    return shardLength(secretLength, TAG_LENGTH) + KEY_LENGTH;
  }

  @Override
  List<Section> sections(int shareLength) {
    int shard = shareLength - KEY_LENGTH;
    return List.of(shards(shard), keySplitter.section(0, shard, shareLength));
  }

  @Override
  void doSplit(byte[] secret, int off, int len, byte[][] out, int shareOff) {
    int shard = shardLength(len, TAG_LENGTH);
    byte[] sealed = new byte[Math.multiplyExact(shard, threshold())];
    byte[] key = RandomBytes.next(KEY_LENGTH);
    Ciphers.sealWithSingleUseKey(key, secret, off, len, sealed, 0);
    byte[][] rows = new byte[shares()][shard];
    for (int i = 0; i < threshold(); i++) {
      System.arraycopy(sealed, i * shard, rows[i], 0, shard);
    }
    code().encode(rows, 0, shard);
    for (int i = 0; i < shares(); i++) {
      System.arraycopy(rows[i], 0, out[i], shareOff, shard);
    }
    keySplitter.split(key, 0, KEY_LENGTH, out, shareOff + shard);
    Arrays.fill(key, (byte) 0);
  }

  @Override
  void doCombine(
      byte[] @Nullable [] in, BitSet present, int shareOff, byte[] secret, int off, int len) {
    int shard = shardLength(len, TAG_LENGTH);
    byte[] key = new byte[KEY_LENGTH];
    keySplitter.combine(in, shareOff + shard, key, 0, KEY_LENGTH);
    byte[] sealed = unite(in, present, shareOff, shard);
    boolean authentic = Ciphers.openWithSingleUseKey(key, sealed, 0, len + TAG_LENGTH, secret, off);
    Arrays.fill(key, (byte) 0);
    if (!authentic) {
      throw new AuthenticationFailedException(
          "shares %s of %s do not belong together".formatted(present, this));
    }
  }

  @Override
  byte[][] complete(byte[] @Nullable [] in, BitSet basis) {
    int[] chosen = first(basis, threshold());
    int shard = in[chosen[0]].length - KEY_LENGTH;
    byte[][] keys = new byte[shares()][];
    for (int i : chosen) {
      keys[i] = Arrays.copyOfRange(in[i], shard, in[i].length);
    }
    byte[][] rows = completeShards(in, basis, shard);
    byte[][] allKeys = keySplitter.complete(keys, basis);
    byte[][] all = new byte[shares()][];
    for (int i = 0; i < shares(); i++) {
      all[i] = Arrays.copyOf(rows[i], shard + KEY_LENGTH);
      System.arraycopy(allKeys[i], 0, all[i], shard, KEY_LENGTH);
    }
    return all;
  }

  @Override
  public String toString() {
    return "krawczyk:" + keySplitter.threshold() + "of" + keySplitter.shares();
  }
}
