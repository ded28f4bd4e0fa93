package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AzureLrcTest extends ErasureCodeContract {
  @Override
  List<String> names() {
    return List.of(
        "lrc:12+2+2",
        "lrc:6+2+2",
        "lrc:6+2+1",
        "lrc:4+1+1",
        "lrc:15+1+2",
        "lrc:30+2+2",
        "lrc:60+6+2",
        "lrc:200+4+1",
        "lrc:3+3+2",
        "lrc:12+2+3",
        "lrc:16+2+3",
        "lrc:9+3+3",
        "lrc:10+2+4",
        "lrc:5+1+4");
  }

  /** Returns all sets of a size of the numbers below n. */
  private static List<BitSet> subsets(int n, int size) {
    List<BitSet> subsets = new ArrayList<>();
    for (int bits = 0; bits < 1 << n; bits++) {
      if (Integer.bitCount(bits) == size) {
        subsets.add(BitSet.valueOf(new long[] {bits}));
      }
    }
    return subsets;
  }

  @ParameterizedTest
  @CsvSource({
    "lrc:12+2+2, 3, 560",
    "lrc:12+2+2, 4, 1568",
    "lrc:12+2+2, 5, 0",
    "lrc:6+2+3, 4, 330",
    "lrc:6+2+3, 5, 420",
    "lrc:4+2+4, 5, 252",
    "lrc:6+2+1, 2, 36"
  })
  void decodesTheMaximumOfLossesAndRefusesTheOthers(String name, int losses, int decodable) {
    ErasureCode code = ErasureCodes.parse(name);
    Random random = new Random(8);
    byte[][] original = Samples.encoded(code, random, 16);
    int decoded = 0;
    for (BitSet lost : subsets(code.totalShards(), losses)) {
      BitSet present = new BitSet();
      present.set(0, code.totalShards());
      present.andNot(lost);
      byte[][] shards = Samples.copy(original);
      lost.stream().forEach(shard -> random.nextBytes(shards[shard]));
      boolean[] flags = Samples.without(code.totalShards(), lost.stream().toArray());
      if (code.decodable(present)) {
        code.reconstruct(shards, flags, 0, 16);
        assertArrayEquals(original, shards, lost.toString());
        decoded++;
      } else {
        UndecodableException e =
            assertThrows(UndecodableException.class, () -> code.reconstruct(shards, flags, 0, 16));
        assertEquals(present, e.presentShards());
        assertEquals(present.cardinality() < code.dataShards(), e instanceof TooFewShardsException);
      }
    }
    assertEquals(decodable, decoded);
  }

  /**
   * All 1024 patterns, against the rule that no code with these groups can beat: one loss of every
   * local group is repaired inside the group, and the global parity shards make up for g more.
   */
  @Test
  void everyPatternOfASmallCodeIsDecodedOrRefused() {
    AzureLrc code = AzureLrc.of(6, 2, 2);
    Random random = new Random(622);
    byte[][] original = Samples.encoded(code, random, 16);
    int[][] groups = {{0, 1, 2, 6}, {3, 4, 5, 7}};
    int decoded = 0;
    for (int pattern = 0; pattern < 1 << 10; pattern++) {
      BitSet present = BitSet.valueOf(new long[] {pattern});
      byte[][] shards = Samples.copy(original);
      boolean[] flags = new boolean[10];
      int beyondGroups = 0;
      for (int shard = 0; shard < 10; shard++) {
        flags[shard] = present.get(shard);
        if (!flags[shard]) {
          random.nextBytes(shards[shard]);
          beyondGroups++;
        }
      }
      for (int[] group : groups) {
        beyondGroups -= IntStream.of(group).allMatch(present::get) ? 0 : 1;
      }
      boolean expected = beyondGroups <= 2;
      assertEquals(expected, code.decodable(present), "present " + present);
      byte[][] before = Samples.copy(shards);
      if (expected) {
        code.reconstruct(shards, flags, 0, 16);
        assertArrayEquals(original, shards, "present " + present);
        decoded++;
      } else {
        assertThrows(
            UndecodableException.class,
            () -> code.reconstruct(shards, flags, 0, 16),
            "present " + present);
        assertArrayEquals(before, shards);
      }
    }
    // 1, 10 and 45 patterns of up to two losses, all 120 of three, 180 of the 210 of four.
    assertEquals(1 + 10 + 45 + 120 + 180, decoded);
  }

  /** One loss in every group and g more anywhere, for codes with more than two groups. */
  @ParameterizedTest
  @CsvSource({
    "lrc:60+6+2",
    "lrc:45+3+2",
    "lrc:136+17+2",
    "lrc:200+4+1",
    "lrc:16+2+3",
    "lrc:12+4+3",
    "lrc:10+2+4"
  })
  void decodesOneLossInEveryGroupAndAsManyMoreAsThereAreGlobals(String name) {
    AzureLrc code = (AzureLrc) ErasureCodes.parse(name);
    int size = code.dataShards() / code.groups();
    for (int round = 0; round < 300; round++) {
      Random random = new Random(round);
      BitSet present = new BitSet();
      present.set(0, code.totalShards());
      for (int group = 0; group < code.groups(); group++) {
        int member = random.nextInt(size + 1);
        present.clear(member == size ? code.dataShards() + group : group * size + member);
      }
      while (present.cardinality() > code.dataShards()) {
        present.clear(random.nextInt(code.totalShards()));
      }
      assertTrue(code.decodable(present), "seed " + round + " present " + present);
      present.clear(present.nextSetBit(0));
      assertFalse(code.decodable(present));
    }
  }

  @Test
  void poorCoefficientsAreFoundToBePoor() {
    int[][] paper = {{1, 2, 3, 4, 5, 6}, {0x10, 0x20, 0x30, 0x40, 0x50, 0x60}};
    int[][] consecutive = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}};
    assertTrue(AzureLrc.isMaximallyRecoverable(paper, 2));
    assertFalse(AzureLrc.isMaximallyRecoverable(consecutive, 2));
    assertFalse(AzureLrc.isMaximallyRecoverable(new int[][] {{1, 2, 2}}, 1));
    assertFalse(AzureLrc.isMaximallyRecoverable(new int[][] {{0, 1}}, 1));
  }

  @Test
  void theGeneralProofAgreesWithTheShortOne() {
    int[][] paper = {{1, 2, 3, 4, 5, 6}, {0x10, 0x20, 0x30, 0x40, 0x50, 0x60}};
    int[][] consecutive = {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}};
    assertTrue(MaximalRecoverability.isProven(paper, 2));
    assertFalse(MaximalRecoverability.isProven(consecutive, 2));
    assertFalse(MaximalRecoverability.isProven(paper, 3));
  }

  @Test
  void usesTheCoefficientsOfThePaper() {
    byte[] matrix = ErasureCodes.parse("lrc:12+2+2").parityMatrix();
    byte[] global = java.util.Arrays.copyOfRange(matrix, 24, 36);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60}, global);
    for (int i = 0; i < 12; i++) {
      assertEquals(GaloisField.multiply(global[i], global[i]), matrix[36 + i] & 0xff);
    }
  }

  @Test
  void oneLossOfAGroupReadsOnlyTheGroup() {
    ErasureCode code = ErasureCodes.parse("lrc:12+2+2");
    assertEquals(List.of(0, 1, 2, 4, 5, 12), code.planRepair(bits(3)).reads());
    assertEquals(List.of(6, 7, 8, 9, 10, 11), code.planRepair(bits(13)).reads());
    assertEquals(12, code.planRepair(bits(0, 7)).reads().size());
    assertEquals(
        List.of(0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13), code.planRepair(bits(3, 7)).reads());
    assertEquals(12, code.planRepair(bits(14)).reads().size());
    assertEquals(12, code.planRepair(bits(0, 1)).reads().size());
  }

  private static BitSet bits(int... indices) {
    BitSet bits = new BitSet();
    for (int index : indices) {
      bits.set(index);
    }
    return bits;
  }

  /** No subset of the available shards that determines the lost ones is cheaper than the plan. */
  @ParameterizedTest
  @CsvSource({
    "lrc:6+2+2",
    "lrc:4+2+1",
    "rs:5+3",
    "raid6:5",
    "raid5:6",
    "replicate:4",
    "lrc:6+2+2:uniform",
    "lrc:4+2+1:uniform",
    "lrc:3+3+2:uniform",
    "lrc:5+1+4:uniform",
    "lrc:2+4+4:uniform"
  })
  void plansAreTheCheapest(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    int n = code.totalShards();
    for (int seed = 0; seed < 120; seed++) {
      Random random = new Random(seed);
      double[] costs = new double[n];
      for (int i = 0; i < n; i++) {
        costs[i] = random.nextInt(seed % 3 == 0 ? 2 : 20);
      }
      BitSet lost = new BitSet();
      while (lost.cardinality() < 1 + seed % 3) {
        lost.set(random.nextInt(n));
      }
      BitSet available = new BitSet();
      available.set(0, n);
      available.andNot(lost);
      if (random.nextInt(4) == 0) {
        available.clear(random.nextInt(n));
      }
      double cheapest = Double.POSITIVE_INFINITY;
      for (int bits = 0; bits < 1 << n; bits++) {
        BitSet reads = BitSet.valueOf(new long[] {bits});
        BitSet outside = (BitSet) reads.clone();
        outside.andNot(available);
        double cost = reads.stream().mapToDouble(i -> costs[i]).sum();
        if (outside.isEmpty() && cost < cheapest && determines(code, reads, lost)) {
          cheapest = cost;
        }
      }
      String message = "seed %d: %s lost %s of %s".formatted(seed, name, lost, available);
      if (cheapest == Double.POSITIVE_INFINITY) {
        assertThrows(
            UndecodableException.class, () -> code.planRepair(lost, available, costs), message);
      } else {
        RepairPlan plan = code.planRepair(lost, available, costs);
        assertEquals(cheapest, plan.cost(), message);
        assertTrue(plan.isCheapest(), message);
      }
    }
  }

  private static boolean determines(ErasureCode code, BitSet reads, BitSet lost) {
    int k = code.dataShards();
    byte[] parity = code.parityMatrix();
    var space = new dev.kintsugi.erasure.internal.gf.RowSpace(k, k);
    reads.stream().forEach(shard -> space.add(generatorRow(parity, k, shard)));
    return lost.stream().allMatch(shard -> space.contains(generatorRow(parity, k, shard)));
  }

  private static byte[] generatorRow(byte[] parity, int k, int shard) {
    byte[] row = new byte[k];
    if (shard < k) {
      row[shard] = 1;
    } else {
      System.arraycopy(parity, (shard - k) * k, row, 0, k);
    }
    return row;
  }

  @Test
  void theProofIsNotRepeatedForAnotherKernel() {
    AzureLrc code = AzureLrc.of(16, 2, 3);
    AzureLrc other = code.withKernel(GaloisKernels.named("portable"));
    assertSame(code.parity(), other.parity());
    assertEquals(code, other);
  }

  @Test
  void badNumbersAreNamed() {
    assertRefused("groups (0)", () -> AzureLrc.of(12, 0, 2));
    assertRefused("globals (0)", () -> AzureLrc.of(12, 2, 0));
    assertRefused("globals (3): no maximally recoverable", () -> AzureLrc.of(18, 2, 3));
    assertRefused("lrc:16+4+3:uniform", () -> AzureLrc.of(16, 4, 3));
    assertRefused("globals (5)", () -> AzureLrc.of(4, 2, 5));
    assertRefused("dataShards (13) must be a multiple of groups (2)", () -> AzureLrc.of(13, 2, 2));
    assertRefused("dataShards / groups (16)", () -> AzureLrc.of(32, 2, 2));
    assertRefused("groups (18)", () -> AzureLrc.of(18, 18, 2));
    assertRefused("dataShards (0)", () -> AzureLrc.of(0, 1, 1));
    assertRefused("parityShards (6)", () -> AzureLrc.of(250, 5, 1));
  }
}
