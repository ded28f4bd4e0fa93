package dev.kintsugi.crypto;

/**
 * Thrown when a passphrase does not open a keyring. A record whose sealed part was altered on
 * purpose looks the same; accidental damage is reported as {@link MalformedRecordException}.
 */
public final class WrongPassphraseException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected, what was found, and where
   */
  public WrongPassphraseException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what was expected, what was found, and where
   * @param cause the failure underneath
   */
  public WrongPassphraseException(String message, Throwable cause) {
    super(message, cause);
  }
}
