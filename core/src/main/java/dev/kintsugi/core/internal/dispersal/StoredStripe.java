package dev.kintsugi.core.internal.dispersal;

import java.util.Map;
import java.util.TreeMap;

/**
 * A stripe whose shards are durable on enough independent domains.
 *
 * @param stripe its rows for the index; shards that could not be written are marked missing
 * @param problems why archives did not take a shard, by archive number
 */
public record StoredStripe(Stripe stripe, Map<Integer, String> problems) {
  /** Copies the map. */
  public StoredStripe {
    problems = Map.copyOf(new TreeMap<>(problems));
  }

  /** Returns how many shards wait for repair. */
  public int missing() {
    return (int) stripe.shards().stream().filter(shard -> shard.missing()).count();
  }
}
