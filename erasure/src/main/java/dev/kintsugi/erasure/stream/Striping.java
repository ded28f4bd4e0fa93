package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureCode;

/**
 * How a sequence of bytes is cut into the data shards of a code: stripe by stripe, k consecutive
 * blocks of one unit each going to the k data shards in order. The last stripe is as short as it
 * can be: r bytes left make blocks of ⌈r / k⌉ bytes, filled up with zeros at the end.
 *
 * <p>Example with k = 4 and unit = 10: 53 bytes are a stripe of four blocks of 10 and one of four
 * blocks of 4, whose last three bytes are zeros; every shard is 14 bytes long.
 *
 * @param code the code
 * @param unit the bytes of a block of all stripes but the last, in 1..{@value #MAX_UNIT}
 */
public record Striping(ErasureCode code, int unit) {
  /** The longest block. */
  public static final int MAX_UNIT = 1 << 22;

  /** The length of a block unless there is a reason for another. */
  public static final int DEFAULT_UNIT = 1 << 16;

  /** Checks the unit. */
  public Striping {
    if (code == null) {
      throw new IllegalArgumentException("code must not be null");
    }
    if (unit < 1 || unit > MAX_UNIT) {
      throw new IllegalArgumentException("unit (%d) must be in 1..%d".formatted(unit, MAX_UNIT));
    }
  }

  /** Returns the data bytes of a whole stripe. */
  public int stripeBytes() {
    return Math.multiplyExact(code.dataShards(), unit);
  }

  /**
   * Returns how many stripes hold a number of bytes.
   *
   * @throws IllegalArgumentException if the length is negative
   */
  public long stripes(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length (%d) must not be negative".formatted(length));
    }
    return length / stripeBytes() + (length % stripeBytes() == 0 ? 0 : 1);
  }

  /**
   * Returns the length of a block of one stripe.
   *
   * @param stripe the stripe, not negative and below {@link #stripes}
   * @param length the number of bytes in all
   * @throws IllegalArgumentException if the length is negative, or there is no such stripe
   */
  public int blockBytes(long stripe, long length) {
    long stripes = stripes(length);
    if (stripe < 0 || stripe >= stripes) {
      throw new IllegalArgumentException(
          "stripe (%d) must not be negative and be below %d".formatted(stripe, stripes));
    }
    long left = length - stripe * stripeBytes();
    return left >= stripeBytes() ? unit : blockOf((int) left);
  }

  /** Returns the length of a block of a stripe that holds fewer bytes than a whole one. */
  int blockOf(int bytes) {
    int k = code.dataShards();
    return bytes / k + (bytes % k == 0 ? 0 : 1);
  }

  /**
   * Returns the length of every shard.
   *
   * @param length the number of bytes in all
   * @throws IllegalArgumentException if the length is negative
   */
  public long shardBytes(long length) {
    long stripes = stripes(length);
    return stripes == 0 ? 0 : (stripes - 1) * unit + blockBytes(stripes - 1, length);
  }
}
