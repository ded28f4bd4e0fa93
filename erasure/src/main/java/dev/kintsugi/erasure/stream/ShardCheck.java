package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.UndecodableException;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.ErrorSearch;
import dev.kintsugi.erasure.audit.Location;
import dev.kintsugi.erasure.audit.Location.Outcome;
import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Reads all blocks of a set of shard files once, and once more if checksums do not tell all. */
final class ShardCheck {
  private final ShardSet set;
  private final ErasureCode code;
  private final int total;
  private final long heldStripes;
  private final StripeBuffers buffers;
  private final ShardCopies copies;
  private final long[] badBlocks;
  private final long[] firstBad;
  private final CRC32C[] sums;
  private long lostStripes;
  private long unfittingStripes;

  ShardCheck(ShardSet set) throws IOException {
    this.set = set;
    this.code = set.code();
    this.total = code.totalShards();
    this.heldStripes = set.heldStripes();
    this.buffers = set.buffers(heldStripes);
    this.copies = new ShardCopies(set, buffers, heldStripes);
    this.badBlocks = new long[total];
    this.firstBad = new long[total];
    this.sums = new CRC32C[total];
    Arrays.setAll(sums, i -> new CRC32C());
  }

  ShardReport run(LongConsumer progress) throws IOException {
    copies.compare(progress);
    boolean isDigestRight = readAll(progress);
    List<ShardFinding> findings = new ArrayList<>(set.findingsButCopies());
    findings.addAll(copies.findings());
    BitSet erased = set.absent();
    BitSet damaged = new BitSet();
    for (int i = 0; i < total; i++) {
      if (set.files(i).size() == 1) {
        Tally tally = tally(i);
        tally.finding().ifPresent(findings::add);
        damaged.set(i, !tally.isSound());
      } else if (!erased.get(i)) {
        // Some blocks are sound in none of the files, or all files are those of another set.
        damaged.set(i, badBlocks[i] > 0 || isOfAnotherSet(i));
      }
    }
    erased.or(damaged);
    Location location;
    if (lostStripes > 0) {
      // Nothing checks what is left of these stripes, so the damaged shards may not be all.
      BitSet unchecked = ErrorLocator.of(code).search(erased).location().unchecked();
      location = new Location(Outcome.AMBIGUOUS, new BitSet(), unchecked);
    } else if (isDigestRight && unfittingStripes == 0) {
      Outcome outcome = damaged.isEmpty() ? Outcome.CLEAN : Outcome.LOCATED;
      location = new Location(outcome, damaged, new BitSet());
    } else {
      location = locateWrong(isDigestRight, erased, damaged, findings, progress);
    }
    location = withSpoilt(location, copies.spoilt());
    BitSet bad = location.shards();
    bad.or(erased);
    bad.or(copies.spoilt());
    return new ShardReport(
        findings, stripes(), lostStripes, unfittingStripes, isDigestRight, location, bad);
  }

  /** Adds shards that one file has damaged and another has whole. */
  private static Location withSpoilt(Location location, BitSet spoilt) {
    boolean isKnown = location.outcome() == Outcome.CLEAN || location.outcome() == Outcome.LOCATED;
    if (!isKnown || spoilt.isEmpty()) {
      return location;
    }
    BitSet all = location.shards();
    all.or(spoilt);
    return new Location(Outcome.LOCATED, all, location.unchecked());
  }

  private long stripes() {
    return set.striping().stripes(set.fileBytes());
  }

  /** Reads every block; returns whether the digest of the decoded file is right. */
  private boolean readAll(LongConsumer progress) throws IOException {
    MessageDigest sha = Sha256.create();
    for (long stripe = 0; stripe < heldStripes; stripe++) {
      ByteBuffer[] blocks = buffers.cut(set.striping().blockBytes(stripe, set.fileBytes()));
      boolean[] present = new boolean[total];
      int count = 0;
      for (int i = 0; i < total; i++) {
        present[i] = set.read(i, stripe, blocks[i], sums[i]);
        count += present[i] ? 1 : 0;
        if (!present[i] && badBlocks[i]++ == 0) {
          firstBad[i] = stripe;
        }
      }
      if (count < total && !reconstruct(blocks, present)) {
        lostStripes++;
      } else if (!code.verify(blocks)) {
        unfittingStripes++;
      }
      int bytes = bytesOf(stripe);
      sha.update(buffers.data(bytes));
      progress.accept(bytes);
    }
    countRest();
    return lostStripes == 0 && set.digest().equals(HexFormat.of().formatHex(sha.digest()));
  }

  /** Counts the stripes that no file is long enough to hold a block of. */
  private void countRest() {
    long rest = stripes() - heldStripes;
    lostStripes += rest;
    for (int i = 0; i < total; i++) {
      if (rest > 0 && badBlocks[i] == 0) {
        firstBad[i] = heldStripes;
      }
      badBlocks[i] += rest;
    }
  }

  private int bytesOf(long stripe) {
    long left = set.fileBytes() - stripe * set.striping().stripeBytes();
    return (int) Math.min(left, set.striping().stripeBytes());
  }

  private boolean reconstruct(ByteBuffer[] blocks, boolean[] present) {
    try {
      code.reconstruct(blocks, present);
      return true;
    } catch (UndecodableException e) {
      return false;
    }
  }

  private boolean isOfAnotherSet(int index) {
    if (set.files(index).size() > 1) {
      return copies.ofAnotherSet().get(index);
    }
    return badBlocks[index] == 0
        && (int) sums[index].getValue() != set.copies(index).get(0).header().blockSums();
  }

  /** Returns what was found about a shard that one file holds. */
  private Tally tally(int index) throws IOException {
    ShardFile file = set.copies(index).get(0);
    long[] sizes = file.sizes(set.striping());
    return new Tally(
        file,
        stripes(),
        badBlocks[index],
        firstBad[index],
        isOfAnotherSet(index),
        sizes[0],
        sizes[1]);
  }

  /**
   * Finds shards that are wrong though their checksums are right: by the digest, which tells all of
   * them once the data is right, and by the parity relation before.
   */
  private Location locateWrong(
      boolean isDigestRight,
      BitSet erased,
      BitSet damaged,
      List<ShardFinding> findings,
      LongConsumer progress)
      throws IOException {
    BitSet known = new BitSet();
    Location found = new Location(Outcome.AMBIGUOUS, known, known);
    if (!isDigestRight) {
      found = locate(erased, damaged, findings, progress);
      known = wrong(findings);
      if (known.isEmpty()) {
        return found;
      }
    }
    Optional<BitSet> all = differing(known, progress);
    if (all.isEmpty()) {
      return found;
    }
    BitSet wrong = all.get();
    known = wrong(findings);
    for (int i : wrong.stream().toArray()) {
      if (!known.get(i)) {
        Optional<Path> file = Optional.of(set.copies(i).get(0).path());
        findings.add(
            new ShardFinding(
                Problem.WRONG, i, file, "is not the shard of this file, though its checksums fit"));
      }
    }
    wrong.or(damaged);
    return new Location(Outcome.LOCATED, wrong, new BitSet());
  }

  /** Returns the shards that findings say are wrong. */
  static BitSet wrong(List<ShardFinding> findings) {
    BitSet wrong = new BitSet();
    for (ShardFinding finding : findings) {
      if (finding.problem() == Problem.WRONG) {
        wrong.set(finding.index());
      }
    }
    return wrong;
  }

  /**
   * Decodes without some shards and compares all shards with what is encoded from that.
   *
   * @return the shards that have sound blocks which differ; empty if the digest is not right
   */
  private Optional<BitSet> differing(BitSet excluded, LongConsumer progress) throws IOException {
    StripeBuffers right = set.buffers(heldStripes);
    MessageDigest sha = Sha256.create();
    BitSet wrong = new BitSet();
    boolean[] data = new boolean[total];
    Arrays.fill(data, 0, code.dataShards(), true);
    for (long stripe = 0; stripe < heldStripes; stripe++) {
      progress.accept(0);
      int length = set.striping().blockBytes(stripe, set.fileBytes());
      ByteBuffer[] blocks = buffers.cut(length);
      ByteBuffer[] made = right.cut(length);
      boolean[] isRead = new boolean[total];
      boolean[] present = new boolean[total];
      for (int i = 0; i < total; i++) {
        isRead[i] = set.read(i, stripe, blocks[i], new CRC32C());
        present[i] = isRead[i] && !excluded.get(i);
        made[i].put(0, blocks[i], 0, length);
      }
      try {
        code.reconstruct(made, present, data);
      } catch (UndecodableException e) {
        return Optional.empty();
      }
      right.clearFrom(bytesOf(stripe)); // the digest does not tell what the last blocks end with
      code.encode(made);
      sha.update(right.data(bytesOf(stripe)));
      for (int i = 0; i < total; i++) {
        if (isRead[i] && !made[i].equals(blocks[i])) {
          wrong.set(i);
        }
      }
    }
    boolean isRight = set.digest().equals(HexFormat.of().formatHex(sha.digest()));
    return isRight ? Optional.of(wrong) : Optional.empty();
  }

  /** Asks the parity relation about the shards whose checksums are right. */
  private Location locate(
      BitSet erased, BitSet damaged, List<ShardFinding> findings, LongConsumer progress)
      throws IOException {
    ErrorSearch search = ErrorLocator.of(code).search(erased);
    long stripes = stripes();
    for (long stripe = 0; stripe < stripes; stripe++) {
      progress.accept(0);
      ByteBuffer[] blocks = buffers.cut(set.striping().blockBytes(stripe, set.fileBytes()));
      for (int i = 0; i < total; i++) {
        if (!erased.get(i)) {
          set.read(i, stripe, blocks[i], new CRC32C());
        }
      }
      search.add(blocks);
    }
    Location found = search.location();
    boolean isKnown = damaged.stream().anyMatch(this::isOfAnotherSet);
    boolean isMute = erased.cardinality() >= code.parityShards();
    if (isKnown && (isMute || found.outcome() == Outcome.CLEAN)) {
      // What did not fit were the shards of another set, and they are known.
      return new Location(Outcome.LOCATED, damaged, found.unchecked());
    }
    if (found.outcome() == Outcome.CLEAN) {
      // The shards fit each other and yet are not those of the digest.
      return new Location(Outcome.BEYOND, new BitSet(), found.unchecked());
    }
    BitSet wrong = found.shards();
    for (int i : wrong.stream().toArray()) {
      Optional<Path> file = Optional.of(set.copies(i).get(0).path());
      findings.add(
          new ShardFinding(
              Problem.WRONG, i, file, "does not fit the other shards, though its checksums do"));
    }
    if (found.outcome() == Outcome.LOCATED) {
      wrong.or(damaged);
    }
    return new Location(found.outcome(), wrong, found.unchecked());
  }
}
