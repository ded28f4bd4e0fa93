package dev.kintsugi.core;

/** The path names a directory where a file is needed. */
public final class IsDirectoryException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public IsDirectoryException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public IsDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
