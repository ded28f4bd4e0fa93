package dev.kintsugi.core;

/** Something exists at the path already. */
public final class PathExistsException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public PathExistsException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public PathExistsException(String message, Throwable cause) {
    super(message, cause);
  }
}
