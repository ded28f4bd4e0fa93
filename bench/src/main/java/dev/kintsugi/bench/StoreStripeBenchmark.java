package dev.kintsugi.bench;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.dispersal.StripeBuilder;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One full stripe, about 8 MiB of plaintext: the steps of storing it, storing it whole, and reading
 * it back, over archives in memory. Milliseconds a stripe.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class StoreStripeBenchmark {
  private static final byte[] VAULT = new byte[16];

  /** The scheme. */
  @Param({"rs:4+2", "rs:10+4"})
  public String scheme = "rs:4+2";

  private final ArchivePool pool = new ArchivePool(4);
  private final Secret leafKey = Secret.random(32);
  private final GroupKeys keys;
  private MemoryArchives archives;
  private StripeWriter writer;
  private StripeReader reader;
  private StoredStripe stored;
  private byte[] plain = new byte[0];
  private byte[] out = new byte[0];
  private byte[][] rows = new byte[0][];
  private long leaf;

  /** Makes keys; the rest is made by {@link #setUp}. */
  @SuppressWarnings("NullAway.Init") // the benchmark harness calls setUp before anything else
  public StoreStripeBenchmark() {
    try (Secret root = Secret.random(32)) {
      keys = GroupKeys.derive(root, 0, 1);
    }
  }

  /** Stores a stripe to read. */
  @Setup(Level.Trial)
  public void setUp() throws IOException {
    Scheme parsed = Scheme.parse(scheme);
    archives = new MemoryArchives(parsed.totalShards());
    writer = new StripeWriter(archives, pool, parsed, 0, keys, 4);
    reader = new StripeReader(archives, pool, keys, problem -> {}, StripeReader.Patience.DEFAULT);
    plain = RandomBytes.next(parsed.capacity());
    out = new byte[plain.length];
    rows = new byte[parsed.totalShards()][parsed.fullShardLength()];
    stored = put();
  }

  /** Frees the archives. */
  @TearDown(Level.Trial)
  public void tearDown() {
    pool.close();
    archives.close();
    keys.close();
    leafKey.close();
  }

  private ExtentKey key(long id) {
    return keys.extentKey(VAULT, 1, id, leafKey);
  }

  private StoredStripe put() {
    leaf++;
    StripeBuilder builder = writer.builder();
    builder.reserve(plain.length);
    try (ExtentKey key = key(leaf)) {
      builder.seal(0, key, plain, 0);
    }
    builder.complete();
    return writer.write(builder, StripeId.random(), Role.DATA, 1, 0, 0).join();
  }

  /** Seals into the shards' buffers. */
  @Benchmark
  public void seal() {
    leaf++;
    try (StripeBuilder builder = writer.builder();
        ExtentKey key = key(leaf)) {
      builder.reserve(plain.length);
      builder.seal(0, key, plain, 0);
    }
  }

  /** Computes the parity shards. */
  @Benchmark
  public void code() {
    writer.scheme().code().encode(rows, 0, rows[0].length);
  }

  /** Makes the records around all shards: MAC, checksums, sealed header. */
  @Benchmark
  public ByteBuffer[][] records() {
    ByteBuffer[][] records = new ByteBuffer[rows.length][];
    StripeId id = StripeId.random();
    for (int i = 0; i < rows.length; i++) {
      ShardHeader header =
          new ShardHeader(Role.DATA, id, i, scheme, rows[i].length, 0, 1, 0, 0, 0, false);
      records[i] = ShardRecord.encode(keys.shards(), ShardName.random(), header, rows[i], 0);
    }
    return records;
  }

  /** Stores a stripe, all steps and all threads, and deletes it again. */
  @Benchmark
  public void store() throws IOException {
    for (Rows.Shard shard : put().stripe().shards()) {
      if (!archives.backend(shard.archive()).delete(shard.name())) {
        throw new IllegalStateException("shard " + shard.index() + " is not there");
      }
    }
  }

  /** Reads a whole stripe. */
  @Benchmark
  public byte[] read() {
    try (ExtentKey key = key(1)) {
      reader.read(
          stored.stripe(), new ExtentAddress(0, 0), plain.length, key, 0, out, 0, out.length);
    }
    return out;
  }

  /** Reads 64 KiB. */
  @Benchmark
  public byte[] readBlock() {
    try (ExtentKey key = key(1)) {
      reader.read(
          stored.stripe(), new ExtentAddress(0, 0), plain.length, key, 1 << 20, out, 0, 1 << 16);
    }
    return out;
  }

  /** The same with as many data shards out of reach as the scheme allows. */
  @State(Scope.Benchmark)
  public static class Degraded {
    /** Takes archives away. */
    @Setup(Level.Trial)
    public void takeAway(StoreStripeBenchmark all) {
      int parity = all.writer.scheme().totalShards() - all.writer.scheme().dataShards();
      for (int i = 0; i < parity; i++) {
        all.archives.takeAway(all.stored.stripe().shards().get(i).archive());
      }
    }
  }

  /** Reads a whole stripe of which only k shards, most of them parity, are within reach. */
  @Benchmark
  public byte[] readDegraded(Degraded degraded) {
    return read();
  }
}
