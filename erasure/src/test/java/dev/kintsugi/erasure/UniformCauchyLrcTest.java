package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.internal.gf.Combinations;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
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
