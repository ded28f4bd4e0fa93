package dev.kintsugi.erasure.stream;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** Makes SHA-256 digests. */
final class Sha256 {
  private Sha256() {}

  static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
