package dev.kintsugi.erasure.stream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A shard file with a sound header, open to read. */
final class ShardFile implements Closeable {
  private final Path path;
  private final ShardHeader header;
  private final FileChannel channel;
  private final ByteBuffer sum = ByteBuffer.allocate(Integer.BYTES);

  private ShardFile(Path path, ShardHeader header, FileChannel channel) {
    this.path = path;
    this.header = header;
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @throws ShardFormatException if it has no sound header
   */
  static ShardFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      ByteBuffer bytes = ByteBuffer.allocate(ShardHeader.BYTES);
      readAt(channel, bytes, 0);
      byte[] read = Arrays.copyOf(bytes.array(), bytes.position());
      return new ShardFile(path, ShardHeader.parse(read), channel);
    } catch (IOException | RuntimeException e) {
      try {
        channel.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Returns whether a file begins as a shard file does, whatever follows. */
  static boolean hasMagic(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return ShardHeader.hasMagic(in.readNBytes(ShardHeader.BYTES));
    }
  }

  Path path() {
    return path;
  }

  ShardHeader header() {
    return header;
  }

  /** Returns how long the file is, and how long it must be. */
  long[] sizes(Striping striping) throws IOException {
    return new long[] {channel.size(), ShardHeader.shardFileBytes(striping, header.fileBytes())};
  }

  /** Returns how many blocks the file is long enough to hold, whatever its header says. */
  long heldBlocks(Striping striping) throws IOException {
    long[] sizes = sizes(striping);
    if (sizes[0] >= sizes[1]) {
      return striping.stripes(header.fileBytes());
    }
    return Math.max(0, sizes[0] - ShardHeader.BYTES) / (header.unit() + (long) Integer.BYTES);
  }

  /**
   * Reads a block and returns whether it is as it was written.
   *
   * @param stripe the number of the block
   * @param block filled from position to limit, which do not change; holds anything if false
   * @param sums takes the checksum of the block
   */
  boolean read(long stripe, ByteBuffer block, CRC32C sums) throws IOException {
    long start = ShardHeader.BYTES + stripe * (header.unit() + (long) Integer.BYTES);
    ByteBuffer bytes = block.duplicate();
    readAt(channel, bytes, start);
    if (bytes.hasRemaining()) {
      return false;
    }
    sum.clear();
    readAt(channel, sum, start + block.remaining());
    if (sum.hasRemaining()) {
      return false;
    }
    sum.flip();
    sums.update(sum.duplicate());
    return sum.getInt() == ShardHeader.blockChecksum(header.index(), stripe, block);
  }

  private static void readAt(FileChannel channel, ByteBuffer to, long start) throws IOException {
    long at = start;
    int count = 0;
    while (to.hasRemaining() && count >= 0) {
      count = channel.read(to, at);
      at += Math.max(0, count);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
