package dev.kintsugi.cli.console;

import java.util.Locale;

/** Sizes, rates, counts and durations for people. */
public final class Units {
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Units() {}

  /** Returns a size in binary units, such as {@code 1.25 MiB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 1023.95 && unit < BINARY.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, BINARY[unit]);
  }

  /** Returns bytes per time, such as {@code 83.1 MiB/s}. */
  public static String rate(long bytes, long nanos) {
    return bytes((long) (bytes * 1e9 / Math.max(1, nanos))) + "/s";
  }

  /** Returns a duration: {@code 4.2 s} below a minute, then {@code 1:07} or {@code 2:01:07}. */
  public static String duration(long nanos) {
    double seconds = nanos / 1e9;
    if (seconds < 59.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return clock(Math.round(seconds));
  }

  /** Returns seconds to the millisecond, for JSON lines. */
  public static double seconds(long nanos) {
    return Math.round(nanos / 1e6) / 1e3;
  }

  /** Returns whole seconds as {@code 0:07}, {@code 1:07} or {@code 2:01:07}. */
  public static String clock(long seconds) {
    long hours = seconds / 3600;
    long minutes = seconds / 60 % 60;
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, seconds % 60)
        : String.format(Locale.ROOT, "%d:%02d", minutes, seconds % 60);
  }

  /** Returns a count with its noun, such as {@code 1 file} or {@code 20,412 files}. */
  public static String count(long count, String noun) {
    String plural = noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? noun : plural);
  }
}
