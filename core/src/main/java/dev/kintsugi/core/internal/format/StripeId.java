package dev.kintsugi.core.internal.format;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.crypto.RandomBytes;
import java.nio.ByteBuffer;

/**
 * A stripe's random 128-bit id, never reused, known to key holders only.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record StripeId(long high, long low) implements Comparable<StripeId> {
  /** Length of an id in bytes. */
  public static final int BYTES = 16;

  /** Draws a fresh id. */
  public static StripeId random() {
    return of(RandomBytes.next(BYTES));
  }

  /**
   * Reads an id from its bytes.
   *
   * @param bytes exactly {@value #BYTES} bytes
   */
  public static StripeId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a stripe id has 16 bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new StripeId(buffer.getLong(), buffer.getLong());
  }

  /** Returns a fresh array with the id's {@value #BYTES} bytes. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public int compareTo(StripeId other) {
    int first = Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  /** Returns 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return BaseEncoding.base16().lowerCase().encode(toBytes());
  }
}
