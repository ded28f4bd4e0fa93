package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.GfMatrix;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the parity matrix of a {@link ReedSolomon} code is made; it decides the parity bytes. */
public enum Construction {
  /**
   * The Vandermonde matrix of the points 0, 1, …, k + m - 1, multiplied by the inverse of its upper
   * k rows: the bytes of Backblaze JavaReedSolomon. Maximum distance separable for all parameters.
   */
  VANDERMONDE {
    @Override
    GfMatrix parity(int dataShards, int parityShards) {
      GfMatrix points = GfMatrix.of(dataShards + parityShards, dataShards, Gf256::power);
      return points
          .rows(dataShards, dataShards + parityShards)
          .times(points.rows(0, dataShards).inverse());
    }
  },

  /**
   * The Cauchy matrix 1 / (i + j) for parity shard i in k..k + m - 1 and data shard j: the bytes of
   * ISA-L's {@code gf_gen_cauchy1_matrix}. Maximum distance separable for all parameters.
   */
  CAUCHY {
    @Override
    GfMatrix parity(int dataShards, int parityShards) {
      return GfMatrix.of(
          parityShards, dataShards, (row, column) -> Gf256.inverse((dataShards + row) ^ column));
    }
  },

  /**
   * The powers 2^(i·j) for parity shard i and data shard j, both from 0: the bytes of ISA-L's
   * {@code gf_gen_rs_matrix}, and with two parity shards those of Linux RAID-6. Maximum distance
   * separable for few parameters only; all others are refused.
   */
  POWERS {
    @Override
    GfMatrix parity(int dataShards, int parityShards) {
      int narrow = Math.min(dataShards, parityShards);
      int wide = Math.max(dataShards, parityShards);
      boolean separable = narrow <= 3 || (narrow == 4 && wide <= 21) || wide <= 5;
      if (!separable) {
        throw new IllegalArgumentException(
            ("construction powers is not maximum distance separable for %d+%d; it needs at most 3"
                    + " data or parity shards, 4 with at most 21, or 5+5")
                .formatted(dataShards, parityShards));
      }
      return GfMatrix.of(
          parityShards,
          dataShards,
          (row, column) -> Gf256.power(2, Math.multiplyExact(row, column)));
    }
  };

  abstract GfMatrix parity(int dataShards, int parityShards);

  /** Returns the construction of a name such as {@code cauchy}; {@link #toString} prints it. */
  static Construction named(String name) {
    for (Construction construction : values()) {
      if (construction.toString().equals(name)) {
        return construction;
      }
    }
    throw new IllegalArgumentException(
        "construction (%s) must be one of %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(Construction::toString)
                    .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
