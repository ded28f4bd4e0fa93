package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.crypto.RandomBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stripe in the making: reserve room for extents, lay them out, seal them into the shards'
 * buffers, complete with padding and parity.
 *
 * <p>Order of calls: {@link #reserve} for every extent; then {@link #address}, {@link #seal} and
 * {@link #put} for every extent, in any order and from several threads at once for different
 * extents; then {@link #complete}; then {@link StripeWriter#write}, which closes it. Closing gives
 * the buffers back and lets the next stripe in; a builder that is not written must be closed.
 */
public final class StripeBuilder implements AutoCloseable {
  private final Scheme scheme;
  private final ShardBuffers buffers;
  private final Runnable release;
  private final List<Integer> plainLengths = new ArrayList<>();
  private final StripeFill filler;
  private @Nullable StripeLayout layout;
  private byte @Nullable [][] rows;
  private boolean complete;
  private boolean closed;

  StripeBuilder(Scheme scheme, ShardBuffers buffers, Runnable release) {
    this.scheme = scheme;
    this.buffers = buffers;
    this.release = release;
    this.filler = new StripeFill(scheme.dataShards(), scheme.fullShardLength());
  }

  /** Returns whether an extent of a plaintext length still fits. */
  public boolean fits(int plainLength) {
    return filler.fits(plainLength);
  }

  /** Returns whether nothing was reserved yet. */
  public boolean isEmpty() {
    return plainLengths.isEmpty();
  }

  /**
   * Reserves room for an extent.
   *
   * @param plainLength its plaintext length in bytes; an empty extent has one empty block
   * @return its number in this stripe, counted from 0
   * @throws IllegalArgumentException if it does not fit
   * @throws IllegalStateException if the stripe was laid out already
   */
  public int reserve(int plainLength) {
    if (layout != null) {
      throw new IllegalStateException("the stripe was laid out already");
    }
    if (!filler.fits(plainLength)) {
      throw new IllegalArgumentException(
          "an extent of %d bytes does not fit into what is left of a stripe of %s"
              .formatted(plainLength, scheme));
    }
    filler.add(plainLength);
    plainLengths.add(plainLength);
    return plainLengths.size() - 1;
  }

  /** Returns where an extent starts. The first call lays the stripe out. */
  public synchronized ExtentAddress address(int extent) {
    return layout().addresses().get(extent);
  }

  /** Returns the payload length of the stripe's shards. The first call lays the stripe out. */
  public synchronized int shardLength() {
    return layout().shardLength();
  }

  /** Returns the scheme. */
  public Scheme scheme() {
    return scheme;
  }

  /**
   * Seals an extent into its place.
   *
   * @param extent its number
   * @param key a key that seals nothing else; stays the caller's
   * @param plain holds as many bytes as were reserved
   * @param offset of the first of them
   */
  public void seal(int extent, ExtentKey key, byte[] plain, int offset) {
    int length = plainLengths.get(extent);
    ExtentSealer sealer = new ExtentSealer(key);
    List<BlockPosition> blocks = blocks(extent);
    byte[][] target = rows();
    for (int b = 0; b < blocks.size(); b++) {
      BlockPosition at = blocks.get(b);
      boolean last = b == blocks.size() - 1;
      int from = b * ExtentSealer.BLOCK_SIZE;
      int n = last ? length - from : ExtentSealer.BLOCK_SIZE;
      sealer.sealBlock(b, last, plain, offset + from, n, target[at.shard()], at.offset());
    }
  }

  /**
   * Copies an extent that is sealed already into its place.
   *
   * @param extent its number
   * @param sealed its sealed bytes, of the length that follows from what was reserved
   */
  public void put(int extent, byte[] sealed) {
    long expected = ExtentSealer.sealedLength(plainLengths.get(extent));
    if (sealed.length != expected) {
      throw new IllegalArgumentException(
          "sealed (%d bytes) must have %d".formatted(sealed.length, expected));
    }
    byte[][] target = rows();
    int from = 0;
    for (BlockPosition at : blocks(extent)) {
      System.arraycopy(sealed, from, target[at.shard()], at.offset(), at.length());
      from += at.length();
    }
  }

  /** Fills the rest of the data shards with random bytes and computes the parity shards. */
  public void complete() {
    StripeLayout plan;
    synchronized (this) {
      plan = layout();
    }
    byte[][] all = rows();
    for (int i = 0; i < scheme.dataShards(); i++) {
      int used = plan.used().get(i);
      // Never zeros: with zeros archives would see true lengths and equal runs of bytes.
      RandomBytes.fill(all[i], used, plan.shardLength() - used);
    }
    scheme.code().encode(all, 0, plan.shardLength());
    complete = true;
  }

  /** Returns the buffers of all shards; each starts with a shard's payload. */
  byte[][] completed() {
    if (!complete) {
      throw new IllegalStateException("the stripe is not complete");
    }
    return rows();
  }

  private List<BlockPosition> blocks(int extent) {
    return StripeLayout.blocks(
        scheme.dataShards(), shardLength(), address(extent), plainLengths.get(extent));
  }

  private synchronized StripeLayout layout() {
    StripeLayout plan = layout;
    if (plan == null) {
      if (plainLengths.isEmpty()) {
        throw new IllegalStateException("a stripe needs at least one extent");
      }
      plan = StripeLayout.of(scheme, plainLengths);
      layout = plan;
    }
    return plan;
  }

  private synchronized byte[][] rows() {
    if (closed) {
      throw new IllegalStateException("the stripe was closed");
    }
    byte[][] taken = rows;
    if (taken == null) {
      int length = layout().shardLength();
      taken = new byte[scheme.totalShards()][];
      for (int i = 0; i < taken.length; i++) {
        taken[i] = buffers.take(length);
      }
      rows = taken;
    }
    return taken;
  }

  /** Gives the buffers back. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    byte[][] taken = rows;
    if (taken != null) {
      for (byte[] row : taken) {
        buffers.giveBack(row);
      }
      rows = null;
    }
    release.run();
  }
}
