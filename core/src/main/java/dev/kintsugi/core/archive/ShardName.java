package dev.kintsugi.core.archive;

import com.google.common.io.BaseEncoding;
import dev.kintsugi.crypto.RandomBytes;
import java.nio.ByteBuffer;

/**
 * A shard's name: 128 bits that look random and tell nothing.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record ShardName(long high, long low) implements Comparable<ShardName> {
  /** Length of a name in bytes. */
  public static final int BYTES = 16;

  private static final BaseEncoding HEX = BaseEncoding.base16().lowerCase();

  /** Draws a fresh name from the secure random source. */
  public static ShardName random() {
    return of(RandomBytes.next(BYTES));
  }

  /**
   * Reads a name from its bytes.
   *
   * @param bytes exactly {@value #BYTES} bytes
   */
  public static ShardName of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a shard name has 16 bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new ShardName(buffer.getLong(), buffer.getLong());
  }

  /**
   * Reads a name from 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static ShardName parse(String hex) {
    return of(HEX.decode(hex));
  }

  /** Returns a fresh array with the name's {@value #BYTES} bytes. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public int compareTo(ShardName other) {
    int first = Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  /** Returns the 32 lower-case hexadecimal digits of the name. */
  @Override
  public String toString() {
    return HEX.encode(toBytes());
  }
}
