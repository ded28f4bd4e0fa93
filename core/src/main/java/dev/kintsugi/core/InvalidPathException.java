package dev.kintsugi.core;

/** The path or name cannot be stored. */
public final class InvalidPathException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public InvalidPathException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public InvalidPathException(String message, Throwable cause) {
    super(message, cause);
  }
}
