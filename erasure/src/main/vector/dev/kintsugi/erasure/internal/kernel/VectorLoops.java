package dev.kintsugi.erasure.internal.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorKernel}. Every loop runs over whole vectors; counts are multiples of
 * {@link #STRIDE}.
 *
 * <p>Vectors stay in registers only where the compiler sees their whole life: so species are
 * constants, there are no branches between vectors, and each loop is a method of its own.
 */
final class VectorLoops {
  /**
   * The species of shuffles: 512 bits where the processor shuffles that many bytes by one
   * instruction, else 128, since 256-bit shuffles cross lanes and take several.
   */
  private static final VectorSpecies<Byte> SHUFFLE =
      ByteVector.SPECIES_PREFERRED.vectorBitSize() >= 512
          ? ByteVector.SPECIES_512
          : ByteVector.SPECIES_128;

  /** The species of everything else. */
  private static final VectorSpecies<Byte> PLAIN =
      ByteVector.SPECIES_PREFERRED.vectorBitSize() >= 128
          ? ByteVector.SPECIES_PREFERRED
          : ByteVector.SPECIES_128;

  private static final VectorOperators.Associative XOR = VectorOperators.XOR;
  private static final byte NIBBLE = 0x0f;
  private static final byte POLYNOMIAL = 0x1d;
  private static final int PLAIN_WIDTH = PLAIN.length();

  /** Bytes of one nibble table. */
  static final int WIDTH = SHUFFLE.length();

  /** Every count is a multiple of this. */
  static final int STRIDE = Math.max(SHUFFLE.length(), 2 * PLAIN.length());

  private VectorLoops() {}

  private static ByteVector table(byte[] tables, int index) {
    return ByteVector.fromArray(SHUFFLE, tables, index * WIDTH);
  }

  /** Adds the products of two inputs to four outputs. */
  static void add4(
      byte[] ta,
      byte[] tb,
      byte[] a,
      byte[] b,
      int in,
      byte[] o0,
      byte[] o1,
      byte[] o2,
      byte[] o3,
      int out,
      int count) {
    ByteVector al0 = table(ta, 0);
    ByteVector ah0 = table(ta, 1);
    ByteVector al1 = table(ta, 2);
    ByteVector ah1 = table(ta, 3);
    ByteVector al2 = table(ta, 4);
    ByteVector ah2 = table(ta, 5);
    ByteVector al3 = table(ta, 6);
    ByteVector ah3 = table(ta, 7);
    ByteVector bl0 = table(tb, 0);
    ByteVector bh0 = table(tb, 1);
    ByteVector bl1 = table(tb, 2);
    ByteVector bh1 = table(tb, 3);
    ByteVector bl2 = table(tb, 4);
    ByteVector bh2 = table(tb, 5);
    ByteVector bl3 = table(tb, 6);
    ByteVector bh3 = table(tb, 7);
    for (int i = 0; i < count; i += WIDTH) {
      ByteVector va = ByteVector.fromArray(SHUFFLE, a, in + i);
      ByteVector vb = ByteVector.fromArray(SHUFFLE, b, in + i);
      ByteVector al = va.and(NIBBLE);
      ByteVector ah = va.lanewise(VectorOperators.LSHR, 4).and(NIBBLE);
      ByteVector bl = vb.and(NIBBLE);
      ByteVector bh = vb.lanewise(VectorOperators.LSHR, 4).and(NIBBLE);
      ByteVector.fromArray(SHUFFLE, o0, out + i)
          .lanewise(XOR, al.selectFrom(al0))
          .lanewise(XOR, ah.selectFrom(ah0))
          .lanewise(XOR, bl.selectFrom(bl0))
          .lanewise(XOR, bh.selectFrom(bh0))
          .intoArray(o0, out + i);
      ByteVector.fromArray(SHUFFLE, o1, out + i)
          .lanewise(XOR, al.selectFrom(al1))
          .lanewise(XOR, ah.selectFrom(ah1))
          .lanewise(XOR, bl.selectFrom(bl1))
          .lanewise(XOR, bh.selectFrom(bh1))
          .intoArray(o1, out + i);
      ByteVector.fromArray(SHUFFLE, o2, out + i)
          .lanewise(XOR, al.selectFrom(al2))
          .lanewise(XOR, ah.selectFrom(ah2))
          .lanewise(XOR, bl.selectFrom(bl2))
          .lanewise(XOR, bh.selectFrom(bh2))
          .intoArray(o2, out + i);
      ByteVector.fromArray(SHUFFLE, o3, out + i)
          .lanewise(XOR, al.selectFrom(al3))
          .lanewise(XOR, ah.selectFrom(ah3))
          .lanewise(XOR, bl.selectFrom(bl3))
          .lanewise(XOR, bh.selectFrom(bh3))
          .intoArray(o3, out + i);
    }
  }

  /** Adds the products of two inputs to two outputs. */
  static void add2(
      byte[] ta, byte[] tb, byte[] a, byte[] b, int in, byte[] o0, byte[] o1, int out, int count) {
    ByteVector al0 = table(ta, 0);
    ByteVector ah0 = table(ta, 1);
    ByteVector al1 = table(ta, 2);
    ByteVector ah1 = table(ta, 3);
    ByteVector bl0 = table(tb, 0);
    ByteVector bh0 = table(tb, 1);
    ByteVector bl1 = table(tb, 2);
    ByteVector bh1 = table(tb, 3);
    for (int i = 0; i < count; i += WIDTH) {
      ByteVector va = ByteVector.fromArray(SHUFFLE, a, in + i);
      ByteVector vb = ByteVector.fromArray(SHUFFLE, b, in + i);
      ByteVector al = va.and(NIBBLE);
      ByteVector ah = va.lanewise(VectorOperators.LSHR, 4).and(NIBBLE);
      ByteVector bl = vb.and(NIBBLE);
      ByteVector bh = vb.lanewise(VectorOperators.LSHR, 4).and(NIBBLE);
      ByteVector.fromArray(SHUFFLE, o0, out + i)
          .lanewise(XOR, al.selectFrom(al0))
          .lanewise(XOR, ah.selectFrom(ah0))
          .lanewise(XOR, bl.selectFrom(bl0))
          .lanewise(XOR, bh.selectFrom(bh0))
          .intoArray(o0, out + i);
      ByteVector.fromArray(SHUFFLE, o1, out + i)
          .lanewise(XOR, al.selectFrom(al1))
          .lanewise(XOR, ah.selectFrom(ah1))
          .lanewise(XOR, bl.selectFrom(bl1))
          .lanewise(XOR, bh.selectFrom(bh1))
          .intoArray(o1, out + i);
    }
  }

  /** Adds the products of two inputs to one output. */
  static void add1(
      byte[] ta, byte[] tb, byte[] a, byte[] b, int in, byte[] o0, int out, int count) {
    ByteVector al0 = table(ta, 0);
    ByteVector ah0 = table(ta, 1);
    ByteVector bl0 = table(tb, 0);
    ByteVector bh0 = table(tb, 1);
    for (int i = 0; i < count; i += WIDTH) {
      ByteVector va = ByteVector.fromArray(SHUFFLE, a, in + i);
      ByteVector vb = ByteVector.fromArray(SHUFFLE, b, in + i);
      ByteVector.fromArray(SHUFFLE, o0, out + i)
          .lanewise(XOR, va.and(NIBBLE).selectFrom(al0))
          .lanewise(XOR, va.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).selectFrom(ah0))
          .lanewise(XOR, vb.and(NIBBLE).selectFrom(bl0))
          .lanewise(XOR, vb.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).selectFrom(bh0))
          .intoArray(o0, out + i);
    }
  }

  /** Overwrites the output with the exclusive-or of rows. */
  static void sum(byte[][] rows, int[] picked, int in, byte[] output, int out, int count) {
    for (int i = 0; i < count; i += 2 * PLAIN_WIDTH) {
      ByteVector x = ByteVector.zero(PLAIN);
      ByteVector y = ByteVector.zero(PLAIN);
      for (int row : picked) {
        byte[] bytes = rows[row];
        x = x.lanewise(XOR, ByteVector.fromArray(PLAIN, bytes, in + i));
        y = y.lanewise(XOR, ByteVector.fromArray(PLAIN, bytes, in + i + PLAIN_WIDTH));
      }
      x.intoArray(output, out + i);
      y.intoArray(output, out + i + PLAIN_WIDTH);
    }
  }

  /** Overwrites the output with Horner's rule: double, then add the next row. */
  static void powers(byte[][] rows, int[] picked, int in, byte[] output, int out, int count) {
    for (int i = 0; i < count; i += 2 * PLAIN_WIDTH) {
      ByteVector x = ByteVector.zero(PLAIN);
      ByteVector y = ByteVector.zero(PLAIN);
      for (int row : picked) {
        byte[] bytes = rows[row];
        x = twice(x).lanewise(XOR, ByteVector.fromArray(PLAIN, bytes, in + i));
        y = twice(y).lanewise(XOR, ByteVector.fromArray(PLAIN, bytes, in + i + PLAIN_WIDTH));
      }
      x.intoArray(output, out + i);
      y.intoArray(output, out + i + PLAIN_WIDTH);
    }
  }

  /** Overwrites P with the exclusive-or and Q with Horner's rule of the same rows. */
  static void raid6(byte[][] rows, int[] picked, int in, byte[] p, byte[] q, int out, int count) {
    for (int i = 0; i < count; i += 2 * PLAIN_WIDTH) {
      ByteVector px = ByteVector.zero(PLAIN);
      ByteVector py = ByteVector.zero(PLAIN);
      ByteVector qx = ByteVector.zero(PLAIN);
      ByteVector qy = ByteVector.zero(PLAIN);
      for (int row : picked) {
        byte[] bytes = rows[row];
        ByteVector x = ByteVector.fromArray(PLAIN, bytes, in + i);
        ByteVector y = ByteVector.fromArray(PLAIN, bytes, in + i + PLAIN_WIDTH);
        px = px.lanewise(XOR, x);
        py = py.lanewise(XOR, y);
        qx = twice(qx).lanewise(XOR, x);
        qy = twice(qy).lanewise(XOR, y);
      }
      px.intoArray(p, out + i);
      py.intoArray(p, out + i + PLAIN_WIDTH);
      qx.intoArray(q, out + i);
      qy.intoArray(q, out + i + PLAIN_WIDTH);
    }
  }

  private static ByteVector twice(ByteVector x) {
    return x.add(x).lanewise(XOR, ByteVector.zero(PLAIN).blend(POLYNOMIAL, x.lt((byte) 0)));
  }
}
