package dev.kintsugi.core;

/**
 * The root of every error that Kintsugi reports on purpose; anything else that escapes is a bug.
 */
public class KintsugiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public KintsugiException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public KintsugiException(String message, Throwable cause) {
    super(message, cause);
  }
}
