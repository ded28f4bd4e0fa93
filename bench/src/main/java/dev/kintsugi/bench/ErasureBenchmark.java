package dev.kintsugi.bench;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.Location;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread coding one stripe on heap arrays. Data bytes per operation are {@code dataShards ×
 * shardBytes}; every kernel is a parameter, so that peers are measured in the same run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ErasureBenchmark {
  /** The code. */
  @Param({"rs:10+4"})
  public String code = "";

  /** The kernel. */
  @Param({"isa-l", "vector", "constant-time", "portable", "javareedsolomon"})
  public String kernel = "";

  /** Bytes of a shard. */
  @Param({"65536"})
  public int shardBytes;

  /** How many shards are lost or wrong. */
  @Param({"1"})
  public int lost;

  private ErasureCode erasureCode = ErasureCodes.parse("rs:1+1");
  private ErrorLocator locator = ErrorLocator.of(erasureCode);
  private byte[][] shards = new byte[0][];
  private byte[][] wrong = new byte[0][];
  private boolean[] present = new boolean[0];

  /** Makes an encoded stripe, and one with wrong shards. */
  @Setup
  public void prepare() {
    erasureCode = ErasureCodes.parse(code).withKernel(GaloisKernels.named(kernel));
    locator = ErrorLocator.of(erasureCode);
    Random random = new Random(1);
    shards = new byte[erasureCode.totalShards()][shardBytes];
    for (byte[] shard : shards) {
      random.nextBytes(shard);
    }
    erasureCode.encode(shards, 0, shardBytes);
    wrong = Arrays.stream(shards).map(byte[]::clone).toArray(byte[][]::new);
    present = new boolean[shards.length];
    Arrays.fill(present, true);
    for (int i = 0; i < lost; i++) {
      present[2 * i] = false;
      random.nextBytes(wrong[2 * i]);
    }
  }

  /** Computes all parity shards. */
  @Benchmark
  public byte[][] encode() {
    erasureCode.encode(shards, 0, shardBytes);
    return shards;
  }

  /** Computes the lost data shards. */
  @Benchmark
  public byte[][] reconstruct() {
    erasureCode.reconstruct(shards, present, 0, shardBytes);
    return shards;
  }

  /** Checks a stripe that is right. */
  @Benchmark
  public boolean verify() {
    return erasureCode.verify(shards, 0, shardBytes);
  }

  /** Finds the wrong shards of a stripe. */
  @Benchmark
  public Location locate() {
    return locator.locate(wrong, 0, shardBytes);
  }
}
