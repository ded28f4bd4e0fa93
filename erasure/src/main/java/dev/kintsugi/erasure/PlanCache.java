package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.cache.RecentlyUsed;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the repair plans of one code that were asked for last, at most {@value #CAPACITY}. The
 * search for a plan of a wide code takes milliseconds, and while a place is away every stripe asks
 * for the same few.
 */
final class PlanCache {
  static final int CAPACITY = 64;

  private final RepairPlanner planner;
  private final RecentlyUsed<Key, RepairPlan> plans = new RecentlyUsed<>(CAPACITY);

  PlanCache(RepairPlanner planner) {
    this.planner = planner;
  }

  /** Copies of the arguments, which are the caller's. */
  private static final class Key {
    private final BitSet lost;
    private final BitSet available;
    private final double[] costs;

    Key(BitSet lost, BitSet available, double[] costs) {
      this.lost = (BitSet) lost.clone();
      this.available = (BitSet) available.clone();
      this.costs = costs.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that
          && lost.equals(that.lost)
          && available.equals(that.available)
          && Arrays.equals(costs, that.costs);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * lost.hashCode() + available.hashCode()) + Arrays.hashCode(costs);
    }
  }

  /**
   * Returns the cheapest plan that is found.
   *
   * @throws UndecodableException if the available shards do not determine the lost ones
   */
  RepairPlan plan(BitSet lost, BitSet available, double[] costs) {
    return plans.get(
        new Key(lost, available, costs),
        key -> planner.plan(key.lost, key.available, key.costs, RepairPlanner.MAX_STEPS));
  }

  int size() {
    return plans.size();
  }
}
