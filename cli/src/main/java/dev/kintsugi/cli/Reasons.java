package dev.kintsugi.cli;

import java.util.Arrays;
import java.util.regex.Pattern;

/** Tells whether two messages give the same reason for two items. */
final class Reasons {
  private static final Pattern ID = Pattern.compile("\\b[0-9a-f]{32}\\b");
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s,;:()]+");

  private Reasons() {}

  /**
   * Returns a text that is equal for equal reasons: without the item and the ids of stripes and
   * shards, and with words in a fixed order, because archives are named in the order in which they
   * failed.
   */
  static String key(String reason, String item) {
    String text = ID.matcher(reason.replace(item, "")).replaceAll("");
    String[] words = BETWEEN_WORDS.split(text);
    Arrays.sort(words);
    return String.join(" ", words);
  }

  /** Returns whether a reason names the item by itself, as a word. */
  static boolean names(String reason, String item) {
    return Arrays.asList(BETWEEN_WORDS.split(reason)).contains(item);
  }
}
