package dev.kintsugi.crypto;

/**
 * Thrown when a record is well marked but of a format version or algorithm this software does not
 * know. It is never guessed at: there is no fall-back to another algorithm.
 */
public final class UnsupportedVersionException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public UnsupportedVersionException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public UnsupportedVersionException(String message, Throwable cause) {
    super(message, cause);
  }
}
