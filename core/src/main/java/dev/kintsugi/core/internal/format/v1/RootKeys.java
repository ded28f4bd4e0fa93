package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.Hkdf;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Keys that follow from a vault's root secret alone, each HKDF-SHA256 (no salt) of the root with
 * the label named below as info.
 */
public final class RootKeys {
  /** Length of every derived key in bytes. */
  public static final int KEY_LENGTH = 32;

  private RootKeys() {}

  /** Returns the secret that leaf keys grow from: label {@code kintsugi leaf root v1}. */
  public static Secret leafRoot(Secret root) {
    return derive(root, "kintsugi leaf root v1");
  }

  /** Returns the key of archive markers: label {@code kintsugi archive marker v1}. */
  public static Secret markerKey(Secret root) {
    return derive(root, "kintsugi archive marker v1");
  }

  /** Returns the key that seals the vault's configuration: label {@code kintsugi config v1}. */
  public static Secret configKey(Secret root) {
    return derive(root, "kintsugi config v1");
  }

  /** Returns the key that seals archive heads: label {@code kintsugi archive head v1}. */
  public static Secret headKey(Secret root) {
    return derive(root, "kintsugi archive head v1");
  }

  static Secret derive(Secret from, String label) {
    return Hkdf.derive(from, new byte[0], label.getBytes(StandardCharsets.US_ASCII), KEY_LENGTH);
  }

  /** Derives with label ‖ group (8 bytes) ‖ version (4 bytes) as info. */
  static Secret derive(Secret from, String label, long group, int version) {
    byte[] ascii = label.getBytes(StandardCharsets.US_ASCII);
    byte[] info =
        ByteBuffer.allocate(ascii.length + 12).put(ascii).putLong(group).putInt(version).array();
    return Hkdf.derive(from, new byte[0], info, KEY_LENGTH);
  }
}
