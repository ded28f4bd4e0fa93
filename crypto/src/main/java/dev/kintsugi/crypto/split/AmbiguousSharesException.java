package dev.kintsugi.crypto.split;

import dev.kintsugi.crypto.CryptoException;

/**
 * Thrown when the shares at hand suffice for more than one secret, so that to return any of them
 * would be a guess.
 */
public final class AmbiguousSharesException extends CryptoException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message which shares belong to which secret
   */
  public AmbiguousSharesException(String message) {
    super(message);
  }
}
