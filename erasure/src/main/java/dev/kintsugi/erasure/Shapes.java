package dev.kintsugi.erasure;

import dev.kintsugi.erasure.internal.rows.BufferOverlap;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Checks the arrays that callers pass, and names what is wrong with them. */
final class Shapes {
  private Shapes() {}

  /** Checks that all rows are there, alike, distinct and hold the range. */
  static void check(byte[][] shards, int total, int offset, int length) {
    checkCount("shards", shards, total);
    for (int i = 0; i < total; i++) {
      checkRow(shards, i, 0, offset, length);
      checkDistinct(shards, i);
    }
  }

  /** Checks the rows that are present or wanted as {@link #check(byte[][], int, int, int)} does. */
  static void check(
      byte[][] shards, boolean[] present, boolean[] wanted, int total, int offset, int length) {
    checkCount("shards", shards, total);
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

  /** Checks that an array of rows is there and has as many elements as it should. */
  static void checkCount(String name, Object[] rows, int count) {
    checkNotNull(name, rows);
    if (rows.length != count) {
      throw new IllegalArgumentException(
          "%s.length (%d) must be %d".formatted(name, rows.length, count));
    }
  }

  /** Checks that an argument is there. */
  static void checkNotNull(String name, Object argument) {
    if (argument == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
  }

  /**
   * Checks the rows of two arrays that enter a product: all are there, alike, distinct and hold the
   * range.
   *
   * @param written at least one row
   */
  static void checkProduct(
      String readName,
      byte[][] reads,
      int[] read,
      String writtenName,
      byte[][] writes,
      int[] written,
      int offset,
      int length) {
    String first = element(writtenName, written[0]);
    byte[] like = writes[written[0]];
    checkRange(offset, length);
    for (int i = 0; i < written.length; i++) {
      byte[] row = writes[written[i]];
      checkLike(writtenName, written[i], row, first, like, offset, length);
      for (int j = 0; j < i; j++) {
        checkApart(writtenName, written[i], row, writtenName, written[j], writes[written[j]]);
      }
    }
    for (int i = 0; i < read.length; i++) {
      byte[] row = reads[read[i]];
      checkLike(readName, read[i], row, first, like, offset, length);
      for (int j = 0; j < i; j++) {
        checkApart(readName, read[i], row, readName, read[j], reads[read[j]]);
      }
      for (int other : written) {
        checkApart(readName, read[i], row, writtenName, other, writes[other]);
      }
    }
  }

  /**
   * Checks the buffers of two arrays that enter a product: all are there and alike, and those
   * written are writable and overlap no other.
   *
   * @param written at least one buffer
   */
  static void checkProduct(
      String readName,
      ByteBuffer[] reads,
      int[] read,
      String writtenName,
      ByteBuffer[] writes,
      int[] written) {
    String first = element(writtenName, written[0]);
    ByteBuffer like = writes[written[0]];
    for (int row : written) {
      checkLike(writtenName, row, writes[row], first, like);
      checkWritable(writtenName, row, writes[row]);
    }
    for (int row : read) {
      checkLike(readName, row, reads[row], first, like);
    }
    for (int i = 0; i < written.length; i++) {
      ByteBuffer buffer = writes[written[i]];
      for (int j = 0; j < i; j++) {
        checkApart(writtenName, written[i], buffer, writtenName, written[j], writes[written[j]]);
      }
      for (int other : read) {
        checkApart(writtenName, written[i], buffer, readName, other, reads[other]);
      }
    }
  }

  /**
   * Checks a row that is read, and those that change with it: all are there, alike, distinct and
   * hold the range.
   */
  static void checkUpdate(
      String name,
      byte[] row,
      String changedName,
      byte[][] rows,
      int[] changed,
      int offset,
      int length) {
    checkRange(offset, length);
    checkLike(name, -1, row, name, row, offset, length);
    for (int i = 0; i < changed.length; i++) {
      byte[] other = rows[changed[i]];
      checkLike(changedName, changed[i], other, name, row, offset, length);
      checkApart(changedName, changed[i], other, name, -1, row);
      for (int j = 0; j < i; j++) {
        checkApart(changedName, changed[i], other, changedName, changed[j], rows[changed[j]]);
      }
    }
  }

  /**
   * Checks a buffer that is read, and those that change with it: all are there and alike, and those
   * that change are writable and overlap no other.
   */
  static void checkUpdate(
      String name, ByteBuffer buffer, String changedName, ByteBuffer[] buffers, int[] changed) {
    checkNotNull(name, buffer);
    for (int index : changed) {
      checkLike(changedName, index, buffers[index], name, buffer);
      checkWritable(changedName, index, buffers[index]);
    }
    for (int i = 0; i < changed.length; i++) {
      ByteBuffer other = buffers[changed[i]];
      checkApart(changedName, changed[i], other, name, -1, buffer);
      for (int j = 0; j < i; j++) {
        checkApart(changedName, changed[i], other, changedName, changed[j], buffers[changed[j]]);
      }
    }
  }

  private static void checkRange(int offset, int length) {
    if (offset < 0) {
      throw new IllegalArgumentException("offset (%d) must not be negative".formatted(offset));
    }
    if (length < 0) {
      throw new IllegalArgumentException("length (%d) must not be negative".formatted(length));
    }
  }

  private static void checkLike(
      String name,
      int index,
      byte @Nullable [] row,
      String likeName,
      byte[] like,
      int offset,
      int length) {
    if (row == null) {
      throw new IllegalArgumentException(element(name, index) + " must not be null");
    }
    if (row.length != like.length) {
      throw new IllegalArgumentException(
          "%s.length (%d) must be that of %s (%d)"
              .formatted(element(name, index), row.length, likeName, like.length));
    }
    if (row.length - (long) offset < length) {
      throw new IllegalArgumentException(
          "offset (%d) + length (%d) must be at most %s.length (%d)"
              .formatted(offset, length, element(name, index), row.length));
    }
  }

  private static void checkLike(
      String name, int index, @Nullable ByteBuffer buffer, String likeName, ByteBuffer like) {
    if (buffer == null) {
      throw new IllegalArgumentException(element(name, index) + " must not be null");
    }
    if (buffer.remaining() != like.remaining()) {
      throw new IllegalArgumentException(
          "%s.remaining() (%d) must be that of %s (%d)"
              .formatted(element(name, index), buffer.remaining(), likeName, like.remaining()));
    }
  }

  private static void checkWritable(String name, int index, ByteBuffer buffer) {
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException(element(name, index) + " must not be read-only");
    }
  }

  private static void checkApart(
      String name, int index, byte[] row, String otherName, int otherIndex, byte[] other) {
    if (row == other) {
      throw new IllegalArgumentException(
          "%s and %s must not be the same array"
              .formatted(element(otherName, otherIndex), element(name, index)));
    }
  }

  private static void checkApart(
      String name,
      int index,
      ByteBuffer written,
      String otherName,
      int otherIndex,
      ByteBuffer other) {
    if (BufferOverlap.overlap(written, other)) {
      throw new IllegalArgumentException(
          "%s and %s must not overlap"
              .formatted(element(name, index), element(otherName, otherIndex)));
    }
  }

  /** Returns the name of a row of an array, or of a row by itself if the index is negative. */
  private static String element(String name, int index) {
    return index < 0 ? name : name + "[" + index + "]";
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
