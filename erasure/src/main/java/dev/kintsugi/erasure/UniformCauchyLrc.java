package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.GfMatrix;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A wide locally repairable code whose global parity shards belong to the local groups too, so that
 * every single loss, whichever it is, is repaired from one group.
 *
 * <p>The k data and g global parity shards, in this order, form l groups of consecutive shards
 * whose sizes differ by one at most; each group has a local parity shard, the exclusive-or of its
 * members. Shards are numbered data first, then the l local and the g global parity shards.
 *
 * <p>Any g + 1 losses are decoded, which no code with such groups can exceed, and every other
 * pattern that the generator matrix allows. Proof: take a Cauchy matrix of g + 1 rows, of which
 * every square part is invertible, and scale its columns so that each sums to 1, which keeps that
 * property. The first g rows make the global parity shards G_t; then the sum of all local groups is
 * the relation Σ (1 + Σ_t G_t,i) · data[i] = 0 of local parities and data, whose coefficients are
 * the last row. With no local parity lost, e lost data shards and g + 1 - e lost global ones leave
 * e rows for e columns; with a local parity lost, the first g rows are enough.
 *
 * <p>Source: S. Kadekodi, S. Silas, D. Clausen, A. Merchant, "Practical Design Considerations for
 * Wide Locally Recoverable Codes (LRCs)", USENIX FAST 2023. The scaling, which makes local parities
 * plain exclusive-ors, is this library's; bytes differ from those of other implementations.
 */
public final class UniformCauchyLrc extends LinearCode {
  private static final int FIELD = 256;

  private final int groups;
  private final int globals;

  /** Codes of the widths that the paper studies, which have short names. */
  enum Wide {
    W24_28(24, 2, 2),
    W48_55(48, 3, 4),
    W72_80(72, 4, 4),
    W96_105(96, 4, 5);

    final int data;
    final int groups;
    final int globals;

    Wide(int data, int groups, int globals) {
      this.data = data;
      this.groups = groups;
      this.globals = globals;
    }

    String shortName() {
      return "lrc:%d-of-%d".formatted(data, data + groups + globals);
    }

    /** Returns the code with a short name. */
    static Optional<Wide> named(String name) {
      for (Wide wide : values()) {
        if (wide.shortName().equals(name)) {
          return Optional.of(wide);
        }
      }
      return Optional.empty();
    }
  }

  private UniformCauchyLrc(int dataShards, int groups, int globals, GaloisKernel kernel) {
    super(
        parity(dataShards, groups, globals),
        localGroups(dataShards, groups, globals),
        false,
        kernel);
    this.groups = groups;
    this.globals = globals;
  }

  /**
   * Returns the code on the default kernel.
   *
   * @param dataShards k
   * @param groups l, at least 1, at most k + g
   * @param globals g, at least 1
   * @throws IllegalArgumentException if a number is out of range or there are more shards than
   *     GF(2^8) has room for: k + g + 1 + g / 2 must not exceed 256, and k + l + g not 255
   */
  public static UniformCauchyLrc of(int dataShards, int groups, int globals) {
    if (groups < 1) {
      throw new IllegalArgumentException("groups (%d) must be at least 1".formatted(groups));
    }
    if (globals < 1) {
      throw new IllegalArgumentException("globals (%d) must be at least 1".formatted(globals));
    }
    checkCounts(dataShards, (int) Math.min(Integer.MAX_VALUE, (long) groups + globals));
    if (groups > dataShards + globals) {
      throw new IllegalArgumentException(
          "groups (%d) must be at most dataShards + globals (%d)"
              .formatted(groups, dataShards + globals));
    }
    if (dataShards + globals + 1 + globals / 2 > FIELD) {
      throw new IllegalArgumentException(
          "dataShards (%d) and globals (%d) do not fit into GF(2^8)"
              .formatted(dataShards, globals));
    }
    return new UniformCauchyLrc(dataShards, groups, globals, GaloisKernels.best());
  }

  /** Returns l, the number of local groups. */
  public int groups() {
    return groups;
  }

  /** Returns g, the number of global parity shards. */
  public int globals() {
    return globals;
  }

  @Override
  public int guaranteedLosses() {
    return globals + 1;
  }

  private static int groupOf(int member, int members, int groups) {
    return member * groups / members;
  }

  private static GfMatrix parity(int dataShards, int groups, int globals) {
    int[][] global = globalRows(dataShards, globals);
    int members = dataShards + globals;
    return GfMatrix.of(
        groups + globals,
        dataShards,
        (row, column) -> {
          if (row >= groups) {
            return global[row - groups][column];
          }
          int sum = groupOf(column, members, groups) == row ? 1 : 0;
          for (int t = 0; t < globals; t++) {
            if (groupOf(dataShards + t, members, groups) == row) {
              sum ^= global[t][column];
            }
          }
          return sum;
        });
  }

  /** Returns g rows of a Cauchy matrix of g + 1 rows whose columns sum to 1. */
  private static int[][] globalRows(int dataShards, int globals) {
    int[][] rows = new int[globals][dataShards];
    int column = 0;
    for (int point = globals + 1; point < FIELD && column < dataShards; point++) {
      int sum = 0;
      for (int t = 0; t <= globals; t++) {
        sum ^= Gf256.inverse(t ^ point);
      }
      // The sum is a rational function of the point, with g / 2 roots at most.
      if (sum != 0) {
        for (int t = 0; t < globals; t++) {
          rows[t][column] = Gf256.multiply(Gf256.inverse(t ^ point), Gf256.inverse(sum));
        }
        column++;
      }
    }
    if (column < dataShards) {
      throw new IllegalStateException("too few points for %d columns".formatted(dataShards));
    }
    return rows;
  }

  private static List<BitSet> localGroups(int dataShards, int groups, int globals) {
    List<BitSet> local = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      BitSet members = new BitSet();
      members.set(dataShards + group);
      local.add(members);
    }
    for (int member = 0; member < dataShards + globals; member++) {
      int shard = member < dataShards ? member : member + groups;
      local.get(groupOf(member, dataShards + globals, groups)).set(shard);
    }
    return local;
  }

  @Override
  public UniformCauchyLrc withKernel(GaloisKernel kernel) {
    return new UniformCauchyLrc(dataShards(), groups, globals, kernel);
  }

  @Override
  public String toString() {
    for (Wide wide : Wide.values()) {
      if (wide.data == dataShards() && wide.groups == groups && wide.globals == globals) {
        return wide.shortName();
      }
    }
    return "lrc:%d+%d+%d:uniform".formatted(dataShards(), groups, globals);
  }
}
