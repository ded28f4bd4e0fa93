package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.RepairPlan;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Codes streams of any length, one stripe after another, in memory for one stripe. The bytes of the
 * shards are those of {@link Striping}; nothing is added to them.
 *
 * <p>Channels must block. They are read and written in order, never closed, and belong to the
 * caller. Immutable and thread-safe; give the code a kernel of {@link
 * dev.kintsugi.erasure.GaloisKernels#spread} to use several threads for one stream.
 */
public final class ChannelCoder {
  private final Striping striping;
  private final ErasureCode code;

  /** Creates a coder. */
  public ChannelCoder(Striping striping) {
    this.striping = striping;
    this.code = striping.code();
  }

  /** Returns how bytes are cut into shards. */
  public Striping striping() {
    return striping;
  }

  /**
   * Reads data to its end and writes all shards.
   *
   * @param data the data
   * @param shards {@code totalShards()} channels
   * @return the number of bytes read, which decoding needs to know
   * @throws IllegalArgumentException if a channel is null, or there are more or fewer of them;
   *     nothing has been read or written then
   * @throws IOException if a channel throws it
   */
  public long encode(ReadableByteChannel data, List<? extends WritableByteChannel> shards)
      throws IOException {
    check(data, "data");
    checkCount(shards);
    checkAllThere(shards);
    StripeBuffers buffers = new StripeBuffers(striping);
    long total = 0;
    int count = buffers.fill(data);
    while (count > 0) {
      code.encode(buffers.blocks());
      for (int i = 0; i < shards.size(); i++) {
        StripeBuffers.writeFully(shards.get(i), buffers.blocks()[i]);
      }
      total += count;
      count = count < striping.stripeBytes() ? 0 : buffers.fill(data);
    }
    return total;
  }

  /**
   * Reads as few shards as the code needs and writes the data.
   *
   * @param shards {@code totalShards()} channels, null for a lost shard
   * @param length the number of bytes of the data
   * @param data receives the data
   * @throws dev.kintsugi.erasure.UndecodableException if too few shards are there; nothing has been
   *     read or written then
   * @throws EOFException if a shard ends too early
   * @throws IllegalArgumentException if there are more or fewer channels, the data is null, or the
   *     length is negative
   * @throws IOException if a channel throws it
   */
  public void decode(
      List<? extends @Nullable ReadableByteChannel> shards, long length, WritableByteChannel data)
      throws IOException {
    checkCount(shards);
    check(data, "data");
    long stripes = striping.stripes(length);
    BitSet lost = missing(shards);
    lost.clear(code.dataShards(), code.totalShards());
    StripeLoop loop = new StripeLoop(shards, lost);
    for (int i = 0; i < code.dataShards(); i++) {
      loop.reads.set(i, shards.get(i) != null || loop.reads.get(i));
    }
    for (long stripe = 0; stripe < stripes; stripe++) {
      loop.next(stripe, length);
      long left = length - stripe * striping.stripeBytes();
      StripeBuffers.writeFully(
          data, loop.buffers.data((int) Math.min(left, striping.stripeBytes())));
    }
  }

  /**
   * Reads as few shards as the code needs and writes lost ones.
   *
   * @param shards {@code totalShards()} channels, null for a shard that is not there
   * @param length the number of bytes of the data
   * @param lost receives the shards to compute, by index; these are null among the shards
   * @throws dev.kintsugi.erasure.UndecodableException if too few shards are there; nothing has been
   *     read or written then
   * @throws EOFException if a shard ends too early
   * @throws IllegalArgumentException if there are more or fewer channels, if the length is
   *     negative, if a lost shard is there, or if a channel to write to is null
   * @throws IOException if a channel throws it
   */
  public void repair(
      List<? extends @Nullable ReadableByteChannel> shards,
      long length,
      Map<Integer, ? extends WritableByteChannel> lost)
      throws IOException {
    checkCount(shards);
    check(lost, "lost");
    long stripes = striping.stripes(length);
    BitSet wanted = new BitSet();
    for (Map.Entry<Integer, ? extends WritableByteChannel> entry : lost.entrySet()) {
      check(entry.getKey(), "index of a lost shard");
      int shard = entry.getKey();
      check(entry.getValue(), "lost[%d]".formatted(shard));
      if (shard < 0 || shard >= code.totalShards() || shards.get(shard) != null) {
        throw new IllegalArgumentException(
            "lost (%d) must be the index of a shard that is not there".formatted(shard));
      }
      wanted.set(shard);
    }
    StripeLoop loop = new StripeLoop(shards, wanted);
    for (long stripe = 0; stripe < stripes; stripe++) {
      loop.next(stripe, length);
      for (Map.Entry<Integer, ? extends WritableByteChannel> entry : lost.entrySet()) {
        StripeBuffers.writeFully(entry.getValue(), loop.buffers.blocks()[entry.getKey()]);
      }
    }
  }

  /**
   * Reads all shards and returns whether the parity shards are those of the data shards.
   *
   * @param shards {@code totalShards()} channels
   * @param length the number of bytes of the data
   * @throws EOFException if a shard ends too early
   * @throws IllegalArgumentException if a channel is null, there are more or fewer of them, or the
   *     length is negative
   * @throws IOException if a channel throws it
   */
  public boolean verify(List<? extends ReadableByteChannel> shards, long length)
      throws IOException {
    checkCount(shards);
    checkAllThere(shards);
    StripeLoop loop = new StripeLoop(shards, new BitSet());
    loop.reads.set(0, code.totalShards());
    long stripes = striping.stripes(length);
    for (long stripe = 0; stripe < stripes; stripe++) {
      loop.next(stripe, length);
      if (!code.verify(loop.buffers.blocks())) {
        return false;
      }
    }
    return true;
  }

  private void checkCount(List<?> shards) {
    check(shards, "shards");
    if (shards.size() != code.totalShards()) {
      throw new IllegalArgumentException(
          "shards.size() (%d) must be %d".formatted(shards.size(), code.totalShards()));
    }
  }

  private static void checkAllThere(List<?> shards) {
    for (int i = 0; i < shards.size(); i++) {
      check(shards.get(i), "shards[%d]".formatted(i));
    }
  }

  private static void check(@Nullable Object argument, String name) {
    if (argument == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
  }

  private static BitSet missing(List<? extends @Nullable ReadableByteChannel> shards) {
    BitSet missing = new BitSet();
    for (int i = 0; i < shards.size(); i++) {
      missing.set(i, shards.get(i) == null);
    }
    return missing;
  }

  /** Reads the blocks of one stripe after another and computes those that are lost. */
  private final class StripeLoop {
    private final List<? extends @Nullable ReadableByteChannel> shards;
    private final BitSet reads = new BitSet();
    private final @Nullable RepairPlan plan;
    private final StripeBuffers buffers;

    StripeLoop(List<? extends @Nullable ReadableByteChannel> shards, BitSet lost) {
      this.shards = shards;
      RepairPlan found = null;
      if (!lost.isEmpty()) {
        BitSet available = missing(shards);
        available.flip(0, code.totalShards());
        double[] costs = new double[code.totalShards()];
        Arrays.fill(costs, 1);
        found = code.planRepair(lost, available, costs);
        found.reads().forEach(reads::set);
      }
      plan = found;
      buffers = new StripeBuffers(striping);
    }

    void next(long stripe, long length) throws IOException {
      ByteBuffer[] blocks = buffers.cut(striping.blockBytes(stripe, length));
      for (int i = reads.nextSetBit(0); i >= 0; i = reads.nextSetBit(i + 1)) {
        ReadableByteChannel shard = shards.get(i);
        if (shard != null) {
          StripeBuffers.readFully(shard, blocks[i], "shard " + i);
          blocks[i].clear();
        }
      }
      if (plan != null) {
        plan.repair(blocks);
      }
    }
  }
}
