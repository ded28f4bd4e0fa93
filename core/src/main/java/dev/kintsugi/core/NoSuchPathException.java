package dev.kintsugi.core;

/** Nothing exists at the path. */
public final class NoSuchPathException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public NoSuchPathException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public NoSuchPathException(String message, Throwable cause) {
    super(message, cause);
  }
}
