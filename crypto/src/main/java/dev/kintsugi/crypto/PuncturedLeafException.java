package dev.kintsugi.crypto;

/** Thrown when the key of a punctured leaf is asked for: the data under it was deleted. */
public final class PuncturedLeafException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public PuncturedLeafException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public PuncturedLeafException(String message, Throwable cause) {
    super(message, cause);
  }
}
