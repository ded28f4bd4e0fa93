package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Chooses the newest records of every inode among all that the commits hold: 32 bytes each, without
 * reading them. An inode with a tombstone has none.
 */
final class RecordChoice {
  /** Comes first among the records of an inode. */
  private static final long TOMBSTONE = 0;

  private static final long INODE = 1;
  private static final long CONTENT = 2;

  private static final int INO = 0;
  private static final int KIND = 1;
  private static final int AGE = 2; // complement of the version: the newest comes first
  private static final int STRIPE = 3;
  private static final int ENTRY = 4;

  private final LongRows rows = new LongRows(5);

  /**
   * Adds what a manifest stripe records.
   *
   * @param ordinal its number
   */
  void add(int ordinal, CommitHeader header) {
    for (int i = 0; i < header.entries().size(); i++) {
      CommitHeader.Entry entry = header.entries().get(i);
      if (entry instanceof CommitHeader.Located located) {
        rows.add(
            located.ino(),
            located.kind() == RecordKind.INODE ? INODE : CONTENT,
            ~located.version(),
            ordinal,
            i);
      } else if (entry instanceof CommitHeader.Tombstone tombstone) {
        rows.add(tombstone.ino(), TOMBSTONE, ~tombstone.version(), ordinal, i);
      }
    }
  }

  /**
   * Chooses.
   *
   * @return for each stripe's ordinal, which entries of its directory are chosen: the newest inode
   *     record and the newest content record of every inode that lives. Whether the inode still has
   *     that content its record tells.
   */
  Map<Integer, BitSet> choose() {
    int[] order = rows.sortedBy(AGE + 1);
    Map<Integer, BitSet> chosen = new HashMap<>();
    long deadIno = 0;
    for (int i = 0; i < order.length; i++) {
      long ino = rows.get(order[i], INO);
      long kind = rows.get(order[i], KIND);
      if (kind == TOMBSTONE) {
        deadIno = ino; // numbers are never given twice
        continue;
      }
      boolean first =
          i == 0 || rows.get(order[i - 1], INO) != ino || rows.get(order[i - 1], KIND) != kind;
      if (first && ino != deadIno) {
        chosen
            .computeIfAbsent((int) rows.get(order[i], STRIPE), key -> new BitSet())
            .set((int) rows.get(order[i], ENTRY));
      }
    }
    return chosen;
  }
}
