package dev.kintsugi.core;

/** The directory still holds entries. */
public final class DirectoryNotEmptyException extends NamespaceException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public DirectoryNotEmptyException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public DirectoryNotEmptyException(String message, Throwable cause) {
    super(message, cause);
  }
}
