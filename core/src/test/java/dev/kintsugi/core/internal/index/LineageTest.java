package dev.kintsugi.core.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LineageTest {
  private static final Lineage MINE = new Lineage(head(3, 30, 7, 70), Map.of(20L, 5L, 21L, 9L));

  private static ArchiveHead head(long generation, long lineage, long claim, long token) {
    return new ArchiveHead(generation, lineage, claim, token);
  }

  @Test
  void theFirstClaimMakesALineageAndLaterOnesKeepIt() {
    try (Index index = new MemoryIndex()) {
      assertEquals(Optional.empty(), index.read(Lineage::of));
      Lineage first = index.write(Lineage::advance);
      Lineage second = index.write(Lineage::advance);
      assertEquals(Optional.of(second), index.read(Lineage::of));
      assertEquals(first.head().lineage(), second.head().lineage());
      assertEquals(first.head().claim() + 1, second.head().claim());
      assertNotEquals(first.head().token(), second.head().token());
      assertTrue(first.isOvertakenBy(second.head()));
      assertFalse(second.isOvertakenBy(first.head()));
    }
  }

  @Test
  void aRecoveredVaultKnowsTheHighestClaimsOfTheNewestLineages() {
    try (Index index = new MemoryIndex()) {
      List<ArchiveHead> seen =
          List.of(head(1, 10, 99, 1), head(2, 20, 4, 1), head(2, 20, 5, 2), head(2, 21, 9, 3));
      index.write(
          writer -> {
            Lineage.recovered(writer, seen);
            return null;
          });
      Lineage recovered = index.read(Lineage::of).orElseThrow();
      assertEquals(3, recovered.head().generation());
      assertEquals(Map.of(20L, 5L, 21L, 9L), recovered.parents());
      seen.forEach(head -> assertFalse(recovered.isOvertakenBy(head), head.toString()));
      assertEquals(recovered.parents(), index.write(Lineage::advance).parents());
    }
  }

  @Test
  void whatShowsAnotherWriterOvertakes() {
    for (ArchiveHead newer :
        List.of(
            head(3, 30, 8, 70), // my lineage, a later claim
            head(3, 30, 7, 71), // the same claim by somebody else
            head(2, 20, 6, 1), // the vault I was recovered from wrote afterwards
            head(2, 22, 1, 1), // one of its siblings that I do not know
            head(3, 31, 1, 1), // another recovery of the same vault
            head(4, 40, 1, 1))) { // a recovery of mine
      assertTrue(MINE.isOvertakenBy(newer), newer.toString());
    }
  }

  @Test
  void whatThisCopyKnowsOrHasReplacedDoesNotOvertake() {
    for (ArchiveHead older :
        List.of(
            head(3, 30, 7, 70),
            head(3, 30, 6, 71),
            head(2, 20, 5, 1),
            head(2, 21, 8, 1),
            head(1, 10, 99, 1))) { // what the vault I was recovered from had replaced
      assertFalse(MINE.isOvertakenBy(older), older.toString());
    }
  }
}
