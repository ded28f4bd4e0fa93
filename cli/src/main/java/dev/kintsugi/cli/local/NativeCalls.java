package dev.kintsugi.cli.local;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/**
 * Two calls of the C library that Java does not offer: a symbolic link whose target is any bytes
 * (Java drops repeated slashes and one at the end), and times of a link or from before 1970 to the
 * nanosecond (Java gives links microseconds and turns fractions before 1970 into the epoch).
 */
final class NativeCalls {
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long UTIME_OMIT = (1L << 30) - 2;

  /** The C library; public because jnr-ffi implements it in a class of its own. */
  public interface C {
    /** See symlink(2). */
    int symlink(byte[] target, byte[] path);

    /** See utimensat(2); {@code times} holds two pairs of seconds and nanoseconds. */
    int utimensat(int directory, byte[] path, long[] times, int flags);
  }

  private static final class Holder {
    static final @Nullable C LIBRARY = load();

    private static @Nullable C load() {
      // The numbers above and 64-bit times are Linux's on 64-bit machines.
      if (!System.getProperty("os.name", "").equals("Linux")
          || !"64".equals(System.getProperty("sun.arch.data.model"))) {
        return null;
      }
      try {
        return LibraryLoader.create(C.class).failImmediately().load("c");
      } catch (UnsatisfiedLinkError e) {
        // The callers know what to do without.
        return null;
      }
    }
  }

  private NativeCalls() {}

  /** Returns whether the calls can be made here. */
  static boolean available() {
    return Holder.LIBRARY != null;
  }

  /** Makes a symbolic link; {@code path} must not exist. */
  static void symlink(byte[] target, Path path) throws IOException {
    C c = library("symbolic links with such a target");
    check(c.symlink(terminated(target), terminated(LocalPaths.bytes(path))), "symlink", path);
  }

  /** Sets the modification time of the path itself, not of what it links to. */
  static void setModified(Path path, FileTime time) throws IOException {
    C c = library("such times");
    Instant instant = time.toInstant();
    long[] times = {0, UTIME_OMIT, instant.getEpochSecond(), instant.getNano()};
    check(
        c.utimensat(AT_FDCWD, terminated(LocalPaths.bytes(path)), times, AT_SYMLINK_NOFOLLOW),
        "utimensat",
        path);
  }

  private static C library(String what) throws IOException {
    C c = Holder.LIBRARY;
    if (c == null) {
      throw new IOException(what + " cannot be made on this system");
    }
    return c;
  }

  private static void check(int result, String call, Path path) throws IOException {
    if (result != 0) {
      int errno = LastError.getLastError(Runtime.getSystemRuntime());
      throw new IOException(call + " of " + LocalPaths.display(path) + ": errno " + errno);
    }
  }

  private static byte[] terminated(byte[] text) {
    return Arrays.copyOf(text, text.length + 1);
  }
}
