package dev.kintsugi.core;

/** A path cannot be used as asked. */
public class NamespaceException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public NamespaceException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public NamespaceException(String message, Throwable cause) {
    super(message, cause);
  }
}
