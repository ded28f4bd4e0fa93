package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kintsugi.crypto.internal.ConstantTime;
import dev.kintsugi.crypto.split.Shamir;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.PreparedMatrix;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether running time depends on secrets, after O. Reparaz, J. Balasch, I. Verbauwhede, "Dude, is
 * my code constant time?", DATE 2017: two classes of secrets, measured in random order, compared by
 * Welch's t-test over the fastest part of the samples.
 *
 * <p>This finds leaks of the size of the controls on this machine, and proves nothing about others.
 * On a busy machine single runs are thrown off, so a verdict is the best of a few runs for what
 * must not leak, and the worst for the controls, which must be caught.
 */
final class TimingTest {
  private static final boolean CAMPAIGN = Boolean.getBoolean("kintsugi.campaign");
  private static final int SAMPLES = CAMPAIGN ? 100_000 : 6_000;
  private static final int RUNS = 6;
  private static final int CONTROL_RUNS = 12;

  /** From here on timing depends on the class; the paper takes 4.5 for a hint and 10 for proof. */
  private static final double LEAK = 10;

  private static final double[] CROPS = {0.25, 0.5, 0.75, 0.9};

  /** Larger than the caches close to the processor, so that look-ups in tables miss. */
  private static final byte[] EVICTION = new byte[1 << 20];

  // Written so that the compiler keeps what is measured.
  @SuppressWarnings("UnusedVariable")
  private static volatile int sink;

  /** Something to measure: prepared outside the clock for class 0 or 1, then run. */
  private abstract static class Subject {
    abstract void prepare(int secretClass);

    abstract int run();
  }

  private static long measure(Subject subject, int secretClass, boolean cold) {
    subject.prepare(secretClass);
    if (cold) {
      int sum = 0;
      for (int i = 0; i < EVICTION.length; i += 64) {
        sum += EVICTION[i];
      }
      sink = sum;
    }
    long start = System.nanoTime();
    int result = subject.run();
    long time = System.nanoTime() - start;
    sink = result;
    return time;
  }

  /** Returns the greatest |t| over the crops. */
  private static double leak(Subject subject, boolean cold, long seed) {
    Random random = new Random(seed);
    IntConsumer warm =
        n -> {
          for (int i = 0; i < n; i++) {
            measure(subject, i & 1, cold);
          }
        };
    warm.accept(SAMPLES / 3);
    long[][] times = new long[2][SAMPLES];
    int[] counts = new int[2];
    while (counts[0] < SAMPLES && counts[1] < SAMPLES) {
      int secretClass = random.nextInt(2);
      times[secretClass][counts[secretClass]++] = measure(subject, secretClass, cold);
    }
    long[] all = new long[counts[0] + counts[1]];
    System.arraycopy(times[0], 0, all, 0, counts[0]);
    System.arraycopy(times[1], 0, all, counts[0], counts[1]);
    Arrays.sort(all);
    double worst = 0;
    for (double crop : CROPS) {
      long limit = all[(int) (crop * (all.length - 1))];
      worst = Math.max(worst, Math.abs(welch(times, counts, limit)));
    }
    return worst;
  }

  private static double welch(long[][] times, int[] counts, long limit) {
    double[] n = new double[2];
    double[] mean = new double[2];
    double[] squares = new double[2];
    for (int c = 0; c < 2; c++) {
      for (int i = 0; i < counts[c]; i++) {
        double x = times[c][i];
        if (x <= limit) {
          n[c]++;
          double delta = x - mean[c];
          mean[c] += delta / n[c];
          squares[c] += delta * (x - mean[c]);
        }
      }
      if (n[c] < 2) {
        // One class has no fast samples at all: as different as can be.
        return Double.MAX_VALUE;
      }
    }
    double variance = squares[0] / (n[0] - 1) / n[0] + squares[1] / (n[1] - 1) / n[1];
    return variance == 0 ? 0 : (mean[0] - mean[1]) / Math.sqrt(variance);
  }

  private static void assertConstant(String what, Subject subject, boolean cold) {
    double best = Double.MAX_VALUE;
    for (int run = 0; run < RUNS && best >= LEAK; run++) {
      best = Math.min(best, leak(subject, cold, run));
    }
    assertTrue(best < LEAK, what + ": |t| was at least " + best + " in every run");
  }

  private static void assertCaught(String what, Subject subject, boolean cold) {
    double worst = 0;
    for (int run = 0; run < CONTROL_RUNS && worst < LEAK; run++) {
      worst = Math.max(worst, leak(subject, cold, run));
    }
    assertTrue(worst >= LEAK, what + ": |t| was at most " + worst + " in every run");
  }

  /** A split of 3 of 5 by one kernel: the secret is all zeros, or random. */
  private static final class Split extends Subject {
    private static final int LENGTH = 64;

    private final PreparedMatrix matrix;
    private final byte[][] rows = new byte[3][LENGTH];
    private final byte[][] shares = new byte[5][LENGTH];
    private final byte[][][] secrets = new byte[2][3][LENGTH];

    Split(GaloisKernel kernel) {
      byte[] coefficients = new byte[15];
      for (int i = 0; i < 15; i++) {
        coefficients[i] = (byte) (7 * i + 3);
      }
      matrix = kernel.prepare(coefficients, 3, 5);
      Random random = new Random(4);
      for (byte[] row : secrets[1]) {
        random.nextBytes(row);
      }
    }

    @Override
    void prepare(int secretClass) {
      // Both classes are copied into the same arrays: only the content differs.
      for (int i = 0; i < 3; i++) {
        System.arraycopy(secrets[secretClass][i], 0, rows[i], 0, LENGTH);
      }
    }

    @Override
    int run() {
      matrix.multiply(rows, 0, shares, 0, LENGTH);
      return shares[4][LENGTH - 1];
    }
  }

  static Stream<GaloisKernel> constantTimeKernels() {
    return GaloisKernels.all().stream()
        .flatMap(entry -> entry.kernel().stream())
        .filter(GaloisKernel::constantTime);
  }

  @ParameterizedTest
  @MethodSource("constantTimeKernels")
  void kernelsThatSayTheyRunInConstantTimeDo(GaloisKernel kernel) {
    assertConstant(kernel.name(), new Split(kernel), true);
  }

  /**
   * The kernel of the native library is among those measured above wherever the library is; its
   * controls are the kernels of tables below.
   */
  @Test
  void theNativeKernelIsMeasuredWhereItsLibraryIs() {
    GaloisKernels.Entry entry =
        GaloisKernels.all().stream()
            .filter(e -> e.name().equals("isa-l"))
            .findFirst()
            .orElseThrow();
    String reason = entry.reason().orElse("");
    assertFalse(reason.contains("jnr-ffi"), reason);
    if (entry.kernel().isEmpty()) {
      System.err.println("SKIPPED: the isa-l kernel is not measured: " + reason);
    }
    assumeTrue(entry.kernel().isPresent(), "the isa-l kernel is not measured: " + reason);
    assertTrue(constantTimeKernels().anyMatch(k -> k.name().equals("isa-l")));
  }

  @Test
  void secretsAreSplitByOneOfThem() {
    assertTrue(constantTimeKernels().anyMatch(k -> k.equals(Shamir.of(3, 5).kernel())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"javareedsolomon", "portable"})
  void kernelsOfTablesAreCaught(String name) {
    assertCaught(name, new Split(GaloisKernels.named(name)), true);
  }

  /** Comparisons of tags that differ in the first byte, or in the last. */
  private abstract static class Comparison extends Subject {
    private static final int TIMES = 20;

    /** Longer than tags are, so that stopping early also shows where words are compared at once. */
    private static final int LENGTH = 2048;

    private final byte[] expected = new byte[LENGTH];
    private final byte[] given = new byte[LENGTH];

    @Override
    void prepare(int secretClass) {
      new Random(secretClass).nextBytes(expected);
      System.arraycopy(expected, 0, given, 0, given.length);
      given[secretClass == 0 ? 0 : given.length - 1] ^= 1;
    }

    abstract boolean equal(byte[] a, byte[] b);

    @Override
    int run() {
      int count = 0;
      for (int i = 0; i < TIMES; i++) {
        count += equal(expected, given) ? 1 : 0;
        // Keeps the compiler from comparing only once; the first difference stays where it is.
        given[given.length - 1] ^= (byte) (i & 2);
      }
      return count;
    }
  }

  @Test
  void tagsAreComparedInConstantTime() {
    Subject subject =
        new Comparison() {
          @Override
          boolean equal(byte[] a, byte[] b) {
            return ConstantTime.equal(a, b);
          }
        };
    assertConstant("comparison of tags", subject, false);
  }

  @Test
  void theLibrarysComparisonOfArraysIsCaught() {
    Subject subject =
        new Comparison() {
          @Override
          boolean equal(byte[] a, byte[] b) {
            return Arrays.equals(a, b);
          }
        };
    assertCaught("Arrays.equals", subject, false);
  }

  @Test
  void aComparisonThatStopsAtTheFirstDifferenceIsCaught() {
    Subject subject =
        new Comparison() {
          @Override
          boolean equal(byte[] a, byte[] b) {
            for (int i = 0; i < a.length; i++) {
              if (a[i] != b[i]) {
                return false;
              }
            }
            return true;
          }
        };
    assertCaught("naive comparison", subject, false);
  }
}
