package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.internal.format.StripeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A file's map from offsets to extents. What no extent covers reads as zeros.
 *
 * @param extents in the order of their offsets, without overlap, none empty
 */
public record ContentRecord(List<Extent> extents) {
  /** Most extents of one file. */
  public static final int MAX_EXTENTS = 1 << 24;

  private static final String STRUCTURE = "content record";
  private static final int MAGIC = 0x4b47636f; // "KGco"
  private static final int VERSION = 1;
  private static final int FIXED_LENGTH = 10;
  private static final int EXTENT_LENGTH = 41;

  /** Validates the order and copies. */
  public ContentRecord {
    extents = List.copyOf(extents);
    if (extents.size() > MAX_EXTENTS) {
      throw new IllegalArgumentException(
          "extents (" + extents.size() + ") must be at most " + MAX_EXTENTS);
    }
    long end = 0;
    for (Extent extent : extents) {
      if (extent.offset < end) {
        throw new IllegalArgumentException(
            "extent at " + extent.offset + " starts before the end (" + end + ") of the last");
      }
      end = extent.end();
    }
  }

  /**
   * A range of a file, sealed under one leaf.
   *
   * @param offset of its first byte in the file
   * @param length its plaintext length in bytes, at least 1
   * @param leaf the leaf that seals it
   * @param stripe where its sealed bytes lie
   * @param address where they start in that stripe
   */
  public record Extent(long offset, int length, long leaf, StripeId stripe, ExtentAddress address) {
    /** Validates the ranges. */
    public Extent {
      if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length || leaf < 0) {
        throw new IllegalArgumentException(
            "offset (%d), length (%d) or leaf (%d) is out of range"
                .formatted(offset, length, leaf));
      }
    }

    /** Returns the offset after its last byte. */
    public long end() {
      return offset + length;
    }
  }

  /**
   * Returns the length of a plaintext record, in bytes.
   *
   * @param extents how many it has, 0 to {@value #MAX_EXTENTS}
   */
  public static int encodedLength(int extents) {
    return FIXED_LENGTH + EXTENT_LENGTH * extents;
  }

  /** Returns the plaintext record. */
  public byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(encodedLength(extents.size()))
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putInt(extents.size());
    for (Extent extent : extents) {
      out.putLong(extent.offset)
          .putInt(extent.length)
          .putLong(extent.leaf)
          .put(extent.stripe.toBytes())
          .put((byte) extent.address.shard())
          .putInt(extent.address.offset());
    }
    return out.array();
  }

  /**
   * Parses a plaintext record.
   *
   * @throws dev.kintsugi.core.UnsupportedFormatException if it is of another version
   * @throws dev.kintsugi.core.FormatException if it is anything else but a content record
   */
  public static ContentRecord decode(byte[] plain) {
    FieldReader in = new FieldReader(STRUCTURE, plain);
    in.start(MAGIC, VERSION);
    int count = in.count("extents", 0, MAX_EXTENTS);
    in.items("extents", count, EXTENT_LENGTH);
    List<Extent> extents = new ArrayList<>(count);
    long end = 0;
    for (int i = 0; i < count; i++) {
      long offset = in.u63("file offset");
      if (offset < end) {
        throw in.error("file offset", "at least " + end, Long.toString(offset));
      }
      int length = in.count("extent length", 1, Integer.MAX_VALUE);
      if (offset > Long.MAX_VALUE - length) {
        throw in.error("extent end", "at most 2^63-1", offset + " + " + length);
      }
      end = offset + length;
      long leaf = in.u63("leaf");
      StripeId stripe = StripeId.of(in.bytes("stripe", StripeId.BYTES));
      extents.add(new Extent(offset, length, leaf, stripe, CommitHeader.address(in)));
    }
    in.end();
    return new ContentRecord(extents);
  }
}
