package dev.kintsugi.crypto.split;

import dev.kintsugi.erasure.GaloisField;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.KernelUnavailableException;
import dev.kintsugi.erasure.PreparedMatrix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shamir's secret sharing over GF(2^8) with the polynomial 0x11d: each byte of the secret is the
 * constant term of a polynomial of degree t-1 whose other coefficients are uniform, zero included;
 * the share at position i is its value at x = i+1.
 *
 * <p>Guarantee: any t-1 shares are independent of the secret, without any assumption on computing
 * power, given uniform random bytes; any t determine it. A share is as long as the secret.
 *
 * <p>The work is a matrix product on one of erasure's <em>constant-time</em> kernels: neither
 * running time nor addresses touched depend on secret or shares.
 *
 * <p>Source: A. Shamir, "How to Share a Secret", 1979.
 */
public final class Shamir extends PerfectSplitter {
  /** The most shares: x takes the values 1 to 255. */
  public static final int MAX_SHARES = 255;

  /** Bytes handled at a time, so that random rows stay in the processor's cache. */
  private static final int STRIDE = 32 << 10;

  private final int threshold;
  private final int shares;
  private final GaloisKernel kernel;
  private final Randomness random;
  private final PreparedMatrix vandermonde;

  private Shamir(int threshold, int shares, GaloisKernel kernel, Randomness random) {
    if (shares < 1 || shares > MAX_SHARES) {
      throw new IllegalArgumentException(
          "shares (%d) must be in 1..%d".formatted(shares, MAX_SHARES));
    }
    if (threshold < 1 || threshold > shares) {
      throw new IllegalArgumentException(
          "threshold (%d) must be in 1..shares (%d)".formatted(threshold, shares));
    }
    if (!kernel.constantTime()) {
      throw new IllegalArgumentException(
          "kernel (%s) must run in constant time to handle secrets".formatted(kernel.name()));
    }
    this.threshold = threshold;
    this.shares = shares;
    this.kernel = kernel;
    this.random = random;
    byte[] matrix = new byte[shares * threshold];
    for (int i = 0; i < shares; i++) {
      for (int power = 0; power < threshold; power++) {
        matrix[i * threshold + power] = (byte) GaloisField.power(x(i), power);
      }
    }
    this.vandermonde = kernel.prepare(matrix, threshold, shares);
  }

  /**
   * Returns a splitter on the fastest constant-time kernel.
   *
   * @param threshold t, how many shares are needed
   * @param shares n, how many there are, 1 to {@value #MAX_SHARES}
   * @return the splitter
   * @throws IllegalArgumentException unless 1 ≤ t ≤ n ≤ {@value #MAX_SHARES}
   * @throws KernelUnavailableException if no constant-time kernel runs here
   */
  public static Shamir of(int threshold, int shares) {
    return new Shamir(threshold, shares, constantTimeKernel(), Randomness.SYSTEM);
  }

  /** Returns the default kernel if it runs in constant time, otherwise the best one that does. */
  static GaloisKernel constantTimeKernel() {
    GaloisKernel best = GaloisKernels.best();
    if (best.constantTime()) {
      return best;
    }
    return GaloisKernels.all().stream()
        .map(GaloisKernels.Entry::kernel)
        .flatMap(Optional::stream)
        .filter(GaloisKernel::constantTime)
        .findFirst()
        .orElseThrow(
            () -> new KernelUnavailableException("secret splitting needs a constant-time kernel"));
  }

  /**
   * Returns the same splitter on another kernel.
   *
   * @param other a kernel that runs in constant time
   * @return the splitter
   * @throws IllegalArgumentException if the kernel does not run in constant time
   */
  public Shamir withKernel(GaloisKernel other) {
    return new Shamir(threshold, shares, other, random);
  }

  /**
   * Returns the same splitter with another source of randomness. <strong>Secrecy rests wholly on
   * the source</strong>: this is for known answers and tests.
   *
   * @param source the source
   * @return the splitter
   */
  public Shamir withInsecureRandomSource(RandomSource source) {
    return new Shamir(threshold, shares, kernel, Randomness.insecure(source));
  }

  @Override
  public int shares() {
    return shares;
  }

  @Override
  public int threshold() {
    return threshold;
  }

  @Override
  public int privacy() {
    return threshold - 1;
  }

  /**
   * Returns the kernel it runs on.
   *
   * @return a constant-time kernel
   */
  public GaloisKernel kernel() {
    return kernel;
  }

  @Override
  List<Section> sections(int shareLength) {
    return List.of(section(0, 0, shareLength));
  }

  /** Returns the section of this splitter's shares at positions from {@code first}. */
  Section section(int first, int from, int to) {
    int[] positions = new int[shares];
    Arrays.setAll(positions, i -> first + i);
    int[] xs = new int[shares];
    Arrays.setAll(xs, Shamir::x);
    return new Section(positions, xs, threshold, from, to);
  }

  /** Returns the abscissa of the share at a position. */
  static int x(int position) {
    return position + 1;
  }

  @Override
  void doSplit(byte[] secret, int off, int len, byte[][] out, int shareOff) {
    random.with(source -> doSplit(secret, off, len, out, shareOff, source));
  }

  private void doSplit(
      byte[] secret, int off, int len, byte[][] out, int shareOff, RandomSource source) {
    byte[][] rows = new byte[threshold][Math.min(STRIDE, len)];
    try {
      for (int done = 0; done < len; done += STRIDE) {
        int n = Math.min(STRIDE, len - done);
        System.arraycopy(secret, off + done, rows[0], 0, n);
        for (int power = 1; power < threshold; power++) {
          source.fill(rows[power], 0, n);
        }
        vandermonde.multiply(rows, 0, out, shareOff + done, n);
      }
    } finally {
      wipe(rows);
    }
  }

  @Override
  void doCombine(
      byte[] @Nullable [] in, BitSet present, int shareOff, byte[] secret, int off, int len) {
    int[] basis = first(present, threshold);
    kernel
        .prepare(lagrange(xs(basis), 0), basis, new int[] {0})
        .multiply(in, shareOff, new byte[][] {secret}, off, len);
  }

  @Override
  byte[][] complete(byte[] @Nullable [] in, BitSet given) {
    int[] basis = first(given, threshold);
    int length = in[basis[0]].length;
    byte[][] all = new byte[shares][length];
    byte[] matrix = new byte[shares * threshold];
    int[] xs = xs(basis);
    for (int i = 0; i < shares; i++) {
      System.arraycopy(lagrange(xs, x(i)), 0, matrix, i * threshold, threshold);
    }
    int[] rows = new int[shares];
    Arrays.setAll(rows, i -> i);
    kernel.prepare(matrix, basis, rows).multiply(in, 0, all, 0, length);
    return all;
  }

  /** Adds {@code factors[i] · inputs[i]}; all arrays have one length. */
  byte[] linear(byte[] factors, byte[][] inputs) {
    byte[] sum = new byte[inputs[0].length];
    kernel.multiply(factors, inputs, 0, new byte[][] {sum}, 0, sum.length);
    return sum;
  }

  /** Returns with which factors the shares at some positions, t of them, add up to the secret. */
  byte[] lagrange(int[] positions) {
    return lagrange(xs(positions), 0);
  }

  private static int[] xs(int[] positions) {
    return Arrays.stream(positions).map(Shamir::x).toArray();
  }

  /**
   * Returns Lagrange's coefficients: the value at {@code at} of the polynomial through the points
   * (xs[i], y_i) is Σ coefficient[i] · y_i.
   *
   * @param xs distinct abscissas in 1..255
   * @param at the abscissa wanted, 0..255; 0 is the secret's
   * @throws IllegalArgumentException if an abscissa is out of range or repeated
   */
  static byte[] lagrange(int[] xs, int at) {
    BitSet seen = new BitSet();
    for (int x : xs) {
      if (x < 1 || x > MAX_SHARES) {
        throw new IllegalArgumentException("x (%d) must be in 1..%d".formatted(x, MAX_SHARES));
      }
      if (seen.get(x)) {
        throw new IllegalArgumentException("x (%d) is given twice".formatted(x));
      }
      seen.set(x);
    }
    byte[] coefficients = new byte[xs.length];
    for (int i = 0; i < xs.length; i++) {
      int value = 1;
      for (int j = 0; j < xs.length; j++) {
        if (j != i) {
          value = GaloisField.multiply(value, GaloisField.divide(at ^ xs[j], xs[i] ^ xs[j]));
        }
      }
      coefficients[i] = (byte) value;
    }
    return coefficients;
  }

  static void wipe(byte[][] rows) {
    for (byte[] row : rows) {
      Arrays.fill(row, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "shamir:" + threshold + "of" + shares;
  }
}
