package dev.kintsugi.erasure.internal.rows;

import java.nio.ByteBuffer;

/** Tells whether two buffers share memory, also where Java does not say where it lies. */
public final class BufferOverlap {
  /** The most address bits that Java tells of a direct buffer. */
  private static final int WINDOW = 1 << 30;

  private BufferOverlap() {}

  /**
   * Returns whether the remaining bytes of two buffers, as many in one as in the other, overlap.
   *
   * <p>Of direct buffers Java tells the lower bits of the address only, and of read-only views of
   * arrays nothing at all. Bytes of the first buffer are then changed for a moment to see whether
   * the second one changes with them.
   *
   * @param output a buffer that may be written; its bytes are the same afterwards
   * @param other any buffer
   */
  // Identity is meant: equals() of a buffer compares contents.
  @SuppressWarnings("ReferenceEquality")
  public static boolean overlap(ByteBuffer output, ByteBuffer other) {
    if (!output.hasRemaining() || !other.hasRemaining()) {
      return false;
    }
    if (output == other) {
      return true;
    }
    if (output.isDirect() || other.isDirect()) {
      return output.isDirect() && other.isDirect() && overlapInMemory(output, other);
    }
    if (!output.hasArray() || !other.hasArray()) {
      return overlapUnseen(output, other);
    }
    if (output.array() != other.array()) {
      return false;
    }
    long distance =
        ((long) other.arrayOffset() + other.position())
            - ((long) output.arrayOffset() + output.position());
    return distance < output.remaining() && -distance < other.remaining();
  }

  private static boolean overlapInMemory(ByteBuffer output, ByteBuffer other) {
    int low =
        (other.alignmentOffset(other.position(), WINDOW)
                - output.alignmentOffset(output.position(), WINDOW))
            & (WINDOW - 1);
    // A buffer holds less than two windows, so these are all distances at which they can meet.
    for (long distance = (long) low - 2L * WINDOW;
        distance < output.remaining();
        distance += WINDOW) {
      if (-distance < other.remaining()
          && isSameByte(output, Math.max(distance, 0), other, Math.max(-distance, 0))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSameByte(ByteBuffer output, long at, ByteBuffer other, long otherAt) {
    int index = (int) (output.position() + at);
    int otherIndex = (int) (other.position() + otherAt);
    byte before = output.get(index);
    byte seen = other.get(otherIndex);
    if (seen != before) {
      return false;
    }
    output.put(index, (byte) ~before);
    boolean changed = other.get(otherIndex) != seen;
    output.put(index, before);
    return changed;
  }

  /**
   * Tells by trying. Where two ranges of n bytes overlap, the bytes they share are the first of one
   * and the last of the other. If they share w bytes or more, all of the first or of the last w
   * bytes of the output are among them and are w neighbours in the other range, one of which is at
   * a multiple of w; otherwise the first or the last byte of the other range is among them. So it
   * is enough to change w bytes and look at n / w, and with w = √n that is little of a long range.
   */
  private static boolean overlapUnseen(ByteBuffer output, ByteBuffer other) {
    int count = (int) Math.sqrt(output.remaining());
    return changeWith(output, output.position(), count, other)
        || changeWith(output, output.limit() - count, count, other);
  }

  private static boolean changeWith(ByteBuffer output, int start, int count, ByteBuffer other) {
    byte last = other.get(other.limit() - 1);
    long sum = sum(other, count);
    invert(output, start, count);
    // At most one summand has changed, by an odd number: nothing makes up for it.
    boolean changed = other.get(other.limit() - 1) != last || sum(other, count) != sum;
    invert(output, start, count);
    return changed;
  }

  private static long sum(ByteBuffer buffer, int step) {
    long sum = 0;
    for (long i = buffer.position(); i < buffer.limit(); i += step) {
      sum += buffer.get((int) i) & 0xff;
    }
    return sum;
  }

  private static void invert(ByteBuffer buffer, int start, int count) {
    for (int i = start; i < start + count; i++) {
      buffer.put(i, (byte) ~buffer.get(i));
    }
  }
}
