package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.internal.gf.Combinations;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UniformCauchyLrcTest extends ErasureCodeContract {
  private static final int ROUNDS = Boolean.getBoolean("kintsugi.campaign") ? 100_000 : 300;

  @Override
  List<String> names() {
    return List.of(
        "lrc:24-of-28",
        "lrc:48-of-55",
        "lrc:72-of-80",
        "lrc:96-of-105",
        "lrc:6+2+2:uniform",
        "lrc:9+3+3:uniform",
        "lrc:1+1+1:uniform",
        "lrc:20+1+7:uniform");
  }

  @ParameterizedTest
  @CsvSource({"lrc:24-of-28, 28, 24", "lrc:48-of-55, 55, 48", "lrc:72-of-80, 80, 72"})
  void shortNamesTellShards(String name, int total, int data) {
    ErasureCode code = ErasureCodes.parse(name);
    assertEquals(total, code.totalShards());
    assertEquals(data, code.dataShards());
    UniformCauchyLrc lrc = (UniformCauchyLrc) code;
    String longName = "lrc:%d+%d+%d:uniform".formatted(data, lrc.groups(), lrc.globals());
    assertEquals(code, ErasureCodes.parse(longName));
    assertEquals(name, ErasureCodes.parse(longName).toString());
  }

  /** Every set of g + 1 losses of codes that are small enough to try them all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "lrc:6+2+2:uniform",
        "lrc:9+3+3:uniform",
        "lrc:10+2+4:uniform",
        "lrc:5+5+1:uniform",
        "lrc:4+7+3:uniform",
        "lrc:24-of-28"
      })
  void everyLossOfOneMoreThanTheGlobalsIsDecoded(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    int n = code.totalShards();
    int[] lost = Rows.range(0, code.guaranteedLosses());
    int count = 0;
    do {
      BitSet present = new BitSet();
      present.set(0, n);
      for (int shard : lost) {
        present.clear(shard);
      }
      assertTrue(code.decodable(present), () -> name + " present " + present);
      count++;
    } while (Combinations.next(lost, n));
    assertTrue(count >= 28, "patterns " + count);
  }

  @Test
  void randomPatternsOfTheWidestAreDecodedExactlyIfTheyAreDecodable() {
    ErasureCode code = ErasureCodes.parse("lrc:96-of-105");
    Random random = new Random(96);
    byte[][] original = Samples.encoded(code, random, 16);
    int decoded = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      BitSet lost = new BitSet();
      int count = 1 + random.nextInt(9);
      while (lost.cardinality() < count) {
        lost.set(random.nextInt(105));
      }
      BitSet present = new BitSet();
      present.set(0, 105);
      present.andNot(lost);
      byte[][] shards = original.clone();
      lost.stream().forEach(shard -> shards[shard] = new byte[16]);
      boolean[] flags = Samples.without(105, lost.stream().toArray());
      if (code.decodable(present)) {
        code.reconstruct(shards, flags, 0, 16);
        assertArrayEquals(original, shards, "lost " + lost);
        decoded++;
      } else {
        assertTrue(count > code.guaranteedLosses(), "lost " + lost);
        assertThrows(UndecodableException.class, () -> code.reconstruct(shards, flags, 0, 16));
        refused++;
      }
    }
    assertTrue(decoded > refused && refused > 0, decoded + " decoded, " + refused + " refused");
  }

  @ParameterizedTest
  @CsvSource({"lrc:24-of-28, 13", "lrc:48-of-55, 18", "lrc:72-of-80, 19", "lrc:96-of-105, 26"})
  void everySingleLossIsRepairedFromItsGroup(String name, int most) {
    ErasureCode code = ErasureCodes.parse(name);
    for (int shard = 0; shard < code.totalShards(); shard++) {
      BitSet lost = new BitSet();
      lost.set(shard);
      RepairPlan plan = code.planRepair(lost);
      assertTrue(plan.reads().size() <= most, plan::toString);
      assertTrue(plan.reads().size() >= most - 1, plan::toString);
      int lostShard = shard;
      plan.reads().forEach(read -> assertEquals(1, plan.coefficient(lostShard, read)));
    }
  }

  private static BitSet bits(int... indices) {
    BitSet bits = new BitSet();
    for (int index : indices) {
      bits.set(index);
    }
    return bits;
  }

  /** Relations that neither groups nor the dimension explain: eight shards are read, k is nine. */
  @Test
  void relationsThatHappenToBeShortAreFound() {
    ErasureCode code = ErasureCodes.parse("lrc:9+3+3:uniform");
    RepairPlan plan = code.planRepair(bits(7, 10));
    assertEquals(8, plan.reads().size(), plan::toString);
    assertTrue(plan.isCheapest());
    byte[][] original = Samples.encoded(code, new Random(1), 100);
    byte[][] shards = new byte[15][];
    plan.reads().forEach(shard -> shards[shard] = original[shard]);
    plan.lost().forEach(shard -> shards[shard] = new byte[100]);
    plan.repair(shards, 0, 100);
    assertArrayEquals(original[7], shards[7]);
    assertArrayEquals(original[10], shards[10]);
  }

  /** No set of one shard less determines what is lost, for every loss of one or two shards. */
  @Test
  void noPlanOfTheSmallCodeReadsOneShardTooMuch() {
    ErasureCode code = ErasureCodes.parse("lrc:9+3+3:uniform");
    int n = code.totalShards();
    byte[][] generator = new byte[n][9];
    for (int shard = 0; shard < n; shard++) {
      if (shard < 9) {
        generator[shard][shard] = 1;
      } else {
        System.arraycopy(code.parityMatrix(), (shard - 9) * 9, generator[shard], 0, 9);
      }
    }
    for (int a = 0; a < n; a++) {
      for (int b = 0; b <= a; b++) {
        BitSet lost = bits(a, b);
        RepairPlan plan = code.planRepair(lost);
        assertTrue(plan.isCheapest());
        int[] left = Rows.range(0, n);
        left = IntStream.of(left).filter(i -> !lost.get(i)).toArray();
        int[] chosen = Combinations.first(plan.reads().size() - 1);
        do {
          RowSpace space = new RowSpace(9, 9);
          for (int index : chosen) {
            space.add(generator[left[index]]);
          }
          boolean determined = lost.stream().allMatch(i -> space.contains(generator[i]));
          assertFalse(determined, plan::toString);
        } while (Combinations.next(chosen, left.length));
      }
    }
  }

  /** Up to a hundred shards with four of parity: the search ends, whatever is lost and costs. */
  @Test
  void searchesInCodesOfFourParityShardsEnd() {
    for (String name : List.of("lrc:24-of-28", "lrc:96+2+2:uniform", "lrc:50+1+3:uniform")) {
      ErasureCode code = ErasureCodes.parse(name);
      int n = code.totalShards();
      Random random = new Random(28);
      for (int round = 0; round < ROUNDS / 10; round++) {
        BitSet lost = new BitSet();
        while (lost.cardinality() < 1 + round % 3) {
          lost.set(random.nextInt(n));
        }
        BitSet available = new BitSet();
        available.set(0, n);
        available.andNot(lost);
        double[] costs = random.doubles(n, 0, 100).toArray();
        assertTrue(code.planRepair(lost, available, costs).isCheapest(), name + " lost " + lost);
      }
    }
  }

  /** Where no search ends in time: a plan is still no dearer than the greedy one, and works. */
  @Test
  void plansThatAreNotProvenAreAsCheapAsTheGreedyOneAtLeast() {
    int unproven = 0;
    for (String name : List.of("lrc:48-of-55", "lrc:72-of-80", "lrc:96-of-105")) {
      ErasureCode code = ErasureCodes.parse(name);
      int n = code.totalShards();
      byte[][] original = Samples.encoded(code, new Random(5), 8);
      for (int round = 0; round < ROUNDS / 30; round++) {
        Random random = new Random(round);
        BitSet lost = new BitSet();
        while (lost.cardinality() < 3 + round % 2) {
          lost.set(random.nextInt(n));
        }
        BitSet available = new BitSet();
        available.set(0, n);
        available.andNot(lost);
        double[] costs = random.doubles(n, 1, 2).toArray();
        RepairPlan plan = code.planRepair(lost, available, costs);
        unproven += plan.isCheapest() ? 0 : 1;
        assertTrue(plan.cost() <= cheapestBasis(code, available, costs) + 1e-9, plan::toString);
        byte[][] shards = new byte[n][];
        plan.reads().forEach(shard -> shards[shard] = original[shard]);
        plan.lost().forEach(shard -> shards[shard] = new byte[8]);
        plan.repair(shards, 0, 8);
        plan.lost().forEach(shard -> assertArrayEquals(original[shard], shards[shard]));
      }
    }
    assertTrue(unproven > 0, "every plan was proven: the documentation says less");
  }

  private static double cheapestBasis(ErasureCode code, BitSet available, double[] costs) {
    BitSet unread = new BitSet();
    available.stream()
        .boxed()
        .sorted(Comparator.comparingDouble(shard -> -costs[shard]))
        .forEach(
            shard -> {
              // Leaves out the dearest shard without which the others still determine everything.
              BitSet without = (BitSet) available.clone();
              without.andNot(unread);
              without.clear(shard);
              if (code.decodable(without)) {
                unread.set(shard);
              }
            });
    BitSet read = (BitSet) available.clone();
    read.andNot(unread);
    return read.stream().mapToDouble(shard -> costs[shard]).sum();
  }

  @Test
  void badNumbersAreNamed() {
    assertRefused("groups (0)", () -> UniformCauchyLrc.of(10, 0, 2));
    assertRefused("globals (0)", () -> UniformCauchyLrc.of(10, 2, 0));
    assertRefused("groups (13)", () -> UniformCauchyLrc.of(10, 13, 2));
    assertRefused("dataShards (0)", () -> UniformCauchyLrc.of(0, 1, 1));
    assertRefused("do not fit", () -> UniformCauchyLrc.of(200, 1, 40));
    assertRefused("lrc:95-of-105", () -> ErasureCodes.parse("lrc:95-of-105"));
  }
}
