package dev.kintsugi.fs.internal;

import dev.kintsugi.core.store.Name;
import dev.kintsugi.core.store.VaultPath;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jnr.ffi.Pointer;

/** Paths as the bytes that the kernel uses. */
public final class NativePaths {
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private NativePaths() {}

  /** Returns the bytes of a path of the operating system, as the running machine encodes it. */
  public static byte[] bytes(Path path) {
    return path.toString().getBytes(FILE_NAMES);
  }

  /** Returns the path that bytes of the operating system mean to the running machine. */
  public static Path path(byte[] bytes) {
    return Path.of(text(bytes));
  }

  /** Returns bytes as the text that stands for them in paths and in arguments of processes. */
  static String text(byte[] bytes) {
    return new String(bytes, FILE_NAMES);
  }

  /** Copies a C string, without its NUL. */
  static byte[] bytes(Pointer string) {
    byte[] bytes = new byte[string.indexOf(0, (byte) 0)];
    string.get(0, bytes, 0, bytes.length);
    return bytes;
  }

  /**
   * Reads a path as FUSE gives it: absolute, without {@code .} and {@code ..}.
   *
   * @throws dev.kintsugi.core.InvalidPathException if a name is longer than a vault's names can be
   */
  static VaultPath vaultPath(byte[] path) {
    List<Name> names = new ArrayList<>();
    int start = 0;
    for (int end = 0; end <= path.length; end++) {
      if (end == path.length || path[end] == '/') {
        if (end > start) {
          names.add(Name.of(Arrays.copyOfRange(path, start, end)));
        }
        start = end + 1;
      }
    }
    return new VaultPath(names);
  }
}
