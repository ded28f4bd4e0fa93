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
 *
 * <p>In other codes relations happen to be shorter, and a {@link RepairSearch} looks for such.
 */
final class RepairPlanner {
  /** The most steps of a search; in a wide code one takes about a microsecond. */
  static final int MAX_STEPS = 10_000;

  private final ErasureCode code;
  private final GfMatrix parity;
  private final GfMatrix generator;
  private final List<BitSet> localGroups;
  private final boolean isRegular;

  /**
   * Creates a planner.
   *
   * @param localGroups sets of shards, each with the property that any one of the set follows from
   *     the others of the set
   * @param isRegular whether no relation is shorter than local groups and the dimension make it; if
   *     not, every shard is in one group, and the code survives any m - l + 1 losses
   */
  RepairPlanner(
      ErasureCode code,
      GfMatrix parity,
      GfMatrix generator,
      List<BitSet> localGroups,
      boolean isRegular) {
    this.code = code;
    this.parity = parity;
    this.generator = generator;
    this.localGroups = localGroups;
    this.isRegular = isRegular;
  }

  /** Which shards to read, and with which coefficients. */
  private static final class Draft {
    private final int[] lost;
    private final int[] reads;
    private final byte[] matrix;
    private final double cost;

    Draft(int[] lost, int[] reads, byte[] matrix, double cost) {
      this.lost = lost;
      this.reads = reads;
      this.matrix = matrix;
      this.cost = cost;
    }
  }

  /**
   * Returns the cheapest plan that is found.
   *
   * @param maxSteps the most steps of a search for shorter relations
   * @throws UndecodableException if the available shards do not determine the lost ones
   */
  RepairPlan plan(BitSet lost, BitSet available, double[] costs, int maxSteps) {
    Optional<Draft> local =
        localReads(lost, available).flatMap(reads -> solve(lost, reads.stream().toArray(), costs));
    // Reading k shards that all cost the same cannot be cheaper than reading fewer of them.
    boolean isLocal =
        local.isPresent()
            && (isRegular
                ? Arrays.stream(costs).distinct().count() <= 1
                : local.get().cost <= leastBeyondGroups(lost, available, costs));
    if (isLocal) {
      return plan(local.get(), true);
    }
    Optional<Draft> global = solve(lost, cheapestFirst(available, costs), costs);
    if (global.isEmpty()) {
      return plan(local.orElseThrow(() -> undecodable(lost, available)), isRegular);
    }
    Draft best =
        local.isPresent() && local.get().cost <= global.get().cost ? local.get() : global.get();
    return isRegular ? plan(best, true) : search(best, lost, available, costs, maxSteps);
  }

  private RepairPlan plan(Draft draft, boolean isCheapest) {
    return new RepairPlan(code, draft.lost, draft.reads, draft.matrix, draft.cost, isCheapest);
  }

  private RepairPlan search(
      Draft known, BitSet lost, BitSet available, double[] costs, int maxSteps) {
    double least = leastBeyondGroups(lost, available, costs);
    if (known.cost <= least) {
      return plan(known, true);
    }
    RepairSearch search =
        new RepairSearch(parity, lost, available, costs, known.cost, least, maxSteps);
    boolean isComplete = search.run();
    if (!search.isFound()) {
      return plan(known, isComplete);
    }
    Draft found =
        solve(lost, search.reads().stream().toArray(), costs)
            .orElseThrow(() -> new IllegalStateException("what was found determines nothing"));
    return plan(found, isComplete);
  }

  /**
   * Returns a cost that no plan falls below unless it reads local groups only.
   *
   * <p>Let the shards that are not read and not lost be in t groups. Their columns of the parity
   * check matrix have rank at most r = m - e if e are lost, since a relation is left for each of
   * these. D losses are survived, so that any D columns are independent. As each group has a
   * relation of its own, s columns of one group and one of each other make t - 1 + min(s, D) that
   * are. If s is D or more, that leaves no relations but those of the l - t groups that are read
   * whole, for m is l + D - 1. Otherwise at most min(D - 1, r - t + 1) are of one group.
   */
  private double leastBeyondGroups(BitSet lost, BitSet available, double[] costs) {
    int rank = parity.rows() - lost.cardinality();
    double most = 0;
    for (int groups = 1; groups <= localGroups.size(); groups++) {
      int unread = Math.min(code.guaranteedLosses() - 1, rank - groups + 1);
      double[] saved = new double[localGroups.size()];
      for (int g = 0; g < saved.length; g++) {
        BitSet missing = (BitSet) localGroups.get(g).clone();
        missing.andNot(available);
        missing.andNot(lost);
        BitSet members = (BitSet) localGroups.get(g).clone();
        members.and(available);
        saved[g] =
            members.stream()
                .mapToObj(shard -> costs[shard])
                .sorted(Comparator.reverseOrder())
                .limit(Math.max(0, unread - missing.cardinality()))
                .mapToDouble(Double::doubleValue)
                .sum();
      }
      Arrays.sort(saved);
      most = Math.max(most, Arrays.stream(saved, saved.length - groups, saved.length).sum());
    }
    return available.stream().mapToDouble(shard -> costs[shard]).sum() - most;
  }

  private static int[] cheapestFirst(BitSet available, double[] costs) {
    Comparator<Integer> cheapestFirst =
        Comparator.<Integer>comparingDouble(shard -> costs[shard])
            .thenComparing(Comparator.naturalOrder());
    return available.stream().boxed().sorted(cheapestFirst).mapToInt(Integer::intValue).toArray();
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
  private Optional<Draft> solve(BitSet lostSet, int[] order, double[] costs) {
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
    return Optional.of(new Draft(lost, reads, matrix, cost));
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
