package dev.kintsugi.erasure.internal.rows;

import java.nio.ByteBuffer;

/** Tells whether two buffers share memory, also where Java does not say where it lies. */
public final class BufferOverlap {
  /** The most address bits that Java tells of a direct buffer. */
  private static final int WINDOW = 1 << 30;

  private BufferOverlap() {}

  /**
   * Returns whether the remaining bytes of two buffers overlap.
   *
   * <p>Of direct buffers Java tells the lower bits of the address only. Where these meet, a byte of
   * the first buffer is changed for a moment to see whether the second one changes with it.
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
    if (output.isDirect() && other.isDirect()) {
      return overlapInMemory(output, other);
    }
    if (!output.hasArray() || !other.hasArray() || output.array() != other.array()) {
      return false;
    }
    long distance =
        ((long) other.arrayOffset() + other.position())
            - ((long) output.arrayOffset() + output.position());
    return distance < output.remaining() && -distance < other.remaining();
  }

  private static boolean overlapInMemory(ByteBuffer output, ByteBuffer other) {
    int distance =
        (other.alignmentOffset(other.position(), WINDOW)
                - output.alignmentOffset(output.position(), WINDOW))
            & (WINDOW - 1);
    return (distance < output.remaining() && isSameByte(output, distance, other, 0))
        || (WINDOW - distance < other.remaining()
            && isSameByte(output, 0, other, WINDOW - distance));
  }

  private static boolean isSameByte(ByteBuffer output, int at, ByteBuffer other, int otherAt) {
    int index = output.position() + at;
    byte before = output.get(index);
    byte seen = other.get(other.position() + otherAt);
    if (seen != before) {
      return false;
    }
    output.put(index, (byte) ~before);
    boolean changed = other.get(other.position() + otherAt) != seen;
    output.put(index, before);
    return changed;
  }
}
