package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Rows;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes index rows of stripes that were found. Shards that were not found get fresh names and wait
 * for repair, on archives that hold no shard of the stripe: first on those that are not there,
 * since that is where they were most likely lost.
 */
final class StripeRows {
  private final Archives archives;
  private final Scheme defaultScheme;

  /**
   * Makes a maker.
   *
   * @param defaultScheme the vault's scheme, for stripes of which no shard was found
   */
  StripeRows(Archives archives, Scheme defaultScheme) {
    this.archives = archives;
    this.defaultScheme = defaultScheme;
  }

  /** Returns the rows of a stripe of which at least one shard was found. */
  Stripe of(FoundStripe found) {
    Rows.Stripe row =
        new Rows.Stripe(
            found.id(),
            found.role(),
            found.scheme(),
            found.shardLength(),
            found.sequence(),
            found.head(),
            false);
    return complete(row, Scheme.parse(found.scheme()).totalShards(), found.shards());
  }

  /** Returns the rows of a data stripe of which no shard was found; nothing in it can be read. */
  Stripe lost(StripeId id) {
    Rows.Stripe row =
        new Rows.Stripe(
            id, Role.DATA, defaultScheme.toString(), defaultScheme.fullShardLength(), 0, 0, false);
    return complete(row, defaultScheme.totalShards(), List.of());
  }

  private Stripe complete(Rows.Stripe row, int total, List<FoundStripe.FoundShard> found) {
    Rows.@Nullable Shard[] shards = new Rows.Shard[total];
    Set<Integer> used = new HashSet<>();
    for (FoundStripe.FoundShard shard : found) {
      if (shard.index() < total) {
        shards[shard.index()] =
            new Rows.Shard(row.id(), shard.index(), shard.archive(), shard.name(), false);
        used.add(shard.archive());
      }
    }
    Deque<Integer> places = places(row.id(), used);
    List<Rows.Shard> complete = new ArrayList<>();
    for (int i = 0; i < total; i++) {
      Rows.Shard shard = shards[i];
      if (shard == null) {
        int place = places.removeFirst();
        places.addLast(place); // with fewer archives than shards, some get several
        shard = new Rows.Shard(row.id(), i, place, ShardName.random(), true);
      }
      complete.add(shard);
    }
    return new Stripe(row, complete);
  }

  /** Returns all archives, the best places for missing shards first. */
  private Deque<Integer> places(StripeId stripe, Set<Integer> used) {
    List<Integer> all = new ArrayList<>(archives.numbers());
    Collections.rotate(all, (int) Math.floorMod(stripe.low(), (long) Math.max(1, all.size())));
    all.sort(
        (a, b) -> Integer.compare(rank(a, used), rank(b, used))); // stable: the rotation remains
    return new ArrayDeque<>(all);
  }

  private int rank(int archive, Set<Integer> used) {
    if (used.contains(archive)) {
      return 2;
    }
    return archives.unavailable(archive).isPresent() ? 0 : 1;
  }
}
