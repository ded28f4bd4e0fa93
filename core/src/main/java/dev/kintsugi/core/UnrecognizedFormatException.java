package dev.kintsugi.core;

/** A file that was named is another thing than what was asked for, not a damaged one. */
public final class UnrecognizedFormatException extends FormatException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error with its cause.
   *
   * @param message what was expected, which file it is not, and what to do next
   * @param cause the underlying failure
   */
  public UnrecognizedFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
