package dev.kintsugi.core.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An archive in the memory of this process, for tests and for embedding. Every backend opened under
 * a name sees the same shards, which live until {@link #drop} or the end of the process. "Durable"
 * means no more than that here.
 */
public final class MemoryBackend implements Backend {
  private static final String SCHEME = "memory:";
  private static final ConcurrentMap<String, Place> PLACES = new ConcurrentHashMap<>();

  private final String name;
  private final AtomicReference<@Nullable Place> place;

  private MemoryBackend(String name, Place place) {
    this.name = name;
    this.place = new AtomicReference<>(place);
  }

  /** What is stored under a name. */
  private static final class Place {
    final ConcurrentMap<ShardName, byte[]> shards = new ConcurrentHashMap<>();
    final ConcurrentMap<String, byte[]> records = new ConcurrentHashMap<>();
    volatile boolean dropped;
  }

  /**
   * Opens the archive of a name.
   *
   * @param name at least one character
   * @param create whether to make it if there is none
   * @throws ArchiveGoneException if there is none and {@code create} is false
   */
  public static MemoryBackend open(String name, boolean create) throws IOException {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an archive in memory needs a name, as in memory:a");
    }
    Place place = create ? PLACES.computeIfAbsent(name, key -> new Place()) : PLACES.get(name);
    if (place == null) {
      throw new ArchiveGoneException("archive is gone: nothing in memory is named " + name);
    }
    return new MemoryBackend(name, place);
  }

  /**
   * Forgets an archive and everything in it. Backends that are open on it fail from now on.
   *
   * @return whether there was one
   */
  public static boolean drop(String name) {
    Place place = PLACES.remove(name);
    if (place == null) {
      return false;
    }
    place.dropped = true;
    return true;
  }

  @Override
  public String url() {
    return SCHEME + name;
  }

  @Override
  public void write(ShardName shard, ByteBuffer... content) throws IOException {
    if (live().shards.putIfAbsent(shard, copy(content)) != null) {
      throw new ShardExistsException("archive " + url() + " already holds shard " + shard);
    }
    consume(content);
  }

  @Override
  public void replace(ShardName shard, ByteBuffer... content) throws IOException {
    live().shards.put(shard, copy(content));
    consume(content);
  }

  private static byte[] copy(ByteBuffer... content) {
    int length = 0;
    for (ByteBuffer part : content) {
      length = Math.addExact(length, part.remaining());
    }
    ByteBuffer copy = ByteBuffer.allocate(length);
    for (ByteBuffer part : content) {
      copy.put(part.duplicate());
    }
    return copy.array();
  }

  private static void consume(ByteBuffer... content) {
    for (ByteBuffer part : content) {
      part.position(part.limit());
    }
  }

  @Override
  public int read(ShardName shard, long offset, ByteBuffer target) throws IOException {
    if (offset < 0) {
      throw new IllegalArgumentException("offset (" + offset + ") must not be negative");
    }
    byte[] bytes = bytes(shard);
    if (offset >= bytes.length) {
      return 0;
    }
    int count = (int) Math.min(target.remaining(), bytes.length - offset);
    target.put(bytes, (int) offset, count);
    return count;
  }

  @Override
  public long size(ShardName shard) throws IOException {
    return bytes(shard).length;
  }

  @Override
  public boolean delete(ShardName shard) throws IOException {
    return live().shards.remove(shard) != null;
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    live().shards.forEach((shard, bytes) -> visitor.accept(new ShardInfo(shard, bytes.length)));
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    Place live = live();
    byte[] value = live.records.get(RecordKeys.check(key));
    return value == null ? Optional.empty() : Optional.of(value.clone());
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    live().records.put(RecordKeys.check(key), RecordKeys.checkValue(key, value).clone());
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    return live().records.remove(RecordKeys.check(key)) != null;
  }

  @Override
  public Capacity capacity() throws IOException {
    live();
    return new Capacity(OptionalLong.empty(), OptionalLong.empty());
  }

  @Override
  public void close() {
    place.set(null);
  }

  @Override
  public String toString() {
    return url();
  }

  private byte[] bytes(ShardName shard) throws IOException {
    byte[] bytes = live().shards.get(shard);
    if (bytes == null) {
      throw new NoSuchShardException("archive " + url() + " holds no shard " + shard);
    }
    return bytes;
  }

  private Place live() throws IOException {
    Place current = place.get();
    if (current == null) {
      throw new IOException("archive " + url() + " was closed");
    }
    if (current.dropped) {
      throw new ArchiveGoneException("archive is gone: " + url() + " was dropped");
    }
    return current;
  }
}
