package dev.kintsugi.fs.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is mounted, as the kernel tells this process in {@code /proc/self/mountinfo}. */
public final class MountTable {
  /** The file system type of Kintsugi's mounts. */
  public static final String TYPE = "fuse.kintsugi";

  private static final String SOURCE_PREFIX = "kintsugi:";
  private static final Path FILE = Path.of("/proc/self/mountinfo");

  private MountTable() {}

  /**
   * A mount.
   *
   * @param escapedPoint the mount point, with octal escapes as the kernel writes it
   * @param type the file system's type
   * @param source what is mounted; for Kintsugi's mounts {@code kintsugi:PID}, and a full stop and
   *     a number for every further mount of a process
   */
  public record Entry(String escapedPoint, String type, String source) {
    /** Returns whether this is one of Kintsugi's. */
    public boolean isKintsugi() {
      return type.equals(TYPE) && source.startsWith(SOURCE_PREFIX);
    }

    /** Returns the process that serves one of Kintsugi's mounts, or -1. */
    public long pid() {
      String digits = source.substring(Math.min(source.length(), SOURCE_PREFIX.length()));
      int stop = digits.indexOf('.');
      try {
        return Long.parseLong(stop < 0 ? digits : digits.substring(0, stop));
      } catch (NumberFormatException e) {
        return -1;
      }
    }

    /** Returns the mount point's bytes. */
    byte[] point() {
      return unescape(escapedPoint);
    }

    /** Returns the mount point. */
    public Path path() {
      return NativePaths.path(point());
    }
  }

  /**
   * Returns the entry that a mount of this process will have.
   *
   * @param place the mount point, see {@link Unmounter#place}
   * @param number of the mount in this process, from 1
   */
  static Entry future(Path place, int number) {
    String first = SOURCE_PREFIX + ProcessHandle.current().pid();
    return new Entry(
        escape(NativePaths.bytes(place)), TYPE, number == 1 ? first : first + "." + number);
  }

  /** Returns everything mounted, in the order of mounting. */
  public static List<Entry> entries() {
    try {
      return parse(Files.readAllBytes(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
  }

  /** Returns what is mounted at a directory, the last if several are, one over the other. */
  public static Optional<Entry> at(Path directory) {
    byte[] point = NativePaths.bytes(directory);
    return entries().stream()
        .filter(entry -> Arrays.equals(entry.point(), point))
        .reduce((first, second) -> second);
  }

  static List<Entry> parse(byte[] mountInfo) {
    List<Entry> entries = new ArrayList<>();
    for (String line : new String(mountInfo, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      int separator = line.indexOf(" - ");
      if (separator < 0) {
        continue;
      }
      String[] before = line.substring(0, separator).split(" ", -1);
      String[] after = line.substring(separator + 3).split(" ", -1);
      if (before.length >= 5 && after.length >= 2) {
        String source = new String(unescape(after[1]), StandardCharsets.ISO_8859_1);
        entries.add(new Entry(before[4], after[0], source));
      }
    }
    return entries;
  }

  /** Writes bytes as the kernel does. */
  private static String escape(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      if (b == ' ' || b == '\t' || b == '\n' || b == '\\') {
        text.append(String.format("\\%03o", b));
      } else {
        text.append((char) (b & 0xff));
      }
    }
    return text.toString();
  }

  /** Turns {@code \ooo} into bytes. */
  private static byte[] unescape(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length() && text.substring(i + 1, i + 4).matches("[0-7]{3}")) {
        out.write(Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }
}
