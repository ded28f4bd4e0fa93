package dev.kintsugi.crypto;

/** Thrown when a leaf id is named that was never allocated. */
public final class UnknownLeafException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public UnknownLeafException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public UnknownLeafException(String message, Throwable cause) {
    super(message, cause);
  }
}
