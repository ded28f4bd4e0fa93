package dev.kintsugi.bench;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.PreparedMatrix;
import java.nio.ByteBuffer;
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

/** One thread encoding 10+4 on direct buffers, which the ISA-L kernel uses in place. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ErasureDirectBenchmark {
  /** Bytes of a shard. */
  @Param({"65536", "1048576"})
  public int shardBytes;

  private ByteBuffer[] data = new ByteBuffer[0];
  private ByteBuffer[] parity = new ByteBuffer[0];
  private PreparedMatrix product = GaloisKernels.named("isa-l").prepare(new byte[0], 0, 0);

  /** Fills the data buffers. */
  @Setup
  public void prepare() {
    ErasureCode code = ErasureCodes.parse("rs:10+4:cauchy");
    product = GaloisKernels.named("isa-l").prepare(code.parityMatrix(), 10, 4);
    data = buffers(10);
    parity = buffers(4);
    Random random = new Random(1);
    byte[] bytes = new byte[shardBytes];
    for (ByteBuffer buffer : data) {
      random.nextBytes(bytes);
      buffer.put(0, bytes);
    }
  }

  private ByteBuffer[] buffers(int count) {
    ByteBuffer[] buffers = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      buffers[i] = ByteBuffer.allocateDirect(shardBytes);
    }
    return buffers;
  }

  /** Computes all parity shards. */
  @Benchmark
  public ByteBuffer[] encode() {
    product.multiply(data, parity);
    return parity;
  }
}
