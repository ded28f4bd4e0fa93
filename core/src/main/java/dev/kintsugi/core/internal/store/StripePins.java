package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.format.StripeId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stripes that open readers of this process need. A file that was replaced or removed stays
 * readable for who has it open here: the shards of its stripes are deleted later. Thread-safe.
 */
final class StripePins {
  private final Map<StripeId, Integer> pins = new ConcurrentHashMap<>();

  /** Keeps stripes from being deleted until {@link #unpin} was called as often. */
  void pin(Collection<StripeId> stripes) {
    stripes.forEach(stripe -> pins.merge(stripe, 1, Integer::sum));
  }

  /** Takes back one {@link #pin} of each stripe. */
  void unpin(Collection<StripeId> stripes) {
    stripes.forEach(
        stripe -> pins.computeIfPresent(stripe, (id, count) -> count == 1 ? null : count - 1));
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
