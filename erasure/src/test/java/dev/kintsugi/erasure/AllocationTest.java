package dev.kintsugi.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Once a thread, a pattern and the compiler are warm, coding allocates nothing on the heap. */
final class AllocationTest {
  private static final int LENGTH = 4096;

  /** Calls of which the allocation is measured; a fraction of a byte each is the measuring. */
  private static final int CALLS = 200;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** JavaReedSolomon makes an array of rows in every call. */
  static List<GaloisKernel> kernels() {
    return GaloisKernels.all().stream()
        .flatMap(entry -> entry.kernel().stream())
        .filter(kernel -> !kernel.name().equals("javareedsolomon"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void codingAllocatesNothing(GaloisKernel kernel) {
    for (String name : List.of("rs:10+4", "lrc:12+2+2", "raid6:10")) {
      ErasureCode code = ErasureCodes.parse(name).withKernel(kernel);
      String label = name + " on " + kernel;
      int n = code.totalShards();
      byte[][] rows = Samples.encoded(code, new Random(1), LENGTH);
      boolean[] present = Samples.without(n, 1, n - 1);
      assertWarmCallsAllocateNothing(label + ": encode", () -> code.encode(rows, 0, LENGTH));
      assertWarmCallsAllocateNothing(
          label + ": reconstruct", () -> code.reconstruct(rows, present, 0, LENGTH));
      assertWarmCallsAllocateNothing(
          label + ": verify", () -> assertTrue(code.verify(rows, 0, LENGTH)));
      byte[] delta = new byte[LENGTH];
      assertWarmCallsAllocateNothing(
          label + ": update", () -> code.updateParity(rows, 0, delta, 0, LENGTH));
      ByteBuffer[] direct = direct(rows);
      assertWarmCallsAllocateNothing(label + ": encode buffers", () -> code.encode(direct));
      assertWarmCallsAllocateNothing(
          label + ": reconstruct buffers", () -> code.reconstruct(direct, present));
      assertWarmCallsAllocateNothing(
          label + ": verify buffers", () -> assertTrue(code.verify(direct)));
      ByteBuffer directDelta = ByteBuffer.allocateDirect(LENGTH);
      assertWarmCallsAllocateNothing(
          label + ": update buffers", () -> code.updateParity(direct, 0, directDelta));
    }
  }

  /** The control: an allocation of some bytes in every call is noticed. */
  @Test
  void anAllocationIsNoticed() {
    byte[][] kept = new byte[1][];
    long bytes = allocated(() -> kept[0] = new byte[16]);
    assertTrue(bytes >= CALLS * 16L, () -> "allocated " + bytes);
    assertEquals(16, kept[0].length);
  }

  private static ByteBuffer[] direct(byte[][] rows) {
    return Stream.of(rows)
        .map(row -> ByteBuffer.allocateDirect(row.length).put(0, row))
        .toArray(ByteBuffer[]::new);
  }

  private static long allocated(Runnable call) {
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return THREADS.getThreadAllocatedBytes(thread) - before;
  }

  /** Calls until the compiler has done its part; what is interpreted may allocate. */
  private static void assertWarmCallsAllocateNothing(String name, Runnable call) {
    long[] measured = new long[8];
    long start = System.nanoTime();
    int round = 0;
    do {
      measured[round++ % measured.length] = allocated(call);
      if (measured[(round - 1) % measured.length] < CALLS) {
        return;
      }
    } while (System.nanoTime() - start < PATIENCE_NANOS);
    throw new AssertionError(
        "%s: bytes allocated by %d calls: %s".formatted(name, CALLS, Arrays.toString(measured)));
  }
}
