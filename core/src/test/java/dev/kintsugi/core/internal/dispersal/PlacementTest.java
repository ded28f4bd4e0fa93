package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.format.StripeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlacementTest {
  /** Archives that consist of nothing but their domains; those named are unavailable. */
  private record Domains(List<String> domains, Set<Integer> gone) implements Archives {
    @Override
    public List<Integer> numbers() {
      return IntStream.range(0, domains.size()).boxed().toList();
    }

    @Override
    public String name(int number) {
      return "a" + number;
    }

    @Override
    public String domain(int number) {
      return domains.get(number);
    }

    @Override
    public Optional<String> unavailable(int number) {
      return gone.contains(number) ? Optional.of("gone") : Optional.empty();
    }

    @Override
    public Backend backend(int number) throws IOException {
      throw new IOException("there is none");
    }
  }

  @Test
  void matchingsAreMaximal() {
    long seed = 0x5eed_3a7cL;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      int rights = 1 + random.nextInt(5);
      List<int[]> choices = new ArrayList<>();
      for (int left = random.nextInt(6); left > 0; left--) {
        choices.add(IntStream.range(0, rights).filter(r -> random.nextInt(3) == 0).toArray());
      }
      assertEquals(
          best(choices, 0, new boolean[rights]),
          Matching.size(choices, rights),
          "seed " + seed + ", round " + round);
    }
  }

  /** The size of a maximum matching by trying everything. */
  private static int best(List<int[]> choices, int left, boolean[] taken) {
    if (left == choices.size()) {
      return 0;
    }
    int best = best(choices, left + 1, taken);
    for (int right : choices.get(left)) {
      if (!taken[right]) {
        taken[right] = true;
        best = Math.max(best, 1 + best(choices, left + 1, taken));
        taken[right] = false;
      }
    }
    return best;
  }

  @Test
  void placesAreDistinctSpreadAndAvailableAsFarAsPossible() {
    long seed = 0x5eed_91acL;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      int count = 1 + random.nextInt(9);
      List<String> domains = new ArrayList<>();
      Set<Integer> gone = new HashSet<>();
      for (int i = 0; i < count; i++) {
        domains.add("d" + random.nextInt(count));
        if (random.nextInt(4) == 0) {
          gone.add(i);
        }
      }
      Domains archives = new Domains(domains, gone);
      int shards = 1 + random.nextInt(8);
      Placement.Plan plan = Placement.choose(archives, shards, StripeId.random());
      String where = "seed " + seed + ", round " + round + ": " + archives + " " + plan;
      assertEquals(shards, plan.archives().size(), where);
      Set<Integer> distinct = new HashSet<>(plan.archives());
      assertEquals(Math.min(shards, count), distinct.size(), where);
      List<Integer> up = archives.numbers().stream().filter(a -> !gone.contains(a)).toList();
      long placedUp = distinct.stream().filter(up::contains).count();
      assertEquals(Math.min(shards, up.size()), placedUp, where);
      long upDomains = up.stream().map(domains::get).distinct().count();
      long placedDomains =
          distinct.stream().filter(up::contains).map(domains::get).distinct().count();
      assertEquals(Math.min(shards, upDomains), placedDomains, where);
      assertTrue(Collections.disjoint(distinct, plan.spare()), where);
      assertEquals(Math.max(0, up.size() - placedUp), plan.spare().size(), where);
      if (shards > count) {
        for (int archive : distinct) {
          int times = Collections.frequency(plan.archives(), archive);
          assertTrue(times >= shards / count && times <= (shards + count - 1) / count, where);
        }
      }
    }
  }

  @Test
  void everyShardVisitsEveryArchiveAboutEquallyOften() {
    Domains archives = new Domains(List.of("a", "b", "c", "d", "e", "f"), Set.of());
    int[][] times = new int[6][6];
    Random random = new Random(0x5eed);
    for (int i = 0; i < 6000; i++) {
      List<Integer> places =
          Placement.choose(archives, 6, new StripeId(random.nextLong(), random.nextLong()))
              .archives();
      for (int shard = 0; shard < 6; shard++) {
        times[shard][places.get(shard)]++;
      }
    }
    for (int[] row : times) {
      for (int n : row) {
        assertTrue(n > 800 && n < 1200, "1000 are expected, not " + n);
      }
    }
  }

  @Test
  void happinessCountsDomainsNotArchives() {
    Domains archives = new Domains(List.of("x", "x", "y", "z"), Set.of());
    assertEquals(0, Placement.happiness(archives, List.of()));
    assertEquals(1, Placement.happiness(archives, List.of(List.of(0), List.of(1))));
    assertEquals(2, Placement.happiness(archives, List.of(List.of(0), List.of(1), List.of(2))));
    assertEquals(2, Placement.happiness(archives, List.of(List.of(0, 2), List.of(1))));
    assertThrows(
        IllegalArgumentException.class,
        () -> Placement.choose(new Domains(List.of(), Set.of()), 6, StripeId.random()));
  }
}
