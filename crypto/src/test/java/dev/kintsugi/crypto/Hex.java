package dev.kintsugi.crypto;

import java.util.HexFormat;

/** Hexadecimal helpers of the tests. */
final class Hex {
  private Hex() {}

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
  }

  static String text(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static String text(Secret secret) {
    return secret.use(Hex::text);
  }

  static Secret secret(String hex) {
    return Secret.takeOver(bytes(hex));
  }

  /** Returns {@code n} bytes of a fixed, non-repeating pattern. */
  static byte[] pattern(int n, int seed) {
    byte[] bytes = new byte[n];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }
}
