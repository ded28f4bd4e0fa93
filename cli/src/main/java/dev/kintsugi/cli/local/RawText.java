package dev.kintsugi.cli.local;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as text without loss. Bytes that are UTF-8 become their text; each other byte {@code b}
 * becomes the lone surrogate U+DC00 + b, which no UTF-8 text holds. So words of the command line
 * may be any bytes that Unix can pass.
 */
public final class RawText {
  private static final int ESCAPE = 0xDC00;

  private RawText() {}

  /** Returns the text of bytes. */
  public static String decode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    walk(bytes, text::append, b -> text.append((char) (ESCAPE + b)));
    return text.toString();
  }

  /**
   * Returns the bytes of a text.
   *
   * @throws IllegalArgumentException if the text holds a lone surrogate that stands for no byte
   */
  public static byte[] encode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (isEscape(codePoint)) {
        bytes.write(codePoint - ESCAPE);
      } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException("half of a surrogate pair at position " + i);
      } else {
        bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(codePoint);
    }
    return bytes.toByteArray();
  }

  /** Returns whether the text stands for itself: no byte of it is escaped. */
  public static boolean isPlain(String text) {
    return text.codePoints().noneMatch(RawText::isEscape);
  }

  /**
   * Returns bytes as text that is safe on a terminal: bytes that are not UTF-8, control characters
   * and backslashes are written {@code \xHH}, as in {@link dev.kintsugi.core.store.Name#toString}.
   */
  public static String display(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    walk(
        bytes,
        c -> {
          if (c == '\\' || Character.isISOControl(c)) {
            text.append(String.format("\\x%02x", (int) c));
          } else {
            text.append(c);
          }
        },
        b -> text.append(String.format("\\x%02x", b)));
    return text.toString();
  }

  private static boolean isEscape(int codePoint) {
    return codePoint >= ESCAPE + 0x80 && codePoint <= ESCAPE + 0xFF;
  }

  private interface CharSink {
    void accept(char c);
  }

  private interface ByteSink {
    void accept(int b);
  }

  private static void walk(byte[] bytes, CharSink text, ByteSink raw) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      out.flip();
      while (out.hasRemaining()) {
        text.accept(out.get());
      }
      out.clear();
      if (!result.isError()) {
        return;
      }
      for (int i = 0; i < result.length(); i++) {
        raw.accept(in.get() & 0xff);
      }
      decoder.reset();
    }
  }
}
