package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Finds out which of several files that say they are the same shard are sound, by reading each by
 * itself, and has these read first from then on. A file with the blocks of another set is not read
 * at all beside one that has its own.
 */
final class ShardCopies {
  private final ShardSet set;
  private final StripeBuffers buffers;
  private final long heldStripes;
  private final List<ShardFinding> findings = new ArrayList<>();
  private final BitSet spoilt = new BitSet();
  private final BitSet ofAnotherSet = new BitSet();

  /**
   * Prepares to read.
   *
   * @param heldStripes how many stripes have a block that a file is long enough to hold
   */
  ShardCopies(ShardSet set, StripeBuffers buffers, long heldStripes) {
    this.set = set;
    this.buffers = buffers;
    this.heldStripes = heldStripes;
  }

  /**
   * Reads all files of shards that have several.
   *
   * @param progress is told of 0 bytes now and then: what it throws ends the work
   */
  void compare(LongConsumer progress) throws IOException {
    for (int index = 0; index < set.code().totalShards(); index++) {
      if (set.files(index).size() > 1) {
        compare(index, progress);
      }
    }
  }

  /** Returns which files are damaged, and which are the same as another that is not. */
  List<ShardFinding> findings() {
    return findings;
  }

  /** Returns the shards of which some file is damaged that has a sound header. */
  BitSet spoilt() {
    return spoilt;
  }

  /** Returns the shards of which every one of several files has the blocks of another set. */
  BitSet ofAnotherSet() {
    return ofAnotherSet;
  }

  private void compare(int index, LongConsumer progress) throws IOException {
    List<Tally> tallies = new ArrayList<>();
    for (ShardFile file : set.files(index)) {
      tallies.add(tally(file, progress));
    }
    boolean anyOwn = !tallies.stream().allMatch(Tally::isOfAnotherSet);
    ofAnotherSet.set(index, !anyOwn);
    set.read(
        index,
        tallies.stream()
            .filter(tally -> !anyOwn || !tally.isOfAnotherSet())
            .sorted(Comparator.comparing((Tally tally) -> !tally.isSound()))
            .map(Tally::file)
            .toList());
    Optional<ShardFile> sound =
        tallies.stream().filter(Tally::isSound).map(Tally::file).findFirst();
    for (Tally tally : tallies) {
      Optional<ShardFinding> finding = tally.finding();
      if (finding.isPresent()) {
        spoilt.set(index);
        // Beside a file that has the shard, one with other blocks lies about that shard no more.
        findings.add(anyOwn ? damaged(finding.get()) : finding.get());
      } else if (sound.isPresent() && tally.file() != sound.get()) {
        findings.add(duplicate(tally.file(), sound.get()));
      }
    }
  }

  private static ShardFinding damaged(ShardFinding finding) {
    return new ShardFinding(Problem.DAMAGED, finding.index(), finding.file(), finding.detail());
  }

  /** Names a file that says it is the same shard as another. */
  static ShardFinding duplicate(ShardFile file, ShardFile other) {
    boolean isSame = file.header().blockSums() == other.header().blockSums();
    return new ShardFinding(
        Problem.DUPLICATE,
        file.header().index(),
        Optional.of(file.path()),
        (isSame ? "is the same shard as %s" : "says that it is the same shard as %s, and differs")
            .formatted(other.path().getFileName()));
  }

  private Tally tally(ShardFile file, LongConsumer progress) throws IOException {
    long stripes = set.striping().stripes(set.fileBytes());
    CRC32C sums = new CRC32C();
    long bad = 0;
    long first = 0;
    for (long stripe = 0; stripe < heldStripes; stripe++) {
      progress.accept(0);
      ByteBuffer block =
          buffers.cut(set.striping().blockBytes(stripe, set.fileBytes()))[file.header().index()];
      if (!file.read(stripe, block, sums) && bad++ == 0) {
        first = stripe;
      }
    }
    if (stripes > heldStripes && bad == 0) {
      first = heldStripes;
    }
    bad += stripes - heldStripes;
    long[] sizes = file.sizes(set.striping());
    boolean isOfAnotherSet = bad == 0 && (int) sums.getValue() != file.header().blockSums();
    return new Tally(file, stripes, bad, first, isOfAnotherSet, sizes[0], sizes[1]);
  }
}
