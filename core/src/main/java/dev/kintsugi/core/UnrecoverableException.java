package dev.kintsugi.core;

/** Too few intact shards are left to recover the data. */
public class UnrecoverableException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public UnrecoverableException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public UnrecoverableException(String message, Throwable cause) {
    super(message, cause);
  }
}
