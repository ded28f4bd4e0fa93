package dev.kintsugi.erasure.stream;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes one shard file, which appears whole or not at all. */
final class ShardWriter implements Closeable {
  private final int index;
  private final ReplacingFile file;
  private final CRC32C sums = new CRC32C();
  private final ByteBuffer[] blockAndSum = {
    ByteBuffer.allocate(0), ByteBuffer.allocateDirect(Integer.BYTES)
  };
  private long blocks;

  ShardWriter(int index, Path target) throws IOException {
    this.index = index;
    this.file = ReplacingFile.at(target);
    StripeBuffers.writeFully(file.channel(), ByteBuffer.allocate(ShardHeader.BYTES));
  }

  /** Appends a block, from position to limit; these do not change. */
  void write(ByteBuffer block) throws IOException {
    int sum = ShardHeader.blockChecksum(index, blocks, block);
    blockAndSum[0] = block.duplicate();
    blockAndSum[1].clear().putInt(sum).flip();
    sums.update(blockAndSum[1]);
    blockAndSum[1].flip();
    while (blockAndSum[1].hasRemaining()) {
      file.channel().write(blockAndSum);
    }
    blocks++;
  }

  /** Writes the header and flushes everything; the file is not at its place yet. */
  void finish(ShardHeader.Identity set) throws IOException {
    ShardHeader header =
        new ShardHeader(
            set.scheme(), index, set.unit(), set.fileBytes(), set.digest(), (int) sums.getValue());
    ByteBuffer bytes = ByteBuffer.wrap(header.toBytes());
    while (bytes.hasRemaining()) {
      file.channel().write(bytes, bytes.position());
    }
    file.flush();
  }

  void commit() throws IOException {
    file.commit();
  }

  int index() {
    return index;
  }

  Path target() {
    return file.target();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Closes all, keeping the first failure. */
  static void closeAll(Iterable<? extends Closeable> all) throws IOException {
    IOException first = null;
    for (Closeable one : all) {
      try {
        one.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
