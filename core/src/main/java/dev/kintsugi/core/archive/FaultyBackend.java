package dev.kintsugi.core.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A backend that breaks its promises on purpose, for tests: it fails, waits, lies, fills up,
 * vanishes and forgets, as scripted. Everything random follows from the seed. Thread-safe.
 *
 * <p>Without a script it behaves as the backend that it wraps.
 */
public final class FaultyBackend extends ForwardingBackend {
  private final Random random; // guarded by this
  private final Map<BackendOperation, List<Fault>> faults =
      new EnumMap<>(BackendOperation.class); // guarded by this
  private final Map<ShardName, Optional<byte[]>> unsynced =
      new HashMap<>(); // what was there before; guarded by this
  private volatile Duration delay = Duration.ZERO;
  private volatile double flipProbability;
  private volatile double shortProbability;
  private volatile boolean gone;
  private volatile boolean forgetful;
  private volatile long room = Long.MAX_VALUE;

  /** A failure that waits for its turn. */
  private static final class Fault {
    final Supplier<IOException> failure;
    final boolean afterEffect;
    long countdown;

    Fault(long countdown, boolean afterEffect, Supplier<IOException> failure) {
      this.countdown = countdown;
      this.afterEffect = afterEffect;
      this.failure = failure;
    }
  }

  /**
   * Wraps a backend.
   *
   * @param seed of everything random
   */
  public FaultyBackend(Backend delegate, long seed) {
    super(delegate);
    this.random = new Random(seed);
  }

  /**
   * Makes one operation fail before it does anything.
   *
   * @param nth 1 for the next one
   */
  public void fail(BackendOperation operation, long nth, Supplier<IOException> failure) {
    add(operation, new Fault(nth, false, failure));
  }

  /** Makes one operation fail after it took effect, so that its caller cannot know. */
  public void failAfterEffect(BackendOperation operation, long nth, Supplier<IOException> failure) {
    add(operation, new Fault(nth, true, failure));
  }

  private synchronized void add(BackendOperation operation, Fault fault) {
    if (fault.countdown < 1) {
      throw new IllegalArgumentException("nth (" + fault.countdown + ") must be at least 1");
    }
    faults.computeIfAbsent(operation, key -> new ArrayList<>()).add(fault);
  }

  /** Makes every operation fail as if the place were not there, until {@link #comeBack}. */
  public void vanish() {
    gone = true;
  }

  /** Takes back {@link #vanish}. */
  public void comeBack() {
    gone = false;
  }

  /** Makes every operation wait first. */
  public void delay(Duration time) {
    delay = time;
  }

  /** Lets only so many more bytes of shards and records be written. */
  public void leaveRoom(long bytes) {
    room = bytes;
  }

  /** Flips a random bit of what a read returns, with a probability. */
  public void flipBits(double probability) {
    flipProbability = probability;
  }

  /** Returns fewer bytes than asked for, as if a shard were cut, with a probability. */
  public void truncateReads(double probability) {
    shortProbability = probability;
  }

  /** From now on writes are acknowledged that {@link #crash} will undo. */
  public void forgetWrites() {
    forgetful = true;
  }

  /** Loses what was written since {@link #forgetWrites}, and is honest again. */
  public void crash() throws IOException {
    forgetful = false;
    Map<ShardName, Optional<byte[]>> lost;
    synchronized (this) {
      lost = Map.copyOf(unsynced);
      unsynced.clear();
    }
    for (Map.Entry<ShardName, Optional<byte[]>> entry : lost.entrySet()) {
      Optional<byte[]> before = entry.getValue();
      if (before.isPresent()) {
        delegate().replace(entry.getKey(), ByteBuffer.wrap(before.get()));
      } else {
        delegate().delete(entry.getKey());
      }
    }
  }

  /** Replaces the bytes of a published shard, which no honest backend ever does. */
  public void tamper(ShardName name, UnaryOperator<byte[]> change) throws IOException {
    delegate().replace(name, ByteBuffer.wrap(change.apply(bytes(name))));
  }

  private byte[] bytes(ShardName name) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(delegate().size(name)));
    while (bytes.hasRemaining() && delegate().read(name, bytes.position(), bytes) > 0) {
      // reads on
    }
    return bytes.array();
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(BackendOperation operation, Call<T> call) throws IOException {
    pause();
    if (gone) {
      throw new ArchiveGoneException("archive is gone: " + url() + " has vanished");
    }
    Optional<Fault> fault = due(operation);
    if (fault.isPresent() && !fault.get().afterEffect) {
      throw fault.get().failure.get();
    }
    T result = call.run();
    if (fault.isPresent()) {
      throw fault.get().failure.get();
    }
    return result;
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(delay.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while being slow", e);
    }
  }

  private synchronized Optional<Fault> due(BackendOperation operation) {
    List<Fault> waiting = faults.computeIfAbsent(operation, key -> new ArrayList<>());
    waiting.forEach(fault -> fault.countdown--);
    Optional<Fault> due = waiting.stream().filter(fault -> fault.countdown == 0).findFirst();
    waiting.removeIf(fault -> fault.countdown <= 0);
    return due;
  }

  private synchronized void takeRoom(long bytes) throws ArchiveFullException {
    if (bytes > room) {
      throw new ArchiveFullException(
          "archive " + url() + " is full: " + bytes + " bytes do not fit into " + room);
    }
    room -= bytes;
  }

  private synchronized boolean happens(double probability) {
    return random.nextDouble() < probability;
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    long needed = remaining(content);
    call(
        BackendOperation.WRITE,
        () -> {
          takeRoom(needed);
          delegate().write(name, content);
          remember(name, Optional.empty());
          return true;
        });
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    long needed = remaining(content);
    call(
        BackendOperation.REPLACE,
        () -> {
          takeRoom(needed);
          Optional<byte[]> before = forgetful ? before(name) : Optional.empty();
          delegate().replace(name, content);
          remember(name, before);
          return true;
        });
  }

  private Optional<byte[]> before(ShardName name) throws IOException {
    try {
      return Optional.of(bytes(name));
    } catch (NoSuchShardException e) {
      return Optional.empty();
    }
  }

  private synchronized void remember(ShardName name, Optional<byte[]> before) {
    if (forgetful) {
      unsynced.putIfAbsent(name, before);
    }
  }

  private static long remaining(ByteBuffer... content) {
    long length = 0;
    for (ByteBuffer part : content) {
      length += part.remaining();
    }
    return length;
  }

  @Override
  public int read(ShardName name, long offset, ByteBuffer target) throws IOException {
    return call(
        BackendOperation.READ,
        () -> {
          int start = target.position();
          int count = delegate().read(name, offset, target);
          if (count > 0 && happens(shortProbability)) {
            count = drawBelow(count);
            target.position(start + count);
          }
          if (count > 0 && happens(flipProbability)) {
            int at = start + drawBelow(count);
            target.put(at, (byte) (target.get(at) ^ (1 << drawBelow(8))));
          }
          return count;
        });
  }

  private synchronized int drawBelow(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long size(ShardName name) throws IOException {
    return call(BackendOperation.SIZE, () -> delegate().size(name));
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    return call(BackendOperation.DELETE, () -> delegate().delete(name));
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    call(
        BackendOperation.LIST,
        () -> {
          delegate().list(visitor);
          return true;
        });
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    return call(BackendOperation.READ_RECORD, () -> delegate().readRecord(key));
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    call(
        BackendOperation.WRITE_RECORD,
        () -> {
          takeRoom(value.length);
          delegate().writeRecord(key, value);
          return true;
        });
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    return call(BackendOperation.DELETE_RECORD, () -> delegate().deleteRecord(key));
  }

  @Override
  public Capacity capacity() throws IOException {
    return call(BackendOperation.CAPACITY, () -> delegate().capacity());
  }
}
