package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.rows.BufferOverlap;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Checks the arrays that callers pass, and names what is wrong with them. */
final class Shapes {
  private Shapes() {}

  /** Checks that all rows are there, alike, distinct and hold the range. */
  static void check(byte[][] shards, int total, int offset, int length) {
    checkCount(shards, total);
    for (int i = 0; i < total; i++) {
      checkRow(shards, i, 0, offset, length);
      checkDistinct(shards, i);
    }
  }

  /** Checks the rows that are present or wanted as {@link #check(byte[][], int, int, int)} does. */
  static void check(
      byte[][] shards, boolean[] present, boolean[] wanted, int total, int offset, int length) {
    checkCount(shards, total);
    int first = -1;
    for (int i = 0; i < total; i++) {
      if (!present[i] && !wanted[i]) {
        continue;
      }
      if (first < 0) {
        first = i;
      }
      checkRow(shards, i, first, offset, length);
      for (int j = 0; j < i; j++) {
        if (shards[i] == shards[j] && (present[j] || wanted[j])) {
          throw sameRow(i, j);
        }
      }
    }
  }

  /**
   * Checks buffers that are read or wanted: they are there, hold as many bytes, and those wanted
   * and not read, which are written, are writable and overlap no other.
   */
  static void check(@Nullable ByteBuffer[] shards, boolean[] read, boolean[] wanted, int total) {
    if (shards == null) {
      throw new IllegalArgumentException("shards must not be null");
    }
    if (shards.length != total) {
      throw new IllegalArgumentException(
          "shards.length (%d) must be %d".formatted(shards.length, total));
    }
    ByteBuffer first = null;
    int firstIndex = -1;
    for (int i = 0; i < total; i++) {
      if (!read[i] && !wanted[i]) {
        continue;
      }
      ByteBuffer shard = shards[i];
      if (shard == null) {
        throw new IllegalArgumentException("shards[%d] must not be null".formatted(i));
      }
      if (wanted[i] && !read[i] && shard.isReadOnly()) {
        throw new IllegalArgumentException("shards[%d] must not be read-only".formatted(i));
      }
      if (first == null) {
        first = shard;
        firstIndex = i;
      } else if (shard.remaining() != first.remaining()) {
        throw new IllegalArgumentException(
            "shards[%d].remaining() (%d) must be that of shards[%d] (%d)"
                .formatted(i, shard.remaining(), firstIndex, first.remaining()));
      }
    }
    for (int i = 0; i < total; i++) {
      if (read[i] || !wanted[i]) {
        continue;
      }
      for (int j = 0; j < total; j++) {
        if (i != j && (read[j] || wanted[j]) && overlap(shards[i], shards[j])) {
          throw new IllegalArgumentException(
              "shards[%d] and shards[%d] must not overlap".formatted(i, j));
        }
      }
    }
  }

  private static boolean overlap(@Nullable ByteBuffer written, @Nullable ByteBuffer other) {
    return written != null && other != null && BufferOverlap.overlap(written, other);
  }

  static void checkFlags(String name, boolean[] flags, int total) {
    if (flags == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
    if (flags.length != total) {
      throw new IllegalArgumentException(
          "%s.length (%d) must be %d".formatted(name, flags.length, total));
    }
  }

  private static void checkCount(byte[][] shards, int total) {
    if (shards == null) {
      throw new IllegalArgumentException("shards must not be null");
    }
    if (shards.length != total) {
      throw new IllegalArgumentException(
          "shards.length (%d) must be %d".formatted(shards.length, total));
    }
  }

  private static void checkRow(byte[][] shards, int row, int first, int offset, int length) {
    if (offset < 0) {
      throw new IllegalArgumentException("offset (%d) must not be negative".formatted(offset));
    }
    if (length < 0) {
      throw new IllegalArgumentException("length (%d) must not be negative".formatted(length));
    }
    if (shards[row] == null) {
      throw new IllegalArgumentException("shards[%d] must not be null".formatted(row));
    }
    if (shards[row].length != shards[first].length) {
      throw new IllegalArgumentException(
          "shards[%d].length (%d) must be that of shards[%d] (%d)"
              .formatted(row, shards[row].length, first, shards[first].length));
    }
    if (shards[row].length - (long) offset < length) {
      throw new IllegalArgumentException(
          "offset (%d) + length (%d) must be at most shards[%d].length (%d)"
              .formatted(offset, length, row, shards[row].length));
    }
  }

  private static void checkDistinct(byte[][] shards, int row) {
    for (int j = 0; j < row; j++) {
      if (shards[row] == shards[j]) {
        throw sameRow(row, j);
      }
    }
  }

  private static IllegalArgumentException sameRow(int row, int other) {
    return new IllegalArgumentException(
        "shards[%d] and shards[%d] must not be the same array".formatted(other, row));
  }
}
