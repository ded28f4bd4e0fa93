package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.format.StripeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Chooses which archive gets which shard, and measures how well shards are spread.
 *
 * <p>Guarantees: archives that are available come first, and among them the number of different
 * failure domains is as great as it can be; no archive gets two shards while another has none. An
 * archive that is not available is chosen, so that its shard waits for repair, only where there
 * would otherwise be two shards in one place. Which shard goes where turns with the stripe's id, so
 * that parity is spread evenly.
 */
public final class Placement {
  private Placement() {}

  /**
   * Chooses places.
   *
   * @param shards how many shards to place
   * @return the archive of each shard, then archives that are left over, best first
   * @throws IllegalArgumentException if there is no archive
   */
  static Plan choose(Archives archives, int shards, StripeId stripe) {
    List<Integer> order = rank(archives, stripe);
    if (order.isEmpty()) {
      throw new IllegalArgumentException("there is no archive to place shards on");
    }
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      chosen.add(order.get(i % order.size()));
    }
    List<Integer> spare =
        order.size() > shards
            ? order.subList(shards, order.size()).stream()
                .filter(a -> archives.unavailable(a).isEmpty())
                .toList()
            : List.of();
    Collections.rotate(chosen, (int) Math.floorMod(stripe.low(), (long) chosen.size()));
    return new Plan(chosen, spare);
  }

  /**
   * Where shards go.
   *
   * @param archives the archive of each shard
   * @param spare available archives that get none, best first
   */
  record Plan(List<Integer> archives, List<Integer> spare) {
    Plan {
      archives = List.copyOf(archives);
      spare = List.copyOf(spare);
    }
  }

  /** Orders archives: available ones first, and among them one of each domain before a second. */
  public static List<Integer> rank(Archives archives, StripeId stripe) {
    List<Integer> shuffled = new ArrayList<>(archives.numbers());
    SplittableRandom random = new SplittableRandom(stripe.high());
    for (int i = shuffled.size() - 1; i > 0; i--) {
      Collections.swap(shuffled, i, random.nextInt(i + 1));
    }
    shuffled.sort(Comparator.comparing(a -> archives.unavailable(a).isPresent()));
    Map<String, Deque<Integer>> domains = new LinkedHashMap<>();
    for (int archive : shuffled) {
      domains.computeIfAbsent(archives.domain(archive), d -> new ArrayDeque<>()).add(archive);
    }
    List<Integer> ranked = new ArrayList<>();
    while (ranked.size() < shuffled.size()) {
      List<Integer> round = new ArrayList<>();
      for (Deque<Integer> domain : domains.values()) {
        if (!domain.isEmpty()) {
          round.add(domain.pop());
        }
      }
      ranked.addAll(round);
    }
    ranked.sort(Comparator.comparing(a -> archives.unavailable(a).isPresent()));
    return ranked;
  }

  /**
   * Returns on how many independent domains shards lie: the size of a maximum matching of shards
   * and domains.
   *
   * @param places for every shard, the archives that hold it
   */
  static int happiness(Archives archives, Collection<? extends Collection<Integer>> places) {
    Map<String, Integer> numbers = new HashMap<>();
    List<int[]> choices = new ArrayList<>();
    for (Collection<Integer> place : places) {
      Set<Integer> domains = new LinkedHashSet<>();
      for (int archive : place) {
        String domain = archives.domain(archive);
        Integer number = numbers.get(domain);
        if (number == null) {
          number = numbers.size();
          numbers.put(domain, number);
        }
        domains.add(number);
      }
      choices.add(domains.stream().mapToInt(Integer::intValue).toArray());
    }
    return Matching.size(choices, numbers.size());
  }
}
