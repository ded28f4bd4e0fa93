package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.format.StripeId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Stripes that open readers of this process need. A file that was replaced or removed stays
 * readable for who has it open here: the shards of its stripes are deleted later. Thread-safe.
 */
final class StripePins {
  private final Runnable enter;
  private final Runnable leave;
  private final Map<StripeId, Integer> pins = new ConcurrentHashMap<>();

  /** Makes pins that matter to this process only: it is the writer. */
  StripePins() {
    this(() -> {}, () -> {});
  }

  /**
   * Makes pins that another process is to respect as a whole.
   *
   * @param enter called with every {@link #pin}
   * @param leave called with every {@link #unpin}
   */
  StripePins(Runnable enter, Runnable leave) {
    this.enter = enter;
    this.leave = leave;
  }

  /**
   * Runs something that may pin, under protection from its start: whatever it finds in the index
   * cannot be deleted before it is pinned.
   */
  <T> T guarded(Supplier<T> action) {
    enter.run();
    try {
      return action.get();
    } finally {
      leave.run();
    }
  }

  /** Keeps stripes from being deleted until {@link #unpin} was called as often. */
  void pin(Collection<StripeId> stripes) {
    enter.run();
    stripes.forEach(stripe -> pins.merge(stripe, 1, Integer::sum));
  }

  /** Takes back one {@link #pin} of each stripe. */
  void unpin(Collection<StripeId> stripes) {
    stripes.forEach(
        stripe -> pins.computeIfPresent(stripe, (id, count) -> count == 1 ? null : count - 1));
    leave.run();
  }

  /** Returns whether no reader needs anything. */
  boolean isEmpty() {
    return pins.isEmpty();
  }

  /** Returns whether a reader needs the stripe. */
  boolean isPinned(StripeId stripe) {
    return pins.containsKey(stripe);
  }
}
