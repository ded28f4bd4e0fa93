package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What all codes have in common: everything follows from the parity matrix, and a code only adds
 * its name and its preferences about which shards to read.
 *
 * <p>Solved patterns of losses are kept in a {@link DecodeCache}, with the latest one in a field of
 * its own so that a run of equal calls allocates nothing.
 */
abstract class LinearCode implements ErasureCode {
  static final int MAX_SHARDS = 255;

  private static final int VERIFY_CHUNK = 8192;

  private final int dataShards;
  private final GfMatrix parity;
  private final GfMatrix generator;
  private final GaloisKernel kernel;
  private final PreparedMatrix encoder;
  private final DecodeCache cache = new DecodeCache();
  private volatile @Nullable DecodeStep latest;

  LinearCode(GfMatrix parity, GaloisKernel kernel) {
    this.dataShards = parity.columns();
    this.parity = parity;
    this.generator = GfMatrix.identity(dataShards).above(parity);
    this.kernel = kernel;
    this.encoder =
        kernel.prepare(
            parity.toArray(), Rows.range(0, dataShards), Rows.range(dataShards, totalShards()));
  }

  /** Checks the numbers of shards of a code that is about to be made. */
  static void checkCounts(int dataShards, int parityShards) {
    if (dataShards < 1 || dataShards >= MAX_SHARDS) {
      throw new IllegalArgumentException(
          "dataShards (%d) must be in 1..%d".formatted(dataShards, MAX_SHARDS - 1));
    }
    if (parityShards < 1 || parityShards > MAX_SHARDS - dataShards) {
      throw new IllegalArgumentException(
          "parityShards (%d) must be in 1..%d with %d data shards"
              .formatted(parityShards, MAX_SHARDS - dataShards, dataShards));
    }
  }

  @Override
  public final int dataShards() {
    return dataShards;
  }

  @Override
  public final int parityShards() {
    return parity.rows();
  }

  @Override
  public final byte[] parityMatrix() {
    return parity.toArray();
  }

  @Override
  public final GaloisKernel kernel() {
    return kernel;
  }

  /** Returns the parity matrix. */
  final GfMatrix parity() {
    return parity;
  }

  @Override
  public final void encode(byte[][] shards, int offset, int length) {
    Shapes.check(shards, totalShards(), offset, length);
    encoder.multiply(shards, offset, shards, offset, length);
  }

  @Override
  public final boolean verify(byte[][] shards, int offset, int length) {
    Shapes.check(shards, totalShards(), offset, length);
    byte[][] expected = new byte[totalShards()][];
    for (int r = dataShards; r < expected.length; r++) {
      expected[r] = new byte[Math.min(VERIFY_CHUNK, length)];
    }
    for (int done = 0; done < length; done += VERIFY_CHUNK) {
      int start = offset + done;
      int count = Math.min(VERIFY_CHUNK, length - done);
      encoder.multiply(shards, start, expected, 0, count);
      for (int r = dataShards; r < expected.length; r++) {
        if (!Arrays.equals(expected[r], 0, count, shards[r], start, start + count)) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public boolean decodable(BitSet present) {
    if (present.length() > totalShards()) {
      throw new IllegalArgumentException(
          "present (%s) must hold indices below %d".formatted(present, totalShards()));
    }
    if (present.cardinality() < dataShards) {
      return false;
    }
    RowSpace space = new RowSpace(dataShards, dataShards);
    present.stream().forEach(shard -> space.add(generator.row(shard)));
    return space.rank() == dataShards;
  }

  @Override
  public final void reconstruct(
      byte[][] shards, boolean[] present, boolean[] wanted, int offset, int length) {
    Shapes.checkFlags("present", present, totalShards());
    Shapes.checkFlags("wanted", wanted, totalShards());
    Shapes.check(shards, present, wanted, totalShards(), offset, length);
    DecodeStep step = latest;
    if (step == null || !step.matches(present, wanted)) {
      step = cache.get(present, wanted, this::solve);
      latest = step;
    }
    step.run(shards, offset, length);
  }

  /**
   * Chooses the shards to read, in order of preference; decoding takes them one by one until those
   * wanted are determined. The default is ascending order, data before parity.
   */
  int[] readOrder(boolean[] present, boolean[] lost) {
    return Rows.where(present);
  }

  /** Returns how many solved patterns are kept. */
  final int cachedSteps() {
    return cache.size();
  }

  private DecodeStep solve(boolean[] present, boolean[] wanted) {
    boolean[] lost = new boolean[totalShards()];
    for (int i = 0; i < lost.length; i++) {
      lost[i] = wanted[i] && !present[i];
    }
    return DecodeStep.solve(
        this, generator, present, wanted, Rows.where(lost), readOrder(present, lost));
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof LinearCode that
        && toString().equals(that.toString())
        && parity.equals(that.parity);
  }

  @Override
  public final int hashCode() {
    return parity.hashCode();
  }

  @Override
  public abstract String toString();
}
