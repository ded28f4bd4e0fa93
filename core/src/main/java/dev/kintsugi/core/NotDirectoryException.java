package dev.kintsugi.core;

/** A path component is not a directory. */
public final class NotDirectoryException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public NotDirectoryException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public NotDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
