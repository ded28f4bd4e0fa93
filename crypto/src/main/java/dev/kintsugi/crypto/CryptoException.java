package dev.kintsugi.crypto;

/**
 * The root of every failure this module reports about data, keys or passphrases. Programming errors
 * (a buffer too short, a closed secret) are {@link IllegalArgumentException} and {@link
 * IllegalStateException} instead.
 */
public class CryptoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public CryptoException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public CryptoException(String message, Throwable cause) {
    super(message, cause);
  }
}
