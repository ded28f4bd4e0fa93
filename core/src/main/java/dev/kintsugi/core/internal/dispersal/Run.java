package dev.kintsugi.core.internal.dispersal;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive blocks of an extent that lie in one shard without a gap.
 *
 * @param shard index of the shard
 * @param firstBlock number of the first block in its extent
 * @param blocks their positions
 */
record Run(int shard, int firstBlock, List<BlockPosition> blocks) {
  /** Returns the first byte in the shard's payload. */
  int low() {
    return blocks.get(0).offset();
  }

  /** Returns the byte after the last in the shard's payload. */
  int high() {
    BlockPosition last = blocks.get(blocks.size() - 1);
    return last.offset() + last.length();
  }

  /** Cuts blocks into runs. */
  static List<Run> of(List<BlockPosition> positions, int firstBlock, int lastBlock) {
    List<Run> runs = new ArrayList<>();
    int start = firstBlock;
    for (int b = firstBlock; b <= lastBlock; b++) {
      if (b == lastBlock || positions.get(b + 1).shard() != positions.get(b).shard()) {
        runs.add(new Run(positions.get(b).shard(), start, positions.subList(start, b + 1)));
        start = b + 1;
      }
    }
    return runs;
  }
}
