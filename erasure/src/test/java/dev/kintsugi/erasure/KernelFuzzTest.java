package dev.kintsugi.erasure;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Any matrix, rows, names and numbers for what kernels and constructions offer. */
final class KernelFuzzTest {
  private static final GaloisKernel[] KERNELS =
      GaloisKernels.all().stream()
          .flatMap(entry -> entry.kernel().stream())
          .toArray(GaloisKernel[]::new);

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  /** Mostly small numbers that differ, sometimes any. */
  private static int[] indices(FuzzedDataProvider data) {
    int[] indices = new int[data.consumeInt(0, 4)];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = data.consumeInt(0, 15) == 0 ? data.consumeInt(-1, 6) : i;
    }
    return indices;
  }

  private static byte[][] rows(FuzzedDataProvider data) {
    byte[][] rows = new byte[data.consumeInt(0, 9) == 0 ? 2 : 5][];
    for (int i = 0; i < rows.length; i++) {
      int kind = data.consumeInt(0, 25);
      rows[i] = kind == 0 ? null : kind == 1 ? rows[0] : new byte[kind == 2 ? 9 : 90];
      if (rows[i] != null) {
        byte[] some = data.consumeBytes(20);
        for (int j = 0; j < rows[i].length && some.length > 0; j++) {
          rows[i][j] = (byte) (some[j % some.length] + j);
        }
      }
    }
    return rows;
  }

  /** Copies rows; those that are the first one stay it. */
  private static byte[][] copy(byte[][] rows) {
    byte[][] copy = new byte[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      boolean isFirst = i > 0 && rows[i] == rows[0];
      copy[i] = isFirst ? copy[0] : rows[i] == null ? null : rows[i].clone();
    }
    return copy;
  }

  @FuzzTest(maxDuration = "1m")
  void productsOfAnyShapeAreComputedOrRefused(FuzzedDataProvider data) {
    GaloisKernel kernel = data.pickValue(KERNELS);
    int[] in = indices(data);
    int[] out = indices(data);
    int size = data.consumeInt(0, 15) == 0 ? data.consumeInt(0, 20) : in.length * out.length;
    byte[] matrix = Arrays.copyOf(data.consumeBytes(size), size);
    byte[][] inputs = rows(data);
    byte[][] outputs = data.consumeInt(0, 9) == 0 ? inputs : rows(data);
    byte[][] inBefore = copy(inputs);
    byte[][] outBefore = copy(outputs);
    int inOffset = data.consumeInt(-1, 20);
    int outOffset = data.consumeInt(-1, 20);
    int length = data.consumeInt(-1, 75);
    boolean add = data.consumeBoolean();
    boolean inBuffers = data.consumeBoolean();
    PreparedMatrix prepared;
    try {
      prepared = kernel.prepare(matrix, in, out);
    } catch (IllegalArgumentException expected) {
      return;
    }
    try {
      if (inBuffers) {
        ByteBuffer[] from = ranges(data, inputs, inOffset, length, true);
        ByteBuffer[] to = ranges(data, outputs, outOffset, length, false);
        if (add) {
          prepared.multiplyAdd(from, to);
        } else {
          prepared.multiply(from, to);
          check(prepared.matches(from, to), kernel + ": a product does not match");
        }
        copyBack(to, outputs, outOffset);
      } else if (add) {
        prepared.multiplyAdd(inputs, inOffset, outputs, outOffset, length);
      } else {
        prepared.multiply(inputs, inOffset, outputs, outOffset, length);
        if (inputs != outputs) {
          boolean matches = prepared.matches(inputs, inOffset, outputs, outOffset, length);
          check(matches, kernel + ": a product does not match");
        }
      }
    } catch (IllegalArgumentException expected) {
      check(Arrays.deepEquals(outBefore, outputs), kernel + ": a refused product was written");
      return;
    }
    for (int r = 0; r < out.length; r++) {
      byte[] expected = outBefore[out[r]];
      for (int i = 0; i < length; i++) {
        int sum = add ? expected[outOffset + i] & 0xff : 0;
        for (int c = 0; c < in.length; c++) {
          int coefficient = matrix[r * in.length + c] & 0xff;
          sum ^= GaloisField.multiply(coefficient, inBefore[in[c]][inOffset + i] & 0xff);
        }
        expected[outOffset + i] = (byte) sum;
      }
    }
    check(Arrays.deepEquals(outBefore, outputs), kernel + ": a product is wrong");
  }

  /** Heap ranges of the rows themselves, read-only views of them, and direct copies. */
  private static ByteBuffer[] ranges(
      FuzzedDataProvider data, byte[][] rows, int offset, int length, boolean readOnly) {
    ByteBuffer[] ranges = new ByteBuffer[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == null) {
        continue;
      }
      if (offset < 0 || length < 0 || offset + length > rows[i].length) {
        ranges[i] = ByteBuffer.allocate(rows[i].length + 1);
        continue;
      }
      ranges[i] =
          switch (rows[i] == rows[0] ? 2 : data.consumeInt(0, 3)) {
            case 0 -> ByteBuffer.allocateDirect(length).put(0, rows[i], offset, length);
            case 1 -> {
              ByteBuffer view = ByteBuffer.wrap(rows[i], offset, length);
              yield readOnly ? view.asReadOnlyBuffer() : view.slice();
            }
            default -> ByteBuffer.wrap(rows[i], offset, length);
          };
    }
    return ranges;
  }

  private static void copyBack(ByteBuffer[] ranges, byte[][] rows, int offset) {
    for (int i = 0; i < ranges.length; i++) {
      if (ranges[i] != null && ranges[i].isDirect()) {
        ranges[i].get(ranges[i].position(), rows[i], offset, ranges[i].remaining());
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void spreadKernelsGiveTheSameBytesInBuffers(FuzzedDataProvider data) {
    GaloisKernel kernel = data.pickValue(KERNELS);
    int parts = data.consumeInt(1, 5);
    int inputs = data.consumeInt(1, 3);
    int outputs = data.consumeInt(1, 3);
    int length = data.consumeInt(0, 80_000);
    byte[] matrix = Arrays.copyOf(data.consumeBytes(inputs * outputs), inputs * outputs);
    byte[] some = data.consumeBytes(100);
    byte[][] in = new byte[inputs][length];
    ByteBuffer[] from = new ByteBuffer[inputs];
    ByteBuffer[] to = new ByteBuffer[outputs];
    for (int i = 0; i < inputs; i++) {
      for (int j = 0; j < length; j++) {
        in[i][j] = (byte) (some.length == 0 ? j : some[(j + 7 * i) % some.length] + j / 100);
      }
      from[i] =
          data.consumeBoolean()
              ? ByteBuffer.wrap(in[i]).asReadOnlyBuffer()
              : ByteBuffer.allocateDirect(length).put(0, in[i]);
    }
    for (int r = 0; r < outputs; r++) {
      to[r] =
          data.consumeBoolean() ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);
    }
    byte[][] expected = new byte[outputs][length];
    kernel.multiply(matrix, in, 0, expected, 0, length);
    PreparedMatrix spread =
        GaloisKernels.spread(kernel, Runnable::run, parts).prepare(matrix, inputs, outputs);
    spread.multiply(from, to);
    for (int r = 0; r < outputs; r++) {
      check(ByteBuffer.wrap(expected[r]).equals(to[r]), kernel + " in " + parts + " parts");
    }
    check(spread.matches(from, to), kernel + ": a product does not match");
    if (length > 0) {
      int at = data.consumeInt(0, length - 1);
      to[0].put(at, (byte) ~to[0].get(at));
      check(!spread.matches(from, to), kernel + ": a change at " + at + " is not seen");
      to[0].put(at, (byte) ~to[0].get(at));
    }
    spread.multiplyAdd(from, to);
    for (int r = 0; r < outputs; r++) {
      check(ByteBuffer.wrap(new byte[length]).equals(to[r]), kernel + ": twice is not nothing");
    }
  }

  @FuzzTest(maxDuration = "1m")
  void elementsOfAnyNumbersObeyTheField(FuzzedDataProvider data) {
    int a = data.consumeBoolean() ? data.consumeInt() : data.consumeInt(0, 255);
    int b = data.consumeBoolean() ? data.consumeInt() : data.consumeInt(0, 255);
    int exponent = data.consumeInt();
    try {
      int power = GaloisField.power(a, exponent);
      int product = GaloisField.multiply(a, b);
      check(product == GaloisField.multiply(b, a), a + " · " + b);
      if (exponent < Integer.MAX_VALUE) {
        check(
            GaloisField.power(a, exponent + 1) == GaloisField.multiply(power, a),
            a + " to the power of " + exponent);
      }
      check(GaloisField.divide(product, b) == a, a + " · " + b + " / " + b);
    } catch (IllegalArgumentException expected) {
      check(a < 0 || a > 255 || b < 0 || b > 255 || exponent < 0, a + ", " + b + ", " + exponent);
    } catch (ArithmeticException expected) {
      check(b == 0, a + " / " + b);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void kernelsOfAnyNameAreFoundOrRefused(FuzzedDataProvider data) {
    String name = data.consumeRemainingAsString();
    try {
      check(GaloisKernels.named(name).name().equals(name), name);
    } catch (IllegalArgumentException | KernelUnavailableException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void codesOfAnyNumbersAreMadeOrRefused(FuzzedDataProvider data) {
    int a = number(data);
    int b = number(data);
    int c = number(data);
    try {
      ErasureCode code =
          switch (data.consumeInt(0, 5)) {
            case 0 -> ReedSolomon.of(a, b, data.pickValue(Construction.values()));
            case 1 -> Raid6.of(a);
            case 2 -> XorParity.of(a);
            case 3 -> Replication.of(a);
            case 4 -> AzureLrc.of(a, b, c);
            default -> UniformCauchyLrc.of(a, b, c);
          };
      check(code.totalShards() <= 255 && code.guaranteedLosses() >= 1, code.toString());
      check(ErasureCodes.parse(code.toString()).equals(code), code.toString());
    } catch (IllegalArgumentException expected) {
      return;
    }
  }

  private static int number(FuzzedDataProvider data) {
    return data.consumeInt(0, 3) == 0 ? data.consumeInt() : data.consumeInt(-1, 12);
  }
}
