package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.cache.RecentlyUsed;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the most recently used repair plans of one code, at most {@value #CAPACITY}, with the
 * latest one in a field of its own so that a run of equal requests allocates nothing.
 */
final class DecodeCache {
  static final int CAPACITY = 128;

  private final Planner planner;
  private final RecentlyUsed<Key, Entry> entries = new RecentlyUsed<>(CAPACITY);
  private volatile @Nullable Entry latest;

  DecodeCache(Planner planner) {
    this.planner = planner;
  }

  private record Key(BitSet present, BitSet wanted) {}

  /** A pattern and its plan, which is empty if nothing is lost that is wanted. */
  private static final class Entry {
    private final boolean[] present;
    private final boolean[] wanted;
    private final Optional<RepairPlan> plan;

    Entry(boolean[] present, boolean[] wanted, Optional<RepairPlan> plan) {
      this.present = present.clone();
      this.wanted = wanted.clone();
      this.plan = plan;
    }

    boolean matches(boolean[] present, boolean[] wanted) {
      return Arrays.equals(this.present, present) && Arrays.equals(this.wanted, wanted);
    }
  }

  /** Plans a pattern that is not in the cache. */
  @FunctionalInterface
  interface Planner {
    RepairPlan plan(BitSet lost, BitSet present);
  }

  /** Returns the plan for the shards that are wanted and not present; empty if there are none. */
  Optional<RepairPlan> get(boolean[] present, boolean[] wanted) {
    Entry entry = latest;
    if (entry == null || !entry.matches(present, wanted)) {
      entry = find(present, wanted);
      latest = entry;
    }
    return entry.plan;
  }

  private Entry find(boolean[] present, boolean[] wanted) {
    return entries.get(
        new Key(Rows.bits(present), Rows.bits(wanted)),
        key -> {
          BitSet lost = (BitSet) key.wanted().clone();
          lost.andNot(key.present());
          return new Entry(
              present,
              wanted,
              lost.isEmpty()
                  ? Optional.empty()
                  : Optional.of(planner.plan(lost, (BitSet) key.present().clone())));
        });
  }

  int size() {
    return entries.size();
  }
}
