package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.ExtentSealer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One version of a file. Its stripes are pinned while it is open. */
final class StoredObject implements ObjectReader {
  private static final int BLOCK = ExtentSealer.BLOCK_SIZE;

  /** Blocks that are kept, and read at once when a reader goes straight on. */
  private static final int CACHED = 32;

  private static final int AHEAD = 16;

  private final VaultPath path;
  private final Attributes attributes;
  private final List<ContentRecord.Extent> extents;
  private final ExtentSource source;
  private final StripePins pins;
  private final Set<StripeId> pinned;
  private final BlockCache cache = new BlockCache(CACHED);
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile long expected = -1; // where a sequential reader would go on

  /**
   * Opens a version. Must be called inside the snapshot that the version was found in, so that its
   * stripes are pinned before a later commit can delete them.
   */
  StoredObject(
      VaultPath path,
      Attributes attributes,
      ContentRecord content,
      ExtentSource source,
      StripePins pins) {
    this.path = path;
    this.attributes = attributes;
    this.extents = content.extents();
    this.source = source;
    this.pins = pins;
    this.pinned =
        extents.stream().map(ContentRecord.Extent::stripe).collect(Collectors.toUnmodifiableSet());
    pins.pin(pinned);
  }

  @Override
  public Attributes attributes() {
    return attributes;
  }

  /** Returns the extents, in the order of their offsets. */
  List<ContentRecord.Extent> extents() {
    return extents;
  }

  @Override
  public int read(long position, ByteBuffer target) {
    checkOpen();
    if (position < 0) {
      throw new IllegalArgumentException("position (" + position + ") must not be negative");
    }
    if (position >= attributes.size()) {
      return 0;
    }
    int count = (int) Math.min(target.remaining(), attributes.size() - position);
    boolean sequential = position == expected;
    long end = position + count;
    int at = firstAfter(position);
    for (long next = position; next < end; ) {
      ContentRecord.Extent extent = at < extents.size() ? extents.get(at) : null;
      if (extent == null || next < extent.offset()) {
        long hole = Math.min(end, extent == null ? end : extent.offset()) - next;
        target.put(new byte[(int) hole]);
        next += hole;
      } else {
        int from = (int) (next - extent.offset());
        int length = (int) Math.min(extent.length() - from, end - next);
        readExtent(at, from, length, target, sequential);
        next += length;
        at++;
      }
    }
    expected = end;
    return count;
  }

  /**
   * Reads a whole extent past the cache.
   *
   * @param index of the extent
   * @param spare is filled and returned if it is as long as the extent
   */
  byte[] readExtent(int index, byte @Nullable [] spare) {
    checkOpen();
    ContentRecord.Extent extent = extents.get(index);
    byte[] bytes =
        spare != null && spare.length == extent.length() ? spare : new byte[extent.length()];
    source.read(path, attributes.inode(), extent, 0, bytes, 0, bytes.length);
    return bytes;
  }

  private void readExtent(int index, int from, int length, ByteBuffer target, boolean sequential) {
    int last = (from + length - 1) / BLOCK;
    for (int block = from / BLOCK; block <= last; block++) {
      byte[] bytes = cache.get(index, block);
      if (bytes == null) {
        bytes = fetch(index, block, last, sequential);
      }
      int skip = Math.max(0, from - block * BLOCK);
      int end = Math.min(bytes.length, from + length - block * BLOCK);
      target.put(bytes, skip, end - skip);
    }
  }

  /** Reads a block and those after it that are wanted next, and returns it. */
  private byte[] fetch(int index, int block, int lastWanted, boolean sequential) {
    ContentRecord.Extent extent = extents.get(index);
    int lastThere = (extent.length() - 1) / BLOCK;
    int last = Math.max(lastWanted, sequential ? block + AHEAD - 1 : block);
    last = Math.min(Math.min(last, lastThere), block + AHEAD - 1);
    int start = block * BLOCK;
    byte[] run = new byte[Math.min(extent.length(), (last + 1) * BLOCK) - start];
    source.read(path, attributes.inode(), extent, start, run, 0, run.length);
    byte[] first = run;
    for (int b = block; b <= last; b++) {
      int offset = (b - block) * BLOCK;
      byte[] bytes = Arrays.copyOfRange(run, offset, Math.min(run.length, offset + BLOCK));
      cache.put(index, b, bytes);
      if (b == block) {
        first = bytes;
      }
    }
    return first;
  }

  /** Returns the index of the first extent that ends after a position. */
  private int firstAfter(long position) {
    int low = 0;
    int high = extents.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (extents.get(middle).end() <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the reader of " + path + " is closed");
    }
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      pins.unpin(pinned);
    }
  }
}
