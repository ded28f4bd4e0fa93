package dev.kintsugi.core;

/** Well-formed bytes of a format version that this program does not read (too old or too new). */
public final class UnsupportedFormatException extends FormatException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public UnsupportedFormatException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public UnsupportedFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
