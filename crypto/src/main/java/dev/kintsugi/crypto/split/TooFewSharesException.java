package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.CryptoException;

/** Thrown when the shares at hand do not determine the secret. */
public final class TooFewSharesException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message how many shares there are and how many are needed
   */
  public TooFewSharesException(String message) {
    super(message);
  }
}
