package dev.kintsugi.erasure;

/**
 * RAID-6: the parity shard P is the exclusive-or of the data shards, and Q = Σ 2^i · data[i]. Any
 * two shards may be lost.
 *
 * <p>The bytes are those of ISA-L and of the Linux kernel. Kernels without tables compute Q by
 * doublings alone, several times faster than a general code with two parity shards.
 *
 * <p>Source: H. P. Anvin, "The mathematics of RAID-6".
 */
public final class Raid6 extends LinearCode {
  private Raid6(int dataShards, GaloisKernel kernel) {
    super(Construction.POWERS.parity(dataShards, 2), kernel);
  }

  /**
   * Returns the code on the default kernel.
   *
   * @param dataShards k, in 1..253
   * @throws IllegalArgumentException if the number is out of range
   */
  public static Raid6 of(int dataShards) {
    checkCounts(dataShards, 2);
    return new Raid6(dataShards, GaloisKernels.best());
  }

  @Override
  public Raid6 withKernel(GaloisKernel kernel) {
    return new Raid6(dataShards(), kernel);
  }

  @Override
  public String toString() {
    return "raid6:" + dataShards();
  }
}
