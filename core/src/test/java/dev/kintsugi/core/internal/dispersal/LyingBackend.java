package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An archive that a test can make fail, wait, fill up and lie. */
final class LyingBackend extends ForwardingBackend {
  volatile @Nullable String down;
  volatile boolean full;
  volatile @Nullable Capacity room;
  volatile boolean unmeasured;
  volatile boolean lieInParts;
  volatile @Nullable CountDownLatch hold;
  volatile @Nullable CountDownLatch holdWhole; // reads from the start of a shard
  final AtomicLong bytesRead = new AtomicLong();
  final AtomicLong reads = new AtomicLong();

  LyingBackend(Backend delegate) {
    super(delegate);
  }

  static LyingBackend inMemory(String name) {
    try {
      return new LyingBackend(MemoryBackend.open(name, true));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void check() throws IOException {
    String why = down;
    if (why != null) {
      throw new IOException(why);
    }
    await(hold);
  }

  private static void await(@Nullable CountDownLatch latch) throws IOException {
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    check();
    if (full) {
      throw new ArchiveFullException("no room");
    }
    super.write(name, content);
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    check();
    if (full) {
      throw new ArchiveFullException("no room");
    }
    super.replace(name, content);
  }

  @Override
  public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
    check();
    if (offset == 0) {
      await(holdWhole);
    }
    int start = target.position();
    int n = super.read(name, offset, target);
    bytesRead.addAndGet(n);
    reads.incrementAndGet();
    if (lieInParts && offset > 0 && n > 0) {
      target.put(start, (byte) ~target.get(start));
    }
    return n;
  }

  @Override
  public long size(ShardName name) throws IOException {
    check();
    return super.size(name);
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    check();
    return super.delete(name);
  }

  @Override
  public Capacity capacity() throws IOException {
    check();
    if (unmeasured) {
      throw new IOException("mount point not found");
    }
    Capacity told = room;
    return told == null ? super.capacity() : told;
  }

  /** Returns a shard's bytes as they are stored. */
  byte[] bytes(ShardName name) throws IOException {
    byte[] bytes = new byte[(int) delegate().size(name)];
    delegate().read(name, 0, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Replaces a shard's bytes, as whoever runs the archive can. */
  void tamper(ShardName name, byte[] bytes) throws IOException {
    delegate().replace(name, ByteBuffer.wrap(bytes));
  }

  List<ShardName> names() throws IOException {
    List<ShardName> names = new ArrayList<>();
    delegate().list(info -> names.add(info.name()));
    return names;
  }
}
