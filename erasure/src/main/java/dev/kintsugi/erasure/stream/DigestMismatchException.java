package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureException;

/**
 * Shards whose checksums are right decode to something else than was encoded, and it cannot be told
 * which of them are wrong. Nothing has been written.
 */
public final class DigestMismatchException extends ErasureException {
  private static final long serialVersionUID = 1L;

  DigestMismatchException(String message) {
    super(message);
  }
}
