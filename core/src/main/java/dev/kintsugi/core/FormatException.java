package dev.kintsugi.core;

/** Bytes do not follow the format they claim to have. */
public class FormatException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public FormatException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
