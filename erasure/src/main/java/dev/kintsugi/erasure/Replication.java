package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;

/** Equal copies: one data shard, and parity shards that repeat it. All but one may be lost. */
public final class Replication extends LinearCode {
  private Replication(int copies, GaloisKernel kernel) {
    super(GfMatrix.of(copies - 1, 1, (row, column) -> 1), kernel);
  }

  /**
   * Returns the code on the default kernel.
   *
   * @param copies how many equal shards there are in all, in 2..255
   * @throws IllegalArgumentException if the number is out of range
   */
  public static Replication of(int copies) {
    if (copies < 2 || copies > MAX_SHARDS) {
      throw new IllegalArgumentException(
          "copies (%d) must be in 2..%d".formatted(copies, MAX_SHARDS));
    }
    return new Replication(copies, GaloisKernels.best());
  }

  @Override
  public Replication withKernel(GaloisKernel kernel) {
    return new Replication(totalShards(), kernel);
  }

  @Override
  public String toString() {
    return "replicate:" + totalShards();
  }
}
