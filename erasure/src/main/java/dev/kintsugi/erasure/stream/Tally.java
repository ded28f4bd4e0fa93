package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the blocks of one shard file told when all of them were read.
 *
 * @param file the file
 * @param stripes how many blocks it should have
 * @param badBlocks how many of them have a wrong checksum or are cut off
 * @param firstBad the first of these
 * @param isOfAnotherSet whether all blocks are right and are not those that the header is about
 * @param size how long the file is
 * @param due how long it should be
 */
record Tally(
    ShardFile file,
    long stripes,
    long badBlocks,
    long firstBad,
    boolean isOfAnotherSet,
    long size,
    long due) {
  boolean isSound() {
    return badBlocks == 0 && !isOfAnotherSet && size == due;
  }

  /** Returns what is wrong with the file; empty if nothing is. */
  Optional<ShardFinding> finding() {
    List<String> details = new ArrayList<>();
    if (size != due) {
      details.add("is %d bytes long instead of %d".formatted(size, due));
    }
    if (badBlocks > 0) {
      details.add(
          "%d of %d blocks have a wrong checksum or are cut off, the first is block %d"
              .formatted(badBlocks, stripes, firstBad));
    }
    if (isOfAnotherSet) {
      details.add("its blocks are not those that its header is about");
    }
    return details.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ShardFinding(
                isOfAnotherSet ? Problem.WRONG : Problem.DAMAGED,
                file.header().index(),
                Optional.of(file.path()),
                String.join("; ", details)));
  }
}
