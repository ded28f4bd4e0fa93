package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What every kernel must do. */
abstract class GaloisKernelContract {
  /** Returns the kernel under test. */
  abstract GaloisKernel kernel();

  /** Returns a kernel that not every machine has; without it the test is skipped, saying why. */
  static GaloisKernel orSkip(String name) {
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      if (entry.name().equals(name) && entry.kernel().isEmpty()) {
        Assumptions.abort("kernel %s: %s".formatted(name, entry.reason().orElseThrow()));
      }
    }
    return GaloisKernels.named(name);
  }

  private static byte slowProduct(int a, int b) {
    int product = 0;
    for (int bit = 0; bit < 8; bit++) {
      if ((b >> bit & 1) != 0) {
        product ^= a << bit;
      }
    }
    for (int bit = 14; bit >= 8; bit--) {
      if ((product >> bit & 1) != 0) {
        product ^= 0x11d << (bit - 8);
      }
    }
    return (byte) product;
  }

  private static byte[][] expected(
      byte[] matrix,
      byte[][] in,
      int inOffset,
      byte[][] out,
      int outOffset,
      int length,
      boolean add) {
    byte[][] result = Samples.copy(out);
    for (int r = 0; r < out.length; r++) {
      for (int i = 0; i < length; i++) {
        byte sum = add ? out[r][outOffset + i] : 0;
        for (int c = 0; c < in.length; c++) {
          sum ^= slowProduct(matrix[r * in.length + c] & 0xff, in[c][inOffset + i] & 0xff);
        }
        result[r][outOffset + i] = sum;
      }
    }
    return result;
  }

  @Test
  void multipliesEveryPairOfElements() {
    byte[][] in = {new byte[256]};
    for (int i = 0; i < 256; i++) {
      in[0][i] = (byte) i;
    }
    byte[] matrix = new byte[255];
    for (int r = 0; r < 255; r++) {
      matrix[r] = (byte) (r + 1);
    }
    byte[][] out = new byte[255][256];
    kernel().multiply(matrix, in, 0, out, 0, 256);
    for (int a = 1; a < 256; a++) {
      for (int b = 0; b < 256; b++) {
        assertEquals(slowProduct(a, b), out[a - 1][b], a + " · " + b);
      }
    }
  }

  @Test
  void agreesWithSchoolbookArithmeticForRandomShapesAndOffsets() {
    long seed = 20260101L;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int inputs = 1 + random.nextInt(20);
      int outputs = 1 + random.nextInt(9);
      int length = round < 150 ? random.nextInt(70) : random.nextInt(5000);
      int inOffset = random.nextInt(40);
      int outOffset = round % 3 == 0 ? inOffset : random.nextInt(40);
      byte[] matrix = new byte[inputs * outputs];
      random.nextBytes(matrix);
      if (round % 4 == 0) {
        for (int i = 0; i < matrix.length; i++) {
          matrix[i] = (byte) random.nextInt(2);
        }
      }
      byte[][] in = Samples.random(random, inputs, inOffset + length + random.nextInt(9));
      byte[][] out = Samples.random(random, outputs, outOffset + length + random.nextInt(9));
      byte[][] inBefore = Samples.copy(in);
      boolean add = random.nextBoolean();
      byte[][] expected = expected(matrix, in, inOffset, out, outOffset, length, add);
      PreparedMatrix prepared = kernel().prepare(matrix, inputs, outputs);
      assertEquals(inputs, prepared.inputs());
      assertEquals(outputs, prepared.outputs());
      if (add) {
        prepared.multiplyAdd(in, inOffset, out, outOffset, length);
      } else {
        prepared.multiply(in, inOffset, out, outOffset, length);
      }
      String shape =
          "seed %d round %d: %d×%d, length %d, offsets %d %d"
              .formatted(seed, round, outputs, inputs, length, inOffset, outOffset);
      for (int r = 0; r < outputs; r++) {
        assertArrayEquals(expected[r], out[r], shape + ", output " + r);
      }
      byte[][] product = expected(matrix, in, inOffset, out, outOffset, length, false);
      assertTrue(prepared.matches(in, inOffset, product, outOffset, length), shape);
      if (length > 0) {
        product[random.nextInt(outputs)][outOffset + random.nextInt(length)] ^= 8;
        assertFalse(prepared.matches(in, inOffset, product, outOffset, length), shape);
      }
      for (int c = 0; c < inputs; c++) {
        assertArrayEquals(inBefore[c], in[c], shape + ", input " + c);
      }
    }
  }

  @Test
  void buffersGiveTheBytesOfArrays() {
    long seed = 11;
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      int inputs = 1 + random.nextInt(12);
      int outputs = 1 + random.nextInt(6);
      int length = round < 20 ? random.nextInt(130) : random.nextInt(30_000);
      byte[] matrix = new byte[inputs * outputs];
      random.nextBytes(matrix);
      byte[][] in = Samples.random(random, inputs, length);
      byte[][] out = Samples.random(random, outputs, length);
      boolean add = random.nextBoolean();
      byte[][] expected = expected(matrix, in, 0, out, 0, length, add);
      boolean direct = round % 3 != 0;
      ByteBuffer[] inBuffers = new ByteBuffer[inputs];
      ByteBuffer[] outBuffers = new ByteBuffer[outputs];
      for (int c = 0; c < inputs; c++) {
        inBuffers[c] = buffer(random, in[c], direct || c == 0).asReadOnlyBuffer();
      }
      for (int r = 0; r < outputs; r++) {
        outBuffers[r] = buffer(random, out[r], direct);
      }
      PreparedMatrix prepared = kernel().prepare(matrix, inputs, outputs);
      if (add) {
        prepared.multiplyAdd(inBuffers, outBuffers);
      } else {
        prepared.multiply(inBuffers, outBuffers);
      }
      if (!add) {
        assertTrue(prepared.matches(inBuffers, outBuffers));
        if (length > 0) {
          ByteBuffer changed = outBuffers[random.nextInt(outputs)];
          int position = changed.position() + random.nextInt(length);
          changed.put(position, (byte) (changed.get(position) ^ 1));
          assertFalse(prepared.matches(inBuffers, outBuffers));
          changed.put(position, (byte) (changed.get(position) ^ 1));
        }
      }
      for (int r = 0; r < outputs; r++) {
        assertEquals(length, outBuffers[r].remaining());
        byte[] actual = new byte[length];
        outBuffers[r].get(actual);
        assertArrayEquals(
            expected[r], actual, "seed %d round %d output %d".formatted(seed, round, r));
      }
    }
  }

  private static ByteBuffer buffer(Random random, byte[] bytes, boolean direct) {
    int before = random.nextInt(9);
    int size = before + bytes.length + random.nextInt(9);
    ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    buffer.position(before).limit(before + bytes.length);
    return buffer.put(buffer.position(), bytes);
  }

  @Test
  void badBuffersAreNamed() {
    PreparedMatrix prepared = kernel().prepare(new byte[] {1, 2}, 2, 1);
    ByteBuffer[] in = {ByteBuffer.allocate(4), ByteBuffer.allocateDirect(4)};
    ByteBuffer[] out = {ByteBuffer.allocate(4)};
    assertRefused(
        "inputs[1] must not be null", () -> prepared.multiply(new ByteBuffer[] {in[0], null}, out));
    assertRefused(
        "outputs[0].remaining() (5)",
        () -> prepared.multiply(in, new ByteBuffer[] {ByteBuffer.allocate(5)}));
    assertRefused(
        "outputs[0] must not be read-only",
        () -> prepared.multiply(in, new ByteBuffer[] {out[0].asReadOnlyBuffer()}));
    assertRefused(
        "outputs[0] overlaps inputs[1]", () -> prepared.multiply(in, new ByteBuffer[] {in[1]}));
    assertRefused(
        "outputs[0] overlaps inputs[0]",
        () -> prepared.multiply(in, new ByteBuffer[] {in[0].duplicate()}));
    assertRefused(
        "outputs[0] overlaps inputs[0]",
        () -> prepared.multiply(new ByteBuffer[] {out[0].asReadOnlyBuffer(), in[1]}, out));
    assertRefused("outputs.length (0)", () -> prepared.multiply(in, new ByteBuffer[0]));
    ByteBuffer memory = ByteBuffer.allocateDirect(8);
    assertRefused(
        "outputs[0] overlaps inputs[1]",
        () ->
            prepared.multiply(
                new ByteBuffer[] {in[0], memory.slice(0, 4)},
                new ByteBuffer[] {memory.slice(3, 4)}));
    prepared.multiply(
        new ByteBuffer[] {in[0], memory.slice(0, 4)}, new ByteBuffer[] {memory.slice(4, 4)});
    ByteBuffer whole = ByteBuffer.allocate(8);
    prepared.multiplyAdd(
        new ByteBuffer[] {whole.slice(0, 4), in[1]}, new ByteBuffer[] {whole.slice(4, 4)});
  }

  @Test
  void picksRowsOutOfOneArray() {
    Random random = new Random(7);
    byte[][] rows = Samples.random(random, 6, 100);
    rows[4] = null;
    byte[] matrix = {3, 5, 7, 9};
    byte[][] expected =
        expected(
            matrix,
            new byte[][] {rows[5], rows[0]},
            1,
            new byte[][] {rows[2], rows[1]},
            1,
            99,
            false);
    kernel().prepare(matrix, new int[] {5, 0}, new int[] {2, 1}).multiply(rows, 1, rows, 1, 99);
    assertArrayEquals(expected[0], rows[2]);
    assertArrayEquals(expected[1], rows[1]);
  }

  /** Kernels have shorter ways for rows of ones and of powers of two. */
  @Test
  void agreesWithSchoolbookArithmeticForSimpleRows() {
    Random random = new Random(9);
    byte[][] matrices = {
      {1, 1, 1, 1, 2, 4}, {1, 1, 1, 4, 2, 1}, {1, 0, 1, 3, 0, 0}, {1, 1, 0, 0, 3, 0},
      {1, 1, 1, 3, 0, 0}, {0, 0, 0, 0, 0, 0}, {2, 2, 2, 16, 1, 8}, {1, 1, 1, 1, 1, 1},
      {0, 0, 1, 0, 5, 0}, {8, 0, 0, 0, 0, 0}, {1, 1, 1, 2, 2, 1}, {1, 1, 0, 1, 2, 0}
    };
    for (byte[] matrix : matrices) {
      for (boolean add : new boolean[] {false, true}) {
        byte[][] in = Samples.random(random, 3, 1000);
        byte[][] out = Samples.random(random, 2, 1000);
        byte[][] expected = expected(matrix, in, 1, out, 2, 997, add);
        PreparedMatrix prepared = kernel().prepare(matrix, 3, 2);
        if (add) {
          prepared.multiplyAdd(in, 1, out, 2, 997);
        } else {
          prepared.multiply(in, 1, out, 2, 997);
        }
        assertArrayEquals(expected, out, java.util.Arrays.toString(matrix) + add);
      }
    }
  }

  @Test
  void productOfNoInputsIsZero() {
    byte[][] out = {{1, 2, 3}};
    kernel().multiply(new byte[0], new byte[0][], 0, out, 1, 2);
    assertArrayEquals(new byte[] {1, 0, 0}, out[0]);
  }

  @Test
  void copiesTheMatrix() {
    byte[] matrix = {1};
    PreparedMatrix prepared = kernel().prepare(matrix, 1, 1);
    matrix[0] = 0;
    byte[][] out = {new byte[3]};
    prepared.multiply(new byte[][] {{4, 5, 6}}, 0, out, 0, 3);
    assertArrayEquals(new byte[] {4, 5, 6}, out[0]);
  }

  @Test
  void acceptsDisjointRangesOfOneArrayAndRefusesOverlap() {
    byte[] both = {1, 2, 3, 4, 0, 0, 0, 0};
    byte[][] rows = {both};
    kernel().multiply(new byte[] {1}, rows, 0, rows, 4, 4);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 1, 2, 3, 4}, both);
    assertRefused(
        "outputs[0] overlaps inputs[0]",
        () -> kernel().multiply(new byte[] {1}, rows, 0, rows, 3, 4));
    byte[] out = new byte[4];
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel().multiply(new byte[] {1, 1}, rows, 0, new byte[][] {out, out}, 0, 4));
  }

  @Test
  @SuppressWarnings("NullAway")
  void refusesBadShapesNamingTheArgument() {
    byte[][] in = {new byte[4], new byte[4]};
    byte[][] out = {new byte[4]};
    byte[] matrix = {1, 2};
    GaloisKernel kernel = kernel();
    assertRefused("matrix.length (3)", () -> kernel.multiply(new byte[3], in, 0, out, 0, 4));
    assertRefused("length (-1)", () -> kernel.multiply(matrix, in, 0, out, 0, -1));
    assertRefused("inputOffset (-1)", () -> kernel.multiply(matrix, in, -1, out, 0, 1));
    assertRefused("outputOffset (-1)", () -> kernel.multiply(matrix, in, 0, out, -1, 1));
    assertRefused("inputs[0].length (4)", () -> kernel.multiply(matrix, in, 1, out, 0, 4));
    assertRefused("outputs[0].length (4)", () -> kernel.multiply(matrix, in, 0, out, 1, 4));
    assertRefused(
        "inputs[0].length (4)",
        () -> kernel.multiply(matrix, in, Integer.MAX_VALUE, out, 0, Integer.MAX_VALUE));
    assertRefused(
        "inputs[1] must not be null",
        () -> kernel.multiply(matrix, new byte[][] {in[0], null}, 0, out, 0, 4));
    assertRefused(
        "outputRows names row 3 twice",
        () -> kernel.prepare(matrix, new int[] {0}, new int[] {3, 3}));
    // 2^32 coefficients, of which an int keeps none.
    assertRefused(
        "matrix.length (0) must be outputs (65536) × inputs (65536)",
        () -> kernel.prepare(new byte[0], 65_536, 65_536));
    assertRefused(
        "matrix.length (0) must be outputs (65536) × inputs (65536)",
        () -> kernel.prepare(new byte[0], new int[65_536], Rows.range(0, 65_536)));
    assertRefused("inputs (-1)", () -> kernel.prepare(matrix, -1, -1));
    assertRefused("outputs (-1)", () -> kernel.prepare(matrix, 1, -1));
    assertRefused("matrix", () -> kernel.prepare(null, 1, 1));
    assertRefused("matrix must not be null", () -> kernel.prepare(null, new int[1], new int[1]));
    assertRefused("inputRows must not be null", () -> kernel.prepare(matrix, null, new int[1]));
    assertRefused("outputRows must not be null", () -> kernel.prepare(matrix, new int[2], null));
    assertRefused("inputs must not be null", () -> kernel.multiply(matrix, null, 0, out, 0, 4));
    assertRefused("inputRows (-1)", () -> kernel.prepare(matrix, new int[] {0, -1}, new int[] {3}));
    assertRefused(
        "inputs.length (2) must exceed row 7",
        () -> kernel.prepare(matrix, new int[] {0, 7}, new int[] {0}).multiply(in, 0, out, 0, 4));
  }
}
