package dev.kintsugi.erasure.stream;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes into files that describe themselves: any of them tells which code, which shard, and of
 * which file it is, and every block of it has a checksum. {@link ShardSet} reads them.
 *
 * <p>The same bytes and the same code give the same files: a repaired shard is identical to the
 * lost one.
 */
public final class ShardFiles {
  /** The highest index that a shard can have. */
  public static final int MAX_INDEX = 254;

  private static final Pattern NAME = Pattern.compile("shard-([0-9]{3})");

  private ShardFiles() {}

  /**
   * What was written.
   *
   * @param bytes the length of the file that was encoded
   * @param digest its SHA-256, in hexadecimal
   * @param files the shard files, in the order of the shards
   */
  public record Encoded(long bytes, String digest, List<Path> files) {}

  /**
   * Returns the file name that encoding gives to a shard, such as {@code shard-003}.
   *
   * @param index the shard, in 0..{@value #MAX_INDEX}
   * @throws IllegalArgumentException if the index is out of range
   */
  public static String name(int index) {
    if (index < 0 || index > MAX_INDEX) {
      throw new IllegalArgumentException("index (%d) must be in 0..%d".formatted(index, MAX_INDEX));
    }
    return "shard-%03d".formatted(index);
  }

  /** Returns the index in the name of a file; -1 if it is not one that encoding gives. */
  static int index(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    int index = name.matches() ? Integer.parseInt(name.group(1)) : -1;
    return index > MAX_INDEX ? -1 : index;
  }

  /**
   * Reads to the end of a channel and writes {@code totalShards()} files into a directory. Memory
   * holds one stripe. Each file appears whole, and none appears before all of them are on the
   * device.
   *
   * <p>The directory holds no other shard file under a name of {@link #name} afterwards, so that
   * what is decoded from it later is what was encoded last. Shard files that have been renamed are
   * left alone.
   *
   * @param striping the code and the size of blocks
   * @param source what to encode
   * @param directory where to write, which exists
   * @param replace whether files of the same names may be replaced, and other shard files under a
   *     name of {@link #name}, which are left of a code with more shards, removed
   * @param progress is told of bytes that were read; what it throws ends the work, and no file
   *     appears
   * @throws FileAlreadyExistsException if such a file is there and must not be replaced; nothing
   *     has been read or written then
   * @throws IOException if the source cannot be read, or a file not written or removed
   */
  public static Encoded encode(
      Striping striping,
      ReadableByteChannel source,
      Path directory,
      boolean replace,
      LongConsumer progress)
      throws IOException {
    int shards = striping.code().totalShards();
    if (!replace) {
      refuseToReplace(directory, shards);
    }
    List<ShardWriter> writers = new ArrayList<>();
    try {
      for (int i = 0; i < shards; i++) {
        writers.add(new ShardWriter(i, directory.resolve(name(i))));
      }
      StripeBuffers buffers = new StripeBuffers(striping);
      MessageDigest sha = Sha256.create();
      long total = 0;
      int count = buffers.fill(source);
      while (count > 0) {
        sha.update(buffers.data(count));
        striping.code().encode(buffers.blocks());
        for (int i = 0; i < writers.size(); i++) {
          writers.get(i).write(buffers.blocks()[i]);
        }
        total += count;
        progress.accept(count);
        count = count < striping.stripeBytes() ? 0 : buffers.fill(source);
      }
      String digest = HexFormat.of().formatHex(sha.digest());
      ShardHeader.Identity set =
          new ShardHeader.Identity(striping.code().toString(), striping.unit(), total, digest);
      for (ShardWriter writer : writers) {
        writer.finish(set);
      }
      for (ShardWriter writer : writers) {
        writer.commit();
      }
      for (Path file : furtherShardFiles(directory, shards)) {
        Files.delete(file);
      }
      return new Encoded(total, digest, writers.stream().map(ShardWriter::target).toList());
    } finally {
      ShardWriter.closeAll(writers);
    }
  }

  private static void refuseToReplace(Path directory, int shards) throws IOException {
    for (int i = 0; i < shards; i++) {
      Path target = directory.resolve(name(i));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
    }
    List<Path> further = furtherShardFiles(directory, shards);
    if (!further.isEmpty()) {
      throw new FileAlreadyExistsException(further.get(0).toString());
    }
  }

  /** Returns the files that begin as shard files and are named as shards from a number on. */
  private static List<Path> furtherShardFiles(Path directory, int shards) throws IOException {
    List<Path> found = new ArrayList<>();
    for (int i = shards; i <= MAX_INDEX; i++) {
      Path file = directory.resolve(name(i));
      if (Files.isRegularFile(file) && ShardFile.hasMagic(file)) {
        found.add(file);
      }
    }
    return found;
  }
}
