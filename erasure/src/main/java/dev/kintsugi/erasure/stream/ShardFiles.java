package dev.kintsugi.erasure.stream;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

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

  /**
   * Reads to the end of a channel and writes {@code totalShards()} files into a directory. Memory
   * holds one stripe. Each file appears whole, and none appears before all of them are on the
   * device.
   *
   * @param striping the code and the size of blocks
   * @param source what to encode
   * @param directory where to write, which exists
   * @param replace whether files of the same names may be replaced
   * @param progress is told of bytes that were read
   * @throws FileAlreadyExistsException if a file is there and must not be replaced
   */
  public static Encoded encode(
      Striping striping,
      ReadableByteChannel source,
      Path directory,
      boolean replace,
      LongConsumer progress)
      throws IOException {
    List<ShardWriter> writers = new ArrayList<>();
    try {
      for (int i = 0; i < striping.code().totalShards(); i++) {
        Path target = directory.resolve(name(i));
        if (!replace && Files.exists(target)) {
          throw new FileAlreadyExistsException(target.toString());
        }
        writers.add(new ShardWriter(i, target));
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
      return new Encoded(total, digest, writers.stream().map(ShardWriter::target).toList());
    } finally {
      ShardWriter.closeAll(writers);
    }
  }
}
