package dev.kintsugi.cli.local;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Paths of the local file system as bytes. Java keeps a path's bytes but shows them as text, with a
 * replacement character for what is not text; only its URI tells them all. Text is used where it is
 * exact, because making a URI asks the file system.
 */
public final class LocalPaths {
  private static final boolean UTF_8_NAMES =
      "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));

  /** A directory that cannot exist, so that URIs of paths below it never ask for more. */
  private static final Path NOWHERE = Path.of("/proc/self/no-such-directory");

  private LocalPaths() {}

  /** Returns the path of a word of the command line, see {@link RawText}. */
  public static Path of(String raw) {
    return of(RawText.encode(raw));
  }

  /** Returns the path of bytes. Redundant slashes and one at the end are dropped. */
  public static Path of(byte[] bytes) {
    String text = RawText.decode(bytes);
    if (UTF_8_NAMES && RawText.isPlain(text)) {
      return Path.of(text);
    }
    if (bytes.length > 0 && bytes[0] == '/') {
      return Path.of(uri("", bytes));
    }
    // A relative path: made below the root and taken from there.
    Path absolute = Path.of(uri("/", bytes));
    return absolute.subpath(0, absolute.getNameCount());
  }

  /** Returns the path of an entry of a directory. */
  public static Path child(Path directory, byte[] name) {
    return directory.resolve(of(name));
  }

  /** Returns the exact bytes of a path. */
  public static byte[] bytes(Path path) {
    String text = path.toString();
    if (UTF_8_NAMES && text.indexOf('\uFFFD') < 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    Path base = path.isAbsolute() ? path : NOWHERE.resolve(path);
    byte[] bytes = percentDecode(base.toUri().getRawPath());
    if (!path.isAbsolute()) {
      int prefix = NOWHERE.toString().length() + 1;
      bytes = Arrays.copyOfRange(bytes, Math.min(prefix, bytes.length), bytes.length);
    }
    if (bytes.length > 1 && bytes[bytes.length - 1] == '/' && !text.endsWith("/")) {
      bytes = Arrays.copyOf(bytes, bytes.length - 1);
    }
    return bytes;
  }

  /** Returns the bytes of a path's last name, empty for the root. */
  public static byte[] name(Path path) {
    Path name = path.getFileName();
    return name == null ? new byte[0] : bytes(name);
  }

  /** Returns a path as text for people, safe on a terminal. */
  public static String display(Path path) {
    return RawText.display(bytes(path));
  }

  private static URI uri(String prefix, byte[] bytes) {
    StringBuilder text = new StringBuilder("file://").append(prefix);
    for (byte b : bytes) {
      boolean plain =
          (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '/';
      if (plain) {
        text.append((char) b);
      } else {
        text.append(String.format("%%%02X", b));
      }
    }
    return URI.create(text.toString());
  }

  private static byte[] percentDecode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }
}
