package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads the fields of one structure strictly: every read is checked against what is left before
 * anything is allocated, every error names structure, field, expected and actual value. Big-endian.
 */
final class FieldReader {
  private final String structure;
  private final ByteBuffer bytes;

  FieldReader(String structure, byte[] bytes) {
    this(structure, bytes, 0, bytes.length);
  }

  FieldReader(String structure, byte[] bytes, int offset, int length) {
    this.structure = structure;
    this.bytes = ByteBuffer.wrap(bytes, offset, length);
  }

  /** Reads and checks a structure's first six bytes. */
  void start(int magic, int version) {
    int actual = i32("magic");
    if (actual != magic) {
      throw error("magic", String.format("%08x", magic), String.format("%08x", actual));
    }
    int found = u16("version");
    if (found != version) {
      throw new UnsupportedFormatException(
          structure + ": version is " + found + ", this program reads version " + version);
    }
  }

  int u8(String field) {
    need(field, 1);
    return bytes.get() & 0xff;
  }

  int u16(String field) {
    need(field, 2);
    return bytes.getShort() & 0xffff;
  }

  int i32(String field) {
    need(field, 4);
    return bytes.getInt();
  }

  long u32(String field) {
    return i32(field) & 0xffffffffL;
  }

  long i64(String field) {
    need(field, 8);
    return bytes.getLong();
  }

  /** Reads a 64-bit number that must be in 0..2^63-1. */
  long u63(String field) {
    long value = i64(field);
    if (value < 0) {
      throw error(field, "0 to 2^63-1", Long.toUnsignedString(value));
    }
    return value;
  }

  /** Reads a 32-bit number that must be in a range. */
  int count(String field, int least, int most) {
    long value = u32(field);
    if (value < least || value > most) {
      throw error(field, least + " to " + most, Long.toString(value));
    }
    return (int) value;
  }

  /** Reads a fresh array. */
  byte[] bytes(String field, int length) {
    need(field, length);
    byte[] value = new byte[length];
    bytes.get(value);
    return value;
  }

  /** Reads bytes that must be zero. */
  void zeros(String field, int length) {
    need(field, length);
    for (int i = 0; i < length; i++) {
      byte b = bytes.get();
      if (b != 0) {
        throw error(field, "zeros", "byte " + (b & 0xff) + " at " + i);
      }
    }
  }

  /** Checks that {@code count} items of {@code size} bytes can follow, before any is allocated. */
  void items(String field, long count, int size) {
    if (count * size > bytes.remaining()) {
      throw error(field, "at most " + bytes.remaining() / size, Long.toString(count));
    }
  }

  int remaining() {
    return bytes.remaining();
  }

  /** Checks that nothing is left. */
  void end() {
    if (bytes.hasRemaining()) {
      throw error("end", "no more bytes", bytes.remaining() + " bytes");
    }
  }

  FormatException error(String field, String expected, String actual) {
    return new FormatException(
        structure + ": " + field + " is " + actual + ", expected " + expected);
  }

  private void need(String field, int length) {
    if (length > bytes.remaining()) {
      throw new FormatException(
          structure
              + ": "
              + field
              + " needs "
              + length
              + " bytes, only "
              + bytes.remaining()
              + " are left");
    }
  }

  /** Returns whether all bytes of a range are zero. */
  static boolean allZero(byte[] bytes, int from, int to) {
    return Arrays.mismatch(bytes, from, to, new byte[to - from], 0, to - from) < 0;
  }
}
