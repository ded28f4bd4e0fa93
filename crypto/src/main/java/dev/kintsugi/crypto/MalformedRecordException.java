package dev.kintsugi.crypto;

/**
 * Thrown when bytes are not a record of the expected kind: wrong magic, impossible length,
 * parameters out of bounds, or a checksum that shows accidental damage.
 */
public class MalformedRecordException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public MalformedRecordException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
