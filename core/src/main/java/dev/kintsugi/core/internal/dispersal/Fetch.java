package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.crypto.ExtentSealer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one range of one shard, and, for a run of blocks, their opening right where they
 * are wanted.
 *
 * <p>Its buffer belongs to the fetch until it is released. The reader may stop waiting at any time:
 * a fetch that was abandoned before it began to open blocks never touches the target, which may be
 * in other hands by then.
 */
final class Fetch {
  enum State {
    READING,
    OPENING,
    DONE,
    FAILED,
    ABANDONED
  }

  final int shard;
  final int archive;
  final int low;
  final int high;
  final long started = System.nanoTime();
  private final @Nullable Run run;
  private final ShardBuffers buffers;
  private final BitSet unopened = new BitSet();
  private @Nullable BlockTarget target; // guarded by this; null once it may not be touched
  private byte @Nullable [] buffer; // guarded by this
  private State state = State.READING; // guarded by this
  private @Nullable Throwable failure; // guarded by this
  private boolean released; // guarded by this
  boolean slow; // confined to the reader's thread

  /**
   * Makes a fetch.
   *
   * @param run blocks to open; null to read only
   */
  Fetch(int shard, int archive, int low, int high, @Nullable Run run, ShardBuffers buffers) {
    this.shard = shard;
    this.archive = archive;
    this.low = low;
    this.high = high;
    this.run = run;
    this.buffers = buffers;
  }

  /**
   * Starts reading; afterwards the fetch is given to the consumer, from the archive's thread. While
   * an archive hangs, fetches wait in its queue: one that was abandoned keeps nothing large.
   */
  void start(
      Archives archives,
      ArchivePool pool,
      Stripe stripe,
      GroupKeys keys,
      BlockTarget wanted,
      Consumer<Fetch> ended) {
    synchronized (this) {
      target = wanted;
    }
    var unused =
        pool.submit(
                archive,
                () -> {
                  read(archives.backend(archive), stripe, keys);
                  return true;
                })
            .whenComplete(
                (ok, e) -> {
                  finish(e);
                  ended.accept(this);
                });
  }

  private void read(Backend backend, Stripe stripe, GroupKeys keys) throws IOException {
    byte[] bytes;
    synchronized (this) {
      if (state == State.ABANDONED) {
        return;
      }
      bytes = buffers.take(high - low);
      buffer = bytes;
    }
    int read =
        ShardInspector.readFully(
            backend, stripe.name(shard), ShardRecord.position(low), ByteBuffer.wrap(bytes));
    if (read < bytes.length) {
      throw new EOFException(
          "the shard ends after %d of %d bytes from %d".formatted(read, bytes.length, low));
    }
    stripe.mask(keys, shard, low, bytes, 0, bytes.length);
    Run blocks = run;
    BlockTarget wanted = blocks == null ? null : claim();
    if (blocks != null && wanted != null) {
      ExtentSealer sealer = wanted.sealer();
      for (int i = 0; i < blocks.blocks().size(); i++) {
        BlockPosition at = blocks.blocks().get(i);
        if (!wanted.open(sealer, blocks.firstBlock() + i, bytes, at.offset() - low, at.length())) {
          unopened.set(blocks.firstBlock() + i);
        }
      }
    }
  }

  /** Returns the target to open blocks in, null if the fetch was abandoned. */
  private synchronized @Nullable BlockTarget claim() {
    if (state == State.READING) {
      state = State.OPENING;
    }
    return target;
  }

  private synchronized void finish(@Nullable Throwable e) {
    if (state != State.ABANDONED) {
      state = e == null ? State.DONE : State.FAILED;
      failure = e;
    }
    target = null;
    if (state != State.DONE || released) {
      giveBack();
    }
    notifyAll();
  }

  /**
   * Makes sure that the fetch does not touch the target from now on: one that reads is abandoned,
   * one that opens blocks is waited for.
   */
  synchronized State settle() throws InterruptedException {
    if (state == State.READING) {
      state = State.ABANDONED;
      target = null;
    }
    while (state == State.OPENING) {
      wait();
    }
    return state;
  }

  /** Settles the fetch and gives its buffer back, now or as soon as the archive has answered. */
  synchronized void release() throws InterruptedException {
    released = true;
    if (settle() == State.DONE) {
      giveBack();
    }
  }

  private synchronized void giveBack() {
    if (buffer != null) {
      buffers.giveBack(buffer);
      buffer = null;
    }
  }

  synchronized State state() {
    return state;
  }

  @Nullable Run run() {
    return run;
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  /** Returns the blocks of the run that are not authentic. Only when done. */
  BitSet unopened() {
    return unopened;
  }

  /** Returns whether it ended and everything it returned was right as far as can be told. */
  boolean good() {
    return state() == State.DONE && unopened.isEmpty();
  }

  /** Returns the bytes read, the first of them at {@link #low}. Only when done. */
  synchronized byte[] bytes() {
    byte[] bytes = buffer;
    if (bytes == null || state != State.DONE) {
      throw new IllegalStateException("the fetch is " + state);
    }
    return bytes;
  }
}
