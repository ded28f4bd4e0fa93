package dev.kintsugi.erasure;

/**
 * A systematic Reed-Solomon code: any k of the k + m shards determine all others.
 *
 * <p>With the default construction the shards are byte for byte those of Backblaze JavaReedSolomon;
 * see {@link Construction} for others.
 *
 * <p>Source: I. S. Reed, G. Solomon, "Polynomial Codes over Certain Finite Fields", 1960; the
 * systematic Vandermonde form after J. S. Plank, Y. Ding, "Note: Correction to the 1997 Tutorial on
 * Reed-Solomon Coding", 2005.
 */
public final class ReedSolomon extends LinearCode {
  private final Construction construction;

  private ReedSolomon(
      int dataShards, int parityShards, Construction construction, GaloisKernel kernel) {
    super(construction.parity(dataShards, parityShards), kernel);
    this.construction = construction;
  }

  /**
   * Returns the code with the construction {@link Construction#VANDERMONDE} on the default kernel.
   *
   * @param dataShards k, at least 1
   * @param parityShards m, at least 1, with k + m at most 255
   * @throws IllegalArgumentException if a number is out of range
   */
  public static ReedSolomon of(int dataShards, int parityShards) {
    return of(dataShards, parityShards, Construction.VANDERMONDE);
  }

  /**
   * Returns the code with a construction of choice on the default kernel.
   *
   * @param dataShards k, at least 1
   * @param parityShards m, at least 1, with k + m at most 255
   * @param construction how the parity matrix is made
   * @throws IllegalArgumentException if a number is out of range, or the construction is not
   *     maximum distance separable for these numbers
   */
  public static ReedSolomon of(int dataShards, int parityShards, Construction construction) {
    checkCounts(dataShards, parityShards);
    return new ReedSolomon(dataShards, parityShards, construction, GaloisKernels.best());
  }

  /** Returns the construction of the parity matrix. */
  public Construction construction() {
    return construction;
  }

  @Override
  public ReedSolomon withKernel(GaloisKernel kernel) {
    return new ReedSolomon(dataShards(), parityShards(), construction, kernel);
  }

  @Override
  public String toString() {
    String name = "rs:" + dataShards() + "+" + parityShards();
    return construction == Construction.VANDERMONDE ? name : name + ":" + construction;
  }
}
