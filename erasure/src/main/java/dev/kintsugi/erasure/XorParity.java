package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;

/**
 * A single parity shard, the exclusive-or of all data shards, as in RAID-5. Any one shard may be
 * lost.
 */
public final class XorParity extends LinearCode {
  private XorParity(int dataShards, GaloisKernel kernel) {
    super(GfMatrix.of(1, dataShards, (row, column) -> 1), kernel);
  }

  /**
   * Returns the code on the default kernel.
   *
   * @param dataShards k, in 1..254
   * @throws IllegalArgumentException if the number is out of range
   */
  public static XorParity of(int dataShards) {
    checkCounts(dataShards, 1);
    return new XorParity(dataShards, GaloisKernels.best());
  }

  @Override
  public XorParity withKernel(GaloisKernel kernel) {
    return new XorParity(dataShards(), kernel);
  }

  @Override
  public String toString() {
    return "raid5:" + dataShards();
  }
}
