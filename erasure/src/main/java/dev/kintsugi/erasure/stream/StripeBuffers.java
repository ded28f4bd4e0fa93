package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Memory for one stripe, outside the heap, with the data blocks side by side. */
final class StripeBuffers {
  private final ErasureCode code;
  private final Striping striping;
  private final ByteBuffer data;
  private final ByteBuffer parity;
  private final ByteBuffer[] blocks;

  StripeBuffers(Striping striping) {
    this(striping, striping.unit());
  }

  /**
   * Takes memory.
   *
   * @param blockBytes the length of the longest block, at most the unit
   */
  StripeBuffers(Striping striping, int blockBytes) {
    this.striping = striping;
    this.code = striping.code();
    this.data = ByteBuffer.allocateDirect(Math.multiplyExact(code.dataShards(), blockBytes));
    this.parity = ByteBuffer.allocateDirect(Math.multiplyExact(code.parityShards(), blockBytes));
    this.blocks = new ByteBuffer[code.totalShards()];
    cut(blockBytes);
  }

  /** Makes blocks of a length, each with its position at 0. */
  ByteBuffer[] cut(int blockBytes) {
    int k = code.dataShards();
    for (int i = 0; i < blocks.length; i++) {
      ByteBuffer memory = i < k ? data : parity;
      blocks[i] = memory.slice((i < k ? i : i - k) * blockBytes, blockBytes);
    }
    return blocks;
  }

  /** Returns the blocks of the last cut. */
  ByteBuffer[] blocks() {
    return blocks;
  }

  /** Returns the first bytes of the data. */
  ByteBuffer data(int count) {
    return data.slice(0, count);
  }

  /** Makes the data zeros from a place to its end. */
  void clearFrom(int count) {
    for (int i = count; i < data.capacity(); i++) {
      data.put(i, (byte) 0);
    }
  }

  /**
   * Reads data for a whole stripe, or what is left; cuts it into blocks and fills the last ones up
   * with zeros.
   *
   * @return the number of bytes read, 0 at the end
   */
  int fill(ReadableByteChannel source) throws IOException {
    data.clear();
    while (data.hasRemaining() && source.read(data) >= 0) {}
    int count = data.position();
    int block = count == data.capacity() ? striping.unit() : striping.blockOf(count);
    while (data.position() < block * code.dataShards()) {
      data.put((byte) 0);
    }
    cut(block);
    return count;
  }

  /** Fills a buffer. */
  static void readFully(ReadableByteChannel from, ByteBuffer to, String name) throws IOException {
    while (to.hasRemaining()) {
      if (from.read(to) < 0) {
        throw new EOFException("%s ends %d bytes too early".formatted(name, to.remaining()));
      }
    }
  }

  /** Writes what remains of a buffer; its position does not change. */
  static void writeFully(WritableByteChannel to, ByteBuffer from) throws IOException {
    ByteBuffer rest = from.duplicate();
    while (rest.hasRemaining()) {
      to.write(rest);
    }
  }
}
