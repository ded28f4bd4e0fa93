package dev.kintsugi.crypto.internal;

import java.security.MessageDigest;

/**
 * The one comparison of tags, digests and keys in this module. Its time depends on the lengths, not
 * on where the bytes differ. Stateless and thread-safe.
 */
public final class ConstantTime {
  private ConstantTime() {}

  /**
   * Compares two byte strings.
   *
   * @param a one
   * @param b the other
   * @return whether they are of the same length and equal
   */
  public static boolean equal(byte[] a, byte[] b) {
    return MessageDigest.isEqual(a, b);
  }
}
