package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Decodes a set of shard files, into the file or into shards anew. */
final class ShardRebuild {
  private final ShardSet set;
  private final ErasureCode code;
  private final int total;
  private final long heldStripes;
  private final StripeBuffers buffers;

  ShardRebuild(ShardSet set) throws IOException {
    this.set = set;
    this.code = set.code();
    this.total = code.totalShards();
    this.heldStripes = set.heldStripes();
    this.buffers = set.buffers(heldStripes);
  }

  /** Takes the blocks of a stripe, of which those asked for are right. */
  @FunctionalInterface
  private interface Sink {
    void take(ByteBuffer[] blocks, int dataBytes) throws IOException;
  }

  List<ShardFinding> decode(Path target, LongConsumer progress) throws IOException {
    ShardCopies copies = new ShardCopies(set, buffers, heldStripes);
    copies.compare(progress);
    List<ShardFinding> findings = new ArrayList<>(set.findingsButCopies());
    findings.addAll(copies.findings());
    BitSet damaged = new BitSet();
    try (ReplacingFile file = ReplacingFile.at(target)) {
      if (decode(file, set.absent(), damaged, progress)) {
        file.commit();
        describe(damaged, findings);
        return findings;
      }
    }
    // Checksums are right and the file is not: look for the shards that do not fit the others.
    ShardReport report = set.check(bytes -> progress.accept(0));
    BitSet wrong = ShardCheck.wrong(report.findings());
    try (ReplacingFile file = ReplacingFile.at(target)) {
      boolean isHopeless = wrong.isEmpty() && !report.isDigestRight();
      if (isHopeless || !decode(file, wrong, damaged, progress)) {
        throw mismatch(report);
      }
      file.commit();
      return report.findings();
    }
  }

  private void describe(BitSet damaged, List<ShardFinding> findings) {
    for (int i : damaged.stream().toArray()) {
      if (set.files(i).size() == 1) {
        Optional<Path> path = Optional.of(set.files(i).get(0).path());
        findings.add(new ShardFinding(Problem.DAMAGED, i, path, "blocks have a wrong checksum"));
      }
    }
  }

  private boolean decode(ReplacingFile file, BitSet excluded, BitSet damaged, LongConsumer progress)
      throws IOException {
    BitSet wanted = new BitSet();
    wanted.set(0, code.dataShards());
    return run(
        excluded,
        wanted,
        damaged,
        (blocks, bytes) -> {
          StripeBuffers.writeFully(file.channel(), buffers.data(bytes));
          progress.accept(bytes);
        });
  }

  ShardSet.Repaired repair(LongConsumer progress) throws IOException {
    ShardReport report = set.check(progress);
    BitSet bad = report.bad();
    if (report.isSound()) {
      return new ShardSet.Repaired(report, Map.of());
    }
    if (report.isTamperedWith() && ShardCheck.wrong(report.findings()).isEmpty()) {
      throw mismatch(report);
    }
    List<ShardWriter> writers = new ArrayList<>();
    try {
      for (int i : bad.stream().toArray()) {
        for (Path place : places(i, report)) {
          writers.add(new ShardWriter(i, place));
        }
      }
      BitSet wanted = (BitSet) bad.clone();
      wanted.set(0, code.dataShards());
      BitSet excluded = ShardCheck.wrong(report.findings());
      excluded.or(set.absent());
      boolean isRight =
          run(
              excluded,
              wanted,
              new BitSet(),
              (blocks, bytes) -> {
                for (ShardWriter writer : writers) {
                  writer.write(blocks[writer.index()]);
                }
                progress.accept(bytes);
              });
      if (!isRight) {
        throw mismatch(report);
      }
      Map<Integer, List<Path>> written = new TreeMap<>();
      for (ShardWriter writer : writers) {
        writer.finish(set.identity());
      }
      for (ShardWriter writer : writers) {
        writer.commit();
        written.computeIfAbsent(writer.index(), i -> new ArrayList<>()).add(writer.target());
      }
      return new ShardSet.Repaired(report, written);
    } finally {
      ShardWriter.closeAll(writers);
    }
  }

  /** Returns the files to write: those that are damaged or wrong, or one that is not there. */
  private List<Path> places(int index, ShardReport report) throws IOException {
    List<Path> own = set.files(index).stream().map(ShardFile::path).toList();
    List<Path> places =
        report.findings().stream()
            .filter(finding -> finding.index() == index)
            .filter(f -> f.problem() == Problem.DAMAGED || f.problem() == Problem.WRONG)
            .flatMap(finding -> finding.file().stream())
            .filter(file -> own.isEmpty() || own.contains(file))
            .distinct()
            .toList();
    if (places.isEmpty()) {
      return List.of(newPlace(index));
    }
    List<Path> real = new ArrayList<>();
    for (Path place : places) {
      // The shard stays on the disk that a link leads to.
      real.add(Files.isSymbolicLink(place) ? place.toRealPath() : place);
    }
    return real;
  }

  private Path newPlace(int index) {
    Path place = set.directory().resolve(ShardFiles.name(index));
    // A link that leads nowhere now may lead to the shard again.
    for (int i = 1; Files.exists(place, LinkOption.NOFOLLOW_LINKS); i++) {
      place = set.directory().resolve(ShardFiles.name(index) + "." + i);
    }
    return place;
  }

  private DigestMismatchException mismatch(ShardReport report) {
    return new DigestMismatchException(
        "%s: shards whose checksums are right do not fit each other or the SHA-256 %s (%s)"
            .formatted(set.directory(), set.digest(), report.location().outcome()));
  }

  /**
   * Decodes stripe by stripe, reading data blocks first and parity blocks where one is missing.
   *
   * @param excluded shards that are not read
   * @param damaged receives shards with damaged blocks
   * @return whether the digest of the file is right
   */
  private boolean run(BitSet excluded, BitSet wanted, BitSet damaged, Sink sink)
      throws IOException {
    MessageDigest sha = Sha256.create();
    boolean[] wants = new boolean[total];
    wanted.stream().forEach(i -> wants[i] = true);
    long stripes = set.striping().stripes(set.fileBytes());
    int k = code.dataShards();
    for (long stripe = 0; stripe < stripes; stripe++) {
      if (stripe == heldStripes) {
        // Nothing is there of it: throws, saying how many shards are needed.
        code.reconstruct(buffers.cut(0), new boolean[total], wants);
      }
      ByteBuffer[] blocks = buffers.cut(set.striping().blockBytes(stripe, set.fileBytes()));
      boolean[] present = new boolean[total];
      read(stripe, blocks, 0, k, excluded, present, damaged);
      boolean isWhole = wanted.length() <= k;
      for (int i = 0; i < k; i++) {
        isWhole &= present[i];
      }
      if (!isWhole) {
        read(stripe, blocks, k, total, excluded, present, damaged);
        code.reconstruct(blocks, present, wants);
      }
      long left = set.fileBytes() - stripe * set.striping().stripeBytes();
      int bytes = (int) Math.min(left, set.striping().stripeBytes());
      sha.update(buffers.data(bytes));
      sink.take(blocks, bytes);
    }
    return set.digest().equals(HexFormat.of().formatHex(sha.digest()));
  }

  private void read(
      long stripe,
      ByteBuffer[] blocks,
      int from,
      int to,
      BitSet excluded,
      boolean[] present,
      BitSet damaged)
      throws IOException {
    for (int i = from; i < to; i++) {
      if (!excluded.get(i)) {
        present[i] = set.read(i, stripe, blocks[i], new CRC32C());
        if (!present[i] && !set.copies(i).isEmpty()) {
          damaged.set(i);
        }
      }
    }
  }
}
