package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The solved reconstruction of one pattern of present and wanted shards. */
final class DecodeStep {
  private final boolean[] present;
  private final boolean[] wanted;
  private final @Nullable PreparedMatrix product;

  private DecodeStep(boolean[] present, boolean[] wanted, @Nullable PreparedMatrix product) {
    this.present = present.clone();
    this.wanted = wanted.clone();
    this.product = product;
  }

  /**
   * Expresses every lost row of the generator by rows of the read order.
   *
   * @throws UndecodableException if that is not possible
   */
  static DecodeStep solve(
      ErasureCode code,
      GfMatrix generator,
      boolean[] present,
      boolean[] wanted,
      int[] lost,
      int[] readOrder) {
    if (lost.length == 0) {
      return new DecodeStep(present, wanted, null);
    }
    int[] read = new int[generator.columns()];
    RowSpace space = new RowSpace(generator.columns(), generator.columns());
    for (int shard : readOrder) {
      if (space.add(generator.row(shard))) {
        read[space.rank() - 1] = shard;
      }
    }
    int rank = space.rank();
    byte[] matrix = new byte[lost.length * rank];
    boolean[] used = new boolean[rank];
    for (int r = 0; r < lost.length; r++) {
      byte[] coefficients =
          space.express(generator.row(lost[r])).orElseThrow(() -> undecodable(code, present, lost));
      System.arraycopy(coefficients, 0, matrix, r * rank, rank);
      for (int c = 0; c < rank; c++) {
        used[c] |= coefficients[c] != 0;
      }
    }
    int[] columns = Rows.where(used);
    byte[] dense = new byte[lost.length * columns.length];
    int[] inputs = new int[columns.length];
    for (int c = 0; c < columns.length; c++) {
      inputs[c] = read[columns[c]];
      for (int r = 0; r < lost.length; r++) {
        dense[r * columns.length + c] = matrix[r * rank + columns[c]];
      }
    }
    return new DecodeStep(present, wanted, code.kernel().prepare(dense, inputs, lost));
  }

  private static UndecodableException undecodable(ErasureCode code, boolean[] present, int[] lost) {
    BitSet there = new BitSet();
    for (int shard : Rows.where(present)) {
      there.set(shard);
    }
    if (there.cardinality() < code.dataShards()) {
      return new TooFewShardsException(code.toString(), code.dataShards(), there);
    }
    return new UndecodableException(
        "%s cannot compute shards %s from shards %s".formatted(code, Arrays.toString(lost), there),
        there);
  }

  boolean matches(boolean[] present, boolean[] wanted) {
    return Arrays.equals(this.present, present) && Arrays.equals(this.wanted, wanted);
  }

  void run(byte[][] shards, int offset, int length) {
    if (product != null) {
      product.multiply(shards, offset, shards, offset, length);
    }
  }
}
