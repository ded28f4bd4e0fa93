package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.stream.ShardFinding.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The shard files of one encoded file in a directory, whatever their names, with whatever is wrong
 * with them.
 *
 * <p>If the directory holds shards of several files, the one is meant that can be decoded as far as
 * the headers tell, and the others are foreign. If several can be, opening is refused; if none can
 * be, the one with the most different shards is meant. Files that do not begin as a shard file are
 * ignored, unless they have the name of one.
 *
 * <p>If several files say that they are the same shard, each is read by itself, and the sound one
 * serves; of damaged ones every block that is sound in one of them.
 *
 * <p>Not thread-safe. Memory holds one stripe, or two while wrong shards are looked for.
 */
public final class ShardSet implements Closeable {
  private final Path directory;
  private final ShardHeader.Identity identity;
  private final Striping striping;

  /** All files of each shard. */
  private final Map<Integer, List<ShardFile>> files;

  /** Those that are read, in this order. */
  private final Map<Integer, List<ShardFile>> copies;

  private final List<ShardFinding> findings;

  private ShardSet(
      Path directory,
      ShardHeader.Identity identity,
      Map<Integer, List<ShardFile>> files,
      List<ShardFinding> findings) {
    this.directory = directory;
    this.identity = identity;
    this.files = files;
    this.striping = new Striping(ErasureCodes.parse(identity.scheme()), identity.unit());
    this.copies = new TreeMap<>(files);
    this.findings = findings;
  }

  /**
   * Opens the shard files of a directory and reads their headers.
   *
   * @throws ShardFormatException if there is no shard file with a sound header, or if it cannot be
   *     told which of several files is meant
   * @throws IllegalArgumentException if the system property {@value GaloisKernels#PROPERTY} names
   *     an unknown kernel
   * @throws IOException if the directory cannot be read
   */
  public static ShardSet open(Path directory) throws IOException {
    // Refuses a wrong name of a kernel, which would look like a wrong code in every header.
    GaloisKernels.best();
    List<ShardFinding> findings = new ArrayList<>();
    List<ShardFile> opened = new ArrayList<>();
    try {
      List<Path> paths = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        entries.forEach(paths::add);
      }
      Collections.sort(paths);
      for (Path path : paths) {
        open(path, opened, findings);
      }
      ShardHeader.Identity identity = choose(directory, opened, findings);
      Map<Integer, List<ShardFile>> files = new TreeMap<>();
      for (ShardFile file : opened) {
        sort(file, identity, files, findings);
      }
      ShardSet set = new ShardSet(directory, identity, files, findings);
      set.findMissing();
      return set;
    } catch (IOException | RuntimeException e) {
      try {
        ShardWriter.closeAll(opened);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static void open(Path path, List<ShardFile> opened, List<ShardFinding> findings)
      throws IOException {
    if (!Files.isRegularFile(path)) {
      return;
    }
    int index = ShardFiles.index(path);
    try {
      opened.add(ShardFile.open(path));
    } catch (UnsupportedShardVersionException e) {
      findings.add(finding(Problem.UNREADABLE, index, path, String.valueOf(e.getMessage())));
    } catch (ShardFormatException e) {
      if (index >= 0 || ShardFile.hasMagic(path)) {
        findings.add(finding(Problem.DAMAGED, index, path, String.valueOf(e.getMessage())));
      }
    } catch (IOException e) {
      findings.add(finding(Problem.UNREADABLE, index, path, e.toString()));
    }
  }

  private static ShardFinding finding(Problem problem, int index, Path path, String detail) {
    return new ShardFinding(problem, index, Optional.of(path), detail);
  }

  private static ShardHeader.Identity choose(
      Path directory, List<ShardFile> opened, List<ShardFinding> findings) {
    Map<ShardHeader.Identity, BitSet> shards = new LinkedHashMap<>();
    for (ShardFile file : opened) {
      shards
          .computeIfAbsent(file.header().identity(), identity -> new BitSet())
          .set(file.header().index());
    }
    if (shards.isEmpty()) {
      throw new ShardFormatException(
          directory
              + " holds no shard file with a sound header"
              + (findings.isEmpty() ? "" : ": " + findings.get(0).detail()));
    }
    List<Map.Entry<ShardHeader.Identity, BitSet>> meant =
        shards.entrySet().stream().filter(ShardSet::isDecodable).toList();
    if (meant.isEmpty()) {
      int most = shards.values().stream().mapToInt(BitSet::cardinality).max().orElse(0);
      meant =
          shards.entrySet().stream().filter(set -> set.getValue().cardinality() == most).toList();
    }
    if (meant.size() > 1) {
      throw new ShardFormatException(
          "%s holds shards of several files: %s; move those of all but one elsewhere"
              .formatted(
                  directory,
                  meant.stream().map(ShardSet::describe).collect(Collectors.joining("; "))));
    }
    return meant.get(0).getKey();
  }

  private static boolean isDecodable(Map.Entry<ShardHeader.Identity, BitSet> set) {
    return ErasureCodes.parse(set.getKey().scheme()).decodable(set.getValue());
  }

  private static String describe(Map.Entry<ShardHeader.Identity, BitSet> set) {
    return "%d of %s, SHA-256 %s"
        .formatted(set.getValue().cardinality(), set.getKey().scheme(), set.getKey().digest());
  }

  private static void sort(
      ShardFile file,
      ShardHeader.Identity identity,
      Map<Integer, List<ShardFile>> files,
      List<ShardFinding> findings)
      throws IOException {
    int index = file.header().index();
    if (!file.header().identity().equals(identity)) {
      findings.add(
          finding(
              Problem.FOREIGN,
              index,
              file.path(),
              "is a shard of another file or code (%s, SHA-256 %s)"
                  .formatted(file.header().scheme(), file.header().digest())));
      file.close();
      return;
    }
    files.computeIfAbsent(index, i -> new ArrayList<>()).add(file);
  }

  private void findMissing() {
    for (int i = 0; i < code().totalShards(); i++) {
      int index = i;
      boolean isNamed =
          findings.stream()
              .anyMatch(
                  f ->
                      f.index() == index
                          && (f.problem() == Problem.DAMAGED || f.problem() == Problem.UNREADABLE));
      if (copies(i).isEmpty() && !isNamed) {
        findings.add(new ShardFinding(Problem.MISSING, i, Optional.empty(), "no file holds it"));
      }
    }
  }

  /** Returns the directory. */
  public Path directory() {
    return directory;
  }

  /** Returns the code. */
  public ErasureCode code() {
    return striping.code();
  }

  /** Returns how the file is cut into blocks. */
  public Striping striping() {
    return striping;
  }

  /** Returns the length of the encoded file. */
  public long fileBytes() {
    return identity.fileBytes();
  }

  /** Returns the SHA-256 of the encoded file, in hexadecimal. */
  public String digest() {
    return identity.digest();
  }

  /** Returns what the headers and names alone tell. */
  public List<ShardFinding> findings() {
    List<ShardFinding> all = new ArrayList<>(findings);
    for (List<ShardFile> same : files.values()) {
      for (ShardFile file : same.subList(1, same.size())) {
        all.add(ShardCopies.duplicate(file, same.get(0)));
      }
    }
    return List.copyOf(all);
  }

  /** Returns what headers and names tell but for files of one shard, which are to be compared. */
  List<ShardFinding> findingsButCopies() {
    return List.copyOf(findings);
  }

  ShardHeader.Identity identity() {
    return identity;
  }

  /** Returns all files that say they hold a shard; normally one. */
  List<ShardFile> files(int index) {
    return files.getOrDefault(index, List.of());
  }

  /** Returns those of them that are read, in this order. */
  List<ShardFile> copies(int index) {
    return copies.getOrDefault(index, List.of());
  }

  /** Has only some files of a shard read from now on, in this order. */
  void read(int index, List<ShardFile> some) {
    copies.put(index, some);
  }

  /**
   * Returns how many stripes, from the first, have a block that a file is long enough to hold. The
   * others are lost: no time and no memory is spent on them, whatever the headers say.
   */
  long heldStripes() throws IOException {
    long most = 0;
    for (List<ShardFile> same : files.values()) {
      for (ShardFile file : same) {
        most = Math.max(most, file.heldBlocks(striping));
      }
    }
    return most;
  }

  /** Returns memory for any of a number of stripes from the first. */
  StripeBuffers buffers(long stripes) {
    return new StripeBuffers(striping, stripes == 0 ? 0 : striping.blockBytes(0, fileBytes()));
  }

  /** Returns the shards that no file with a sound header holds. */
  BitSet absent() {
    BitSet absent = new BitSet();
    for (int i = 0; i < code().totalShards(); i++) {
      absent.set(i, copies(i).isEmpty());
    }
    return absent;
  }

  /**
   * Reads a block from whichever copy has it whole.
   *
   * @param sums takes the checksum of the block that the first copy says it has
   */
  boolean read(int index, long stripe, ByteBuffer block, CRC32C sums) throws IOException {
    CRC32C first = sums;
    for (ShardFile copy : copies(index)) {
      if (copy.read(stripe, block, first)) {
        return true;
      }
      first = new CRC32C();
    }
    return false;
  }

  /**
   * Reads everything: checks every block, the parity relation and the digest of the file, and finds
   * out which shards are wrong.
   *
   * @param progress is told of bytes of the file that were checked, or of 0 in between; what it
   *     throws ends the work
   * @throws IOException if a file cannot be read
   */
  public ShardReport check(LongConsumer progress) throws IOException {
    return new ShardCheck(this).run(progress);
  }

  /**
   * Writes the encoded file. Shards that are missing or damaged are made up for, block by block;
   * the file appears only if its digest is right.
   *
   * @param target where it is to appear, replacing what is there
   * @param progress is told of bytes of the file that were written, or of 0 in between; what it
   *     throws ends the work, and nothing appears
   * @return what was found to be wrong on the way; damage of blocks that were not needed is not
   * @throws FileAlreadyExistsException if the target is one of the shard files of this set
   * @throws IOException if a file cannot be read or written
   * @throws dev.kintsugi.erasure.UndecodableException if the sound blocks are too few
   * @throws DigestMismatchException if shards are wrong and it cannot be told which
   */
  public List<ShardFinding> decode(Path target, LongConsumer progress) throws IOException {
    for (List<ShardFile> same : files.values()) {
      for (ShardFile file : same) {
        if (Files.exists(target) && Files.isSameFile(file.path(), target)) {
          throw new FileAlreadyExistsException(
              target.toString(), null, "is a shard file of what is decoded");
        }
      }
    }
    return new ShardRebuild(this).decode(target, progress);
  }

  /**
   * Checks everything and writes anew every shard that is missing, damaged or wrong, byte for byte
   * as it was, also where another file holds the same shard. Foreign files and duplicates are left
   * alone.
   *
   * @param progress is told of bytes of the file that were checked, and again of those rebuilt, or
   *     of 0 in between; what it throws ends the work, and nothing has been written
   * @return what was found, and what was written
   * @throws dev.kintsugi.erasure.UndecodableException if the sound blocks are too few
   * @throws DigestMismatchException if shards are wrong and it cannot be told which
   * @throws IOException if a file cannot be read or written
   */
  public Repaired repair(LongConsumer progress) throws IOException {
    return new ShardRebuild(this).repair(progress);
  }

  /**
   * What repair did.
   *
   * @param report what was found
   * @param written the files that were written, by shard
   */
  public record Repaired(ShardReport report, Map<Integer, List<Path>> written) {}

  @Override
  public void close() throws IOException {
    List<ShardFile> all = new ArrayList<>();
    files.values().forEach(all::addAll);
    ShardWriter.closeAll(all);
  }
}
