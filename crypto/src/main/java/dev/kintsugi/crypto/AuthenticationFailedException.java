package dev.kintsugi.crypto;

/**
 * Thrown when sealed bytes, their associated data or the key are not the ones that were sealed
 * together: the data was altered, cut, extended, moved, or the key is wrong. No plaintext is
 * released.
 */
public final class AuthenticationFailedException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public AuthenticationFailedException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public AuthenticationFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
