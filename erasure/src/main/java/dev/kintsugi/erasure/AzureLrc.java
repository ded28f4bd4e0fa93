package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.GfMatrix;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A locally repairable code in the style of Windows Azure Storage: the k data shards form l groups,
 * each with a local parity shard that is the exclusive-or of its group, and g global parity shards
 * protect all of them. The loss of one shard of a group is repaired by reading that group alone.
 *
 * <p>Shards are numbered data first, group after group, then the l local and the g global parity
 * shards. Global parity shard t is Σ c_i^(2^t) · data[i].
 *
 * <p>The code is <em>maximally recoverable</em>, which is checked when it is made: it decodes every
 * pattern of losses that any code with these groups can decode, namely one loss in every group and
 * g more anywhere. Of the 1820 ways to lose four shards of {@code lrc:12+2+2} these are 1568. Any g
 * + 1 losses are always decoded.
 *
 * <p>Source: C. Huang et al., "Erasure Coding in Windows Azure Storage", USENIX ATC 2012.
 */
public final class AzureLrc extends LinearCode {
  /** The order of the multiplicative group of GF(16), a subfield of GF(2^8). */
  private static final int SUBFIELD_UNITS = 15;

  private static final int MAX_COSETS = 17;

  private final int groups;
  private final int globals;

  private AzureLrc(GfMatrix parity, int groups, int globals, GaloisKernel kernel) {
    super(parity, localGroups(parity.columns(), groups), true, kernel);
    this.groups = groups;
    this.globals = globals;
  }

  /**
   * Returns the code on the default kernel.
   *
   * @param dataShards k, a multiple of the number of groups
   * @param groups l, at least 1, and at most 17 if there are two global parity shards
   * @param globals g; with 3, at most 2 groups of 8, 3 of 4 or 4 of 3 data shards; with 4, at most
   *     2 groups of 5: for more no maximally recoverable coefficients are known here
   * @throws IllegalArgumentException if a number is out of range, if k is not a multiple of l, or
   *     if a group has more than 254 (for g = 1) or 15 (for g = 2) data shards
   */
  public static AzureLrc of(int dataShards, int groups, int globals) {
    if (groups < 1) {
      throw new IllegalArgumentException("groups (%d) must be at least 1".formatted(groups));
    }
    if (globals < 1) {
      throw new IllegalArgumentException("globals (%d) must be at least 1".formatted(globals));
    }
    checkCounts(dataShards, (int) Math.min(Integer.MAX_VALUE, (long) groups + globals));
    if (dataShards % groups != 0) {
      throw new IllegalArgumentException(
          "dataShards (%d) must be a multiple of groups (%d)".formatted(dataShards, groups));
    }
    if (globals == 2 && groups > MAX_COSETS) {
      throw new IllegalArgumentException(
          "groups (%d) must be at most %d with two global parity shards"
              .formatted(groups, MAX_COSETS));
    }
    if (globals == 2 && dataShards / groups > SUBFIELD_UNITS) {
      throw new IllegalArgumentException(
          "dataShards / groups (%d) must be at most %d with two global parity shards"
              .formatted(dataShards / groups, SUBFIELD_UNITS));
    }
    if (globals > 2
        && MaximalRecoverability.known(dataShards / groups, groups, globals).isEmpty()) {
      throw new IllegalArgumentException(
          ("globals (%d): no maximally recoverable coefficients are known for %d groups of %d data"
                  + " shards with %d global parity shards; lrc:%d+%d+%d:uniform has no such limit")
              .formatted(
                  globals, groups, dataShards / groups, globals, dataShards, groups, globals));
    }
    return new AzureLrc(parity(dataShards, groups, globals), groups, globals, GaloisKernels.best());
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

  private static GfMatrix parity(int dataShards, int groups, int globals) {
    int[][] coefficients =
        globals > 2
            ? MaximalRecoverability.known(dataShards / groups, groups, globals).orElseThrow()
            : coefficients(dataShards / groups, groups, globals);
    boolean isProven =
        globals > 2
            ? MaximalRecoverability.isProven(coefficients, globals)
            : isMaximallyRecoverable(coefficients, globals);
    if (!isProven) {
      throw new IllegalStateException(
          "lrc:%d+%d+%d is not maximally recoverable".formatted(dataShards, groups, globals));
    }
    int size = dataShards / groups;
    return GfMatrix.of(
        groups + globals,
        dataShards,
        (row, column) -> {
          int group = column / size;
          if (row < groups) {
            return row == group ? 1 : 0;
          }
          return Gf256.power(coefficients[group][column % size], 1 << (row - groups));
        });
  }

  /**
   * Chooses the coefficients of the data shards, by group.
   *
   * <p>With one global parity shard they only need to differ within a group. With two, one or two
   * groups take the low and the high nibble as the paper does, more groups take cosets of GF(16).
   */
  private static int[][] coefficients(int size, int groups, int globals) {
    int[][] coefficients = new int[groups][size];
    for (int group = 0; group < groups; group++) {
      for (int i = 0; i < size; i++) {
        if (globals == 1) {
          coefficients[group][i] = i + 1;
        } else if (groups <= 2) {
          coefficients[group][i] = (i + 1) << (4 * group);
        } else {
          coefficients[group][i] = Gf256.power(2, group + i * MAX_COSETS);
        }
      }
    }
    return coefficients;
  }

  /**
   * Returns whether the code with these coefficients is maximally recoverable. Eliminating the one
   * loss that a group repairs by itself leaves sums of two coefficients of the group, or single
   * coefficients if its local parity is lost: they must not vanish, and with two global parity
   * shards those of different groups must differ.
   */
  static boolean isMaximallyRecoverable(int[][] coefficients, int globals) {
    List<BitSet> sums = new ArrayList<>();
    for (int[] group : coefficients) {
      BitSet own = new BitSet();
      for (int i = 0; i < group.length; i++) {
        own.set(group[i]);
        for (int j = 0; j < i; j++) {
          own.set(group[i] ^ group[j]);
        }
      }
      if (own.get(0)) {
        return false;
      }
      for (BitSet other : sums) {
        if (globals == 2 && own.intersects(other)) {
          return false;
        }
      }
      sums.add(own);
    }
    return true;
  }

  private static List<BitSet> localGroups(int dataShards, int groups) {
    int size = dataShards / groups;
    List<BitSet> local = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      BitSet members = new BitSet();
      members.set(group * size, (group + 1) * size);
      members.set(dataShards + group);
      local.add(members);
    }
    return local;
  }

  @Override
  public AzureLrc withKernel(GaloisKernel kernel) {
    // What was proven about the coefficients holds on every kernel.
    return new AzureLrc(parity(), groups, globals, kernel);
  }

  @Override
  public String toString() {
    return "lrc:" + dataShards() + "+" + groups + "+" + globals;
  }
}
