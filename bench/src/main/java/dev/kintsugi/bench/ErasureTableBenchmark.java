package dev.kintsugi.bench;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.audit.ErrorLocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdds.client.ECReplicationConfig;
import org.apache.ozone.erasurecode.rawcoder.RSRawEncoder;
import org.apache.ozone.erasurecode.rawcoder.RawErasureEncoder;
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
 * Every figure of the table in docs/benchmarks/erasure.md, in one run: one thread, one stripe. The
 * data bytes of an operation are the data shards times the bytes of a shard.
 *
 * <p>Single calls are timed, so that their median is meaningful on a machine that others use too.
 *
 * <p>A row is {@code kernel operation code shardBytes memory}. The kernel {@code ozone} is Apache
 * Ozone's Java coder, whose matrix is the Cauchy one, as fast as any other.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 1, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ErasureTableBenchmark {
  /** What to measure. */
  @Param({
    "isa-l encode rs:10+4 65536 direct",
    "isa-l encode rs:10+4 1048576 direct",
    "isa-l encode rs:10+4 65536 heap",
    "isa-l encode rs:10+4 1048576 heap",
    "vector encode rs:10+4 65536 heap",
    "vector encode rs:10+4 1048576 heap",
    "constant-time encode rs:10+4 65536 heap",
    "portable encode rs:10+4 65536 heap",
    "javareedsolomon encode rs:10+4 65536 heap",
    "ozone encode rs:10+4 65536 heap",
    "vector encode raid6:10 65536 heap",
    "isa-l encode raid6:10 65536 direct",
    "isa-l encode rs:10+1 65536 direct",
    "isa-l reconstruct1 rs:10+4 65536 direct",
    "isa-l reconstruct4 rs:10+4 65536 direct",
    "vector encode rs:10+1:cauchy 65536 heap",
    "vector reconstruct1 rs:10+4 65536 heap",
    "vector reconstruct4 rs:10+4 65536 heap",
    "isa-l reconstruct1 rs:12+4 65536 direct",
    "isa-l reconstruct1 lrc:12+2+2 65536 direct",
    "vector reconstruct1 rs:12+4 65536 heap",
    "vector reconstruct1 lrc:12+2+2 65536 heap",
    "isa-l verify rs:10+4 65536 heap",
    "isa-l locate1 rs:10+4 65536 heap",
    "isa-l locate2 rs:10+4 65536 heap",
    "isa-l locate3 rs:10+4 65536 heap",
    "vector verify rs:10+4 65536 heap",
    "vector locate1 rs:10+4 65536 heap",
    "vector locate2 rs:10+4 65536 heap",
    "vector locate3 rs:10+4 65536 heap"
  })
  public String row = "";

  private Operation operation = () -> {};

  /** One call of what is measured. */
  @FunctionalInterface
  private interface Operation {
    void run() throws IOException;
  }

  /** Makes the shards and the operation. */
  @Setup
  public void prepare() {
    String[] words = row.split(" ", -1);
    int length = Integer.parseInt(words[3]);
    boolean isOzone = words[0].equals("ozone");
    ErasureCode code = ErasureCodes.parse(words[2]);
    if (!isOzone) {
      code = code.withKernel(GaloisKernels.named(words[0]));
    }
    byte[][] shards = new byte[code.totalShards()][length];
    Random random = new Random(1);
    for (byte[] shard : shards) {
      random.nextBytes(shard);
    }
    code.encode(shards, 0, length);
    if (isOzone) {
      operation = ozone(code, shards);
      return;
    }
    int count = words[1].charAt(words[1].length() - 1) - '0';
    operation =
        words[4].equals("direct")
            ? onBuffers(words[1], count, code, buffers(shards, length))
            : onArrays(words[1], count, code, shards, length);
  }

  private static Operation ozone(ErasureCode code, byte[][] shards) {
    RawErasureEncoder encoder =
        new RSRawEncoder(new ECReplicationConfig(code.dataShards(), code.parityShards()));
    byte[][] data = Arrays.copyOf(shards, code.dataShards());
    byte[][] parity = Arrays.copyOfRange(shards, code.dataShards(), shards.length);
    return () -> encoder.encode(data, parity);
  }

  private static ByteBuffer[] buffers(byte[][] shards, int length) {
    ByteBuffer[] buffers = new ByteBuffer[shards.length];
    for (int i = 0; i < buffers.length; i++) {
      ByteBuffer memory = ByteBuffer.allocateDirect(length + 64);
      // On a cache line, as the driver in C has them.
      int start = (64 - memory.alignmentOffset(0, 64)) % 64;
      buffers[i] = memory.slice(start, length).put(0, shards[i]);
    }
    return buffers;
  }

  /** The last data shards are lost, so that rows are read and written in the order of encoding. */
  private static boolean[] present(ErasureCode code, int lost) {
    boolean[] present = new boolean[code.totalShards()];
    Arrays.fill(present, true);
    Arrays.fill(present, code.dataShards() - lost, code.dataShards(), false);
    return present;
  }

  private static Operation onBuffers(
      String name, int count, ErasureCode code, ByteBuffer[] shards) {
    if (name.equals("encode")) {
      return () -> code.encode(shards);
    }
    boolean[] present = present(code, count);
    return () -> code.reconstruct(shards, present);
  }

  private static Operation onArrays(
      String name, int count, ErasureCode code, byte[][] shards, int length) {
    if (name.equals("encode")) {
      return () -> code.encode(shards, 0, length);
    }
    if (name.equals("verify")) {
      return () -> check(code.verify(shards, 0, length));
    }
    boolean[] present = present(code, count);
    if (name.startsWith("reconstruct")) {
      return () -> code.reconstruct(shards, present, 0, length);
    }
    ErrorLocator locator = ErrorLocator.of(code);
    Random random = new Random(2);
    for (int i = 0; i < count; i++) {
      random.nextBytes(shards[2 * i]);
    }
    return () -> check(locator.locate(shards, 0, length).shards().cardinality() == count);
  }

  private static void check(boolean isRight) {
    if (!isRight) {
      throw new IllegalStateException("the answer is wrong");
    }
  }

  /** Runs the row. */
  @Benchmark
  public void run() throws IOException {
    operation.run();
  }
}
