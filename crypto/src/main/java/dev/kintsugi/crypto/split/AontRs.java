package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.erasure.ReedSolomon;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All-or-nothing transform, then Reed-Solomon: the secret is encrypted with a random key, the key
 * is hidden by a hash of the whole ciphertext, and both are coded into k data and m parity shares.
 *
 * <p>Guarantee: with fewer than k shares at least one share's worth of the package is missing, so
 * the key cannot be computed; secrecy rests on AES-256 and SHA-256 and is computational. Any k
 * shares determine the secret. A share is 1/k of the secret and 32 bytes, rounded up.
 *
 * <p>Package: c = d ⊕ AES-256-CTR(K, counter from 1) ‖ zero padding ‖ K ⊕ SHA-256(c ‖ padding).
 * Source: J. K. Resch, J. S. Plank, "AONT-RS: Blending Security and Performance in Dispersed
 * Storage Systems", FAST 2011. Their canary is left to {@link RobustSplitter}'s frame.
 */
public final class AontRs extends DispersedSplitter {
  private static final int KEY_LENGTH = 32;

  private AontRs(ReedSolomon code) {
    super(code);
  }

  /**
   * Returns a splitter on the default kernel. Shares are ciphertext, so that kernel need not run in
   * constant time.
   *
   * @param data k, at least 1
   * @param parity m, at least 1, with k + m at most 255
   * @return the splitter
   * @throws IllegalArgumentException if a number is out of range
   */
  public static AontRs of(int data, int parity) {
    return new AontRs(ReedSolomon.of(data, parity));
  }

  @Override
  public int shareLength(int secretLength) {
    return shardLength(secretLength, KEY_LENGTH);
  }

  @Override
  List<Section> sections(int shareLength) {
    return List.of(shards(shareLength));
  }

  @Override
  void doSplit(byte[] secret, int off, int len, byte[][] out, int shareOff) {
    int shareLength = shareLength(len);
    byte[] pack = new byte[Math.multiplyExact(shareLength, threshold())];
    int body = pack.length - KEY_LENGTH;
    byte[] key = RandomBytes.next(KEY_LENGTH);
    Ciphers.aesCtr(key, 1, secret, off, len, pack, 0);
    byte[] mask = Ciphers.sha256(pack, 0, body);
    for (int i = 0; i < KEY_LENGTH; i++) {
      pack[body + i] = (byte) (key[i] ^ mask[i]);
    }
    Arrays.fill(key, (byte) 0);
    byte[][] rows = alike(out) ? out : new byte[shares()][shareOff + shareLength];
    for (int i = 0; i < threshold(); i++) {
      System.arraycopy(pack, i * shareLength, rows[i], shareOff, shareLength);
    }
    Arrays.fill(pack, (byte) 0);
    code().encode(rows, shareOff, shareLength);
    for (int i = 0; i < shares() && rows != out; i++) {
      System.arraycopy(rows[i], shareOff, out[i], shareOff, shareLength);
    }
  }

  /** Tells whether rows have one length, as the code wants them. */
  private static boolean alike(byte[][] rows) {
    return Arrays.stream(rows).allMatch(row -> row.length == rows[0].length);
  }

  @Override
  void doCombine(
      byte[] @Nullable [] in, BitSet present, int shareOff, byte[] secret, int off, int len) {
    byte[] pack = unite(in, present, shareOff, shareLength(len));
    int body = pack.length - KEY_LENGTH;
    byte[] key = Ciphers.sha256(pack, 0, body);
    for (int i = 0; i < KEY_LENGTH; i++) {
      key[i] ^= pack[body + i];
    }
    Ciphers.aesCtr(key, 1, pack, 0, len, secret, off);
    Arrays.fill(key, (byte) 0);
    Arrays.fill(pack, (byte) 0);
  }

  @Override
  byte[][] complete(byte[] @Nullable [] in, BitSet basis) {
    return completeShards(in, basis, in[basis.nextSetBit(0)].length);
  }

  @Override
  public String toString() {
    return "aont-rs:" + code().dataShards() + "+" + code().parityShards();
  }
}
