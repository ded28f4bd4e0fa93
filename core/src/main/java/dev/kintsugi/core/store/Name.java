package dev.kintsugi.core.store;

import dev.kintsugi.core.InvalidPathException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of a directory entry: 1 to 255 bytes without {@code /} and NUL, and neither {@code .}
 * nor {@code ..}. Any other bytes are kept as they are, whether or not they are UTF-8. Names order
 * by unsigned bytes.
 */
public final class Name implements Comparable<Name> {
  /** Longest name, in bytes. */
  public static final int MAX_BYTES = 255;

  private final byte[] bytes;

  private Name(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Makes a name from its bytes, which are copied.
   *
   * @throws InvalidPathException if the bytes cannot be a name
   */
  public static Name of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new InvalidPathException(
          "a name has 1 to " + MAX_BYTES + " bytes, not " + bytes.length);
    }
    for (byte b : bytes) {
      if (b == 0 || b == '/') {
        throw new InvalidPathException("a name cannot hold '/' or NUL");
      }
    }
    if (bytes[0] == '.' && (bytes.length == 1 || (bytes.length == 2 && bytes[1] == '.'))) {
      throw new InvalidPathException("'.' and '..' cannot be stored as names");
    }
    return new Name(bytes.clone());
  }

  /**
   * Makes a name from text, as UTF-8.
   *
   * @throws InvalidPathException if the text cannot be a name
   */
  public static Name of(String text) {
    try {
      ByteBuffer utf8 =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      return of(bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidPathException(
          "the name holds half of a surrogate pair: " + e.getMessage(), e);
    }
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Returns the name's length in bytes. */
  public int length() {
    return bytes.length;
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * Returns the name as text. Bytes that are not UTF-8, control characters and backslashes are
   * written {@code \xHH}, so that the text is safe on a terminal and different names have different
   * texts.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    while (true) {
      var result = decoder.decode(in, out, true);
      out.flip().chars().forEach(c -> append(text, (char) c));
      out.clear();
      if (!result.isError()) {
        return text.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        text.append(String.format("\\x%02x", in.get()));
      }
      decoder.reset();
    }
  }

  private static void append(StringBuilder text, char c) {
    if (c == '\\' || Character.isISOControl(c)) {
      text.append(String.format("\\x%02x", (int) c));
    } else {
      text.append(c);
    }
  }
}
