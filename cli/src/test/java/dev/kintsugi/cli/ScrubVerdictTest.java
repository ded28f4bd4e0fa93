package dev.kintsugi.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a scrub comes to, however many shards it is about. */
class ScrubVerdictTest {
  private static ExitCode verdict(Map<Problem, Long> counts, long mended, long removed, long left) {
    return ScrubVerb.verdict(
        new ScrubReport(
            1, 6, 6, List.of(), counts, List.of(), mended, removed, left, List.of(), List.of(), 0));
  }

  @Test
  void orphansDecideNothingHoweverManyAreRemovedOrLeft() {
    Map<Problem, Long> counts = Map.of(Problem.DAMAGED, 3L, Problem.ORPHAN, 70_000L);
    for (long removed : new long[] {0, 65_536, 70_000, 70_001, 200_000}) {
      for (long left : new long[] {0, 4_464, 70_000}) {
        assertEquals(ExitCode.PARTLY, verdict(counts, 0, removed, left));
        assertEquals(ExitCode.PARTLY, verdict(counts, 2, removed, left));
        assertEquals(ExitCode.DONE, verdict(counts, 3, removed, left));
        assertEquals(ExitCode.DONE, verdict(Map.of(Problem.ORPHAN, 70_000L), 0, removed, left));
      }
    }
  }
}
