package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.archive.ShardName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts operations, failures and bytes of a backend, and learns how long each usually takes. */
public final class MeteredBackend extends ForwardingBackend {
  /** Weight of the newest time in the mean: 1/8, as TCP weighs round trips (RFC 6298). */
  private static final int WEIGHT_SHIFT = 3;

  private final LongSupplier clock;
  private final Map<BackendOperation, Meter> meters = new EnumMap<>(BackendOperation.class);

  /** Meters with the system's clock. */
  public MeteredBackend(Backend delegate) {
    this(delegate, System::nanoTime);
  }

  /**
   * Meters with another clock.
   *
   * @param clock nanoseconds from any origin
   */
  public MeteredBackend(Backend delegate, LongSupplier clock) {
    super(delegate);
    this.clock = clock;
    for (BackendOperation operation : BackendOperation.values()) {
      meters.put(operation, new Meter());
    }
  }

  /** Returns what was measured so far. */
  public OperationMetrics metrics(BackendOperation operation) {
    return meter(operation).snapshot();
  }

  private Meter meter(BackendOperation operation) {
    Meter meter = meters.get(operation);
    if (meter == null) {
      throw new IllegalStateException("no meter for " + operation);
    }
    return meter;
  }

  private static final class Meter {
    private static final long UNKNOWN = -1;

    private final LongAdder count = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final AtomicLong usual = new AtomicLong(UNKNOWN);

    void succeeded(long moved, long took) {
      count.increment();
      bytes.add(moved);
      nanos.add(took);
      usual.updateAndGet(old -> old == UNKNOWN ? took : old + ((took - old) >> WEIGHT_SHIFT));
    }

    void failed(long took) {
      count.increment();
      failures.increment();
      nanos.add(took);
    }

    OperationMetrics snapshot() {
      long mean = usual.get();
      return new OperationMetrics(
          count.sum(),
          failures.sum(),
          bytes.sum(),
          nanos.sum(),
          mean == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(mean));
    }
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private interface Size<T> {
    long of(T result);
  }

  private <T> T measure(BackendOperation operation, Call<T> call, Size<T> size) throws IOException {
    Meter meter = meter(operation);
    long start = clock.getAsLong();
    boolean succeeded = false;
    long moved = 0;
    try {
      T result = call.run();
      moved = size.of(result);
      succeeded = true;
      return result;
    } finally {
      long took = Math.max(0, clock.getAsLong() - start);
      if (succeeded) {
        meter.succeeded(moved, took);
      } else {
        meter.failed(took);
      }
    }
  }

  @Override
  public void write(ShardName name, ByteBuffer... content) throws IOException {
    long moved = remaining(content);
    measure(
        BackendOperation.WRITE,
        () -> {
          delegate().write(name, content);
          return moved;
        },
        bytes -> bytes);
  }

  @Override
  public void replace(ShardName name, ByteBuffer... content) throws IOException {
    long moved = remaining(content);
    measure(
        BackendOperation.REPLACE,
        () -> {
          delegate().replace(name, content);
          return moved;
        },
        bytes -> bytes);
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
    return measure(
        BackendOperation.READ, () -> delegate().read(name, offset, target), count -> count);
  }

  @Override
  public long size(ShardName name) throws IOException {
    return measure(BackendOperation.SIZE, () -> delegate().size(name), size -> 0);
  }

  @Override
  public boolean delete(ShardName name) throws IOException {
    return measure(BackendOperation.DELETE, () -> delegate().delete(name), found -> 0);
  }

  @Override
  public void list(Consumer<ShardInfo> visitor) throws IOException {
    measure(
        BackendOperation.LIST,
        () -> {
          delegate().list(visitor);
          return true;
        },
        done -> 0);
  }

  @Override
  public Optional<byte[]> readRecord(String key) throws IOException {
    return measure(
        BackendOperation.READ_RECORD,
        () -> delegate().readRecord(key),
        value -> value.map(bytes -> bytes.length).orElse(0));
  }

  @Override
  public void writeRecord(String key, byte[] value) throws IOException {
    measure(
        BackendOperation.WRITE_RECORD,
        () -> {
          delegate().writeRecord(key, value);
          return true;
        },
        done -> value.length);
  }

  @Override
  public boolean deleteRecord(String key) throws IOException {
    return measure(BackendOperation.DELETE_RECORD, () -> delegate().deleteRecord(key), found -> 0);
  }

  @Override
  public Capacity capacity() throws IOException {
    return measure(BackendOperation.CAPACITY, () -> delegate().capacity(), capacity -> 0);
  }
}
