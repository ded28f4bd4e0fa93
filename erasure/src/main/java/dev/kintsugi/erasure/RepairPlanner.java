package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.gf.GfMatrix;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds the cheapest shards that determine lost ones.
 *
 * <p>Either every lost shard is the only one missing of its local group, and the groups are read;
 * or a basis of what the available shards span is read, and the greedy basis is the cheapest since
 * independent rows form a matroid. In an Azure LRC that is maximally recoverable, and in a code
 * without groups, no other set is cheaper: a relation that involves a global parity involves k + 1
 * shards at least. Shards whose coefficients turn out to be zero are not read.
 */
final class RepairPlanner {
  private final ErasureCode code;
  private final GfMatrix generator;
  private final List<BitSet> localGroups;

  /**
   * Creates a planner.
   *
   * @param localGroups sets of shards, each with the property that any one of the set follows from
   *     the others of the set
   */
  RepairPlanner(ErasureCode code, GfMatrix generator, List<BitSet> localGroups) {
    this.code = code;
    this.generator = generator;
    this.localGroups = localGroups;
  }

  /**
   * Returns the cheapest plan.
   *
   * @throws UndecodableException if the available shards do not determine the lost ones
   */
  RepairPlan plan(BitSet lost, BitSet available, double[] costs) {
    Comparator<Integer> cheapestFirst =
        Comparator.<Integer>comparingDouble(shard -> costs[shard])
            .thenComparing(Comparator.naturalOrder());
    int[] byCost =
        available.stream().boxed().sorted(cheapestFirst).mapToInt(Integer::intValue).toArray();
    Optional<RepairPlan> local =
        localReads(lost, available).flatMap(reads -> solve(lost, reads.stream().toArray(), costs));
    // Reading k shards that all cost the same cannot be cheaper than reading fewer of them.
    if (local.isPresent() && Arrays.stream(costs).distinct().count() <= 1) {
      return local.get();
    }
    Optional<RepairPlan> global = solve(lost, byCost, costs);
    if (local.isPresent() && global.isPresent()) {
      return local.get().cost() <= global.get().cost() ? local.get() : global.get();
    }
    return local.or(() -> global).orElseThrow(() -> undecodable(lost, available));
  }

  private Optional<BitSet> localReads(BitSet lost, BitSet available) {
    BitSet reads = new BitSet();
    for (int shard : lost.stream().toArray()) {
      BitSet others = null;
      for (BitSet group : localGroups) {
        if (group.get(shard)) {
          BitSet candidate = (BitSet) group.clone();
          candidate.clear(shard);
          BitSet missing = (BitSet) candidate.clone();
          missing.andNot(available);
          if (missing.isEmpty()) {
            others = candidate;
          }
        }
      }
      if (others == null) {
        return Optional.empty();
      }
      reads.or(others);
    }
    return Optional.of(reads);
  }

  /** Expresses lost rows by the first independent rows of an order; empty if that is impossible. */
  private Optional<RepairPlan> solve(BitSet lostSet, int[] order, double[] costs) {
    int[] lost = lostSet.stream().toArray();
    int k = generator.columns();
    int[] basis = new int[k];
    RowSpace space = new RowSpace(k, k);
    for (int shard : order) {
      if (space.rank() < k && space.add(generator.row(shard))) {
        basis[space.rank() - 1] = shard;
      }
    }
    byte[][] coefficients = new byte[lost.length][];
    BitSet used = new BitSet();
    for (int r = 0; r < lost.length; r++) {
      Optional<byte[]> row = space.express(generator.row(lost[r]));
      if (row.isEmpty()) {
        return Optional.empty();
      }
      coefficients[r] = row.get();
      for (int c = 0; c < coefficients[r].length; c++) {
        if (coefficients[r][c] != 0) {
          used.set(c);
        }
      }
    }
    int[] columns =
        used.stream()
            .boxed()
            .sorted(Comparator.comparingInt(c -> basis[c]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] reads = IntStream.of(columns).map(c -> basis[c]).toArray();
    byte[] matrix = new byte[lost.length * columns.length];
    double cost = 0;
    for (int c = 0; c < columns.length; c++) {
      cost += costs[reads[c]];
      for (int r = 0; r < lost.length; r++) {
        matrix[r * columns.length + c] = coefficients[r][columns[c]];
      }
    }
    return Optional.of(new RepairPlan(code, lost, reads, matrix, cost));
  }

  private UndecodableException undecodable(BitSet lost, BitSet available) {
    if (available.cardinality() < code.dataShards()) {
      return new TooFewShardsException(code.toString(), code.dataShards(), available);
    }
    return new UndecodableException(
        "%s cannot compute shards {%s} from shards %s"
            .formatted(
                code,
                lost.stream().mapToObj(Integer::toString).collect(Collectors.joining(", ")),
                available),
        available);
  }
}
