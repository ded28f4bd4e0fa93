package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanCacheTest {
  private static BitSet bits(int... indices) {
    BitSet bits = new BitSet();
    for (int index : indices) {
      bits.set(index);
    }
    return bits;
  }

  private static BitSet without(int total, BitSet lost) {
    BitSet bits = new BitSet();
    bits.set(0, total);
    bits.andNot(lost);
    return bits;
  }

  private static double[] costs(int total, double cost) {
    double[] costs = new double[total];
    Arrays.fill(costs, cost);
    return costs;
  }

  @Test
  void aPlanIsSearchedForOnce() {
    ErasureCode code = ErasureCodes.parse("lrc:48-of-55");
    BitSet lost = bits(1, 2, 30, 31);
    RepairPlan plan = code.planRepair(lost, without(55, lost), costs(55, 1));
    assertSame(plan, code.planRepair(bits(1, 2, 30, 31), without(55, lost), costs(55, 1)));
    assertSame(plan, code.planRepair(lost));
    // The controls: another question is another plan.
    BitSet fewer = without(55, lost);
    fewer.clear(54);
    assertNotSame(plan, code.planRepair(lost, fewer, costs(55, 1)));
    assertEquals(2 * plan.cost(), code.planRepair(lost, without(55, lost), costs(55, 2)).cost());
    assertEquals(List.of(1, 2), code.planRepair(bits(1, 2)).lost());
  }

  @Test
  void whatTheCallerChangesLaterChangesNothing() {
    ErasureCode code = ErasureCodes.parse("lrc:12+2+2");
    BitSet lost = bits(3);
    BitSet available = without(16, lost);
    double[] costs = costs(16, 1);
    RepairPlan plan = code.planRepair(lost, available, costs);
    costs[0] = 1000;
    assertEquals(List.of(0, 1, 2, 4, 5, 12), plan.reads());
    assertEquals(
        false, code.planRepair(lost, available, costs).reads().contains(0), "another question");
    available.clear(12);
    lost.set(12);
    assertSame(plan, code.planRepair(bits(3), without(16, bits(3)), costs(16, 1)));
  }

  @Test
  void whatCannotBePlannedIsNotRemembered() {
    ErasureCode code = ErasureCodes.parse("rs:4+2");
    for (int i = 0; i < 2; i++) {
      assertThrows(TooFewShardsException.class, () -> code.planRepair(bits(0, 1, 2)));
    }
    assertEquals(0, ((LinearCode) code).cachedRepairPlans());
  }

  @Test
  void noMoreThanSomeAreKept() {
    LinearCode code = (LinearCode) ErasureCodes.parse("rs:20+4");
    for (int i = 0; i < 24; i++) {
      for (int j = 0; j < i; j++) {
        code.planRepair(bits(i, j));
      }
    }
    assertEquals(PlanCache.CAPACITY, code.cachedRepairPlans());
  }
}
