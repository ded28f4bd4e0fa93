package dev.kintsugi.core.archive;

/** Checks the arguments of control record operations, the same for every backend. */
public final class RecordKeys {
  private static final int MAX_KEY = 64;

  private RecordKeys() {}

  /**
   * Returns the key.
   *
   * @throws IllegalArgumentException unless it has 1 to 64 characters of {@code [a-z0-9-]}
   */
  public static String check(String key) {
    boolean good = !key.isEmpty() && key.length() <= MAX_KEY;
    for (int i = 0; good && i < key.length(); i++) {
      char c = key.charAt(i);
      good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!good) {
      throw new IllegalArgumentException(
          "control record key '" + key + "' must be 1 to 64 characters of a-z, 0-9 and '-'");
    }
    return key;
  }

  /**
   * Returns the value.
   *
   * @throws IllegalArgumentException if it is longer than {@link Backend#MAX_RECORD_BYTES}
   */
  public static byte[] checkValue(String key, byte[] value) {
    if (value.length > Backend.MAX_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "control record '"
              + key
              + "' has "
              + value.length
              + " bytes, more than "
              + Backend.MAX_RECORD_BYTES);
    }
    return value;
  }
}
