package dev.kintsugi.crypto.split;

import dev.kintsugi.erasure.ReedSolomon;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A splitter that hides the secret in a package and cuts and codes that into shards. */
abstract class DispersedSplitter extends SecretSplitter {
  private final ReedSolomon code;

  DispersedSplitter(ReedSolomon code) {
    this.code = code;
  }

  final ReedSolomon code() {
    return code;
  }

  @Override
  public final int shares() {
    return code.totalShards();
  }

  @Override
  public final int threshold() {
    return code.dataShards();
  }

  @Override
  public final int privacy() {
    return code.dataShards() - 1;
  }

  @Override
  public final boolean informationTheoretic() {
    return false;
  }

  /**
   * Returns the section of the code's shards, which are values at 0, 1, 2, …: its matrix is a
   * Vandermonde one made systematic.
   */
  final Section shards(int shard) {
    int[] xs = new int[shares()];
    Arrays.setAll(xs, i -> i);
    return new Section(xs, xs, threshold(), 0, shard);
  }

  /** Returns how long each shard of a package is. */
  final int shardLength(int secretLength, int overhead) {
    return (int) ((secretLength + (long) overhead + threshold() - 1) / threshold());
  }

  /** Restores the package from a range of enough shares. */
  final byte[] unite(byte[] @Nullable [] shares, BitSet present, int shareOff, int shard) {
    byte[][] rows = new byte[shares()][];
    for (int i : first(present, threshold())) {
      rows[i] = Arrays.copyOfRange(shares[i], shareOff, shareOff + shard);
    }
    Erasures.fill(code, rows, threshold());
    byte[] pack = new byte[Math.multiplyExact(shard, threshold())];
    for (int i = 0; i < threshold(); i++) {
      System.arraycopy(rows[i], 0, pack, i * shard, shard);
    }
    return pack;
  }

  /** Computes the first bytes of all shares from those of the basis. */
  final byte[][] completeShards(byte[] @Nullable [] shares, BitSet basis, int shard) {
    byte[][] rows = new byte[shares()][];
    for (int i : first(basis, threshold())) {
      rows[i] = Arrays.copyOf(shares[i], shard);
    }
    Erasures.fill(code, rows, shares());
    return rows;
  }
}
