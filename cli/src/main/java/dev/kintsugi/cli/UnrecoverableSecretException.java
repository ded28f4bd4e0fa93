package dev.kintsugi.cli;

/** The secret, or new shares of it, cannot be had from the shares at hand. */
final class UnrecoverableSecretException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnrecoverableSecretException(String message, Throwable cause) {
    super(message, cause);
  }
}
