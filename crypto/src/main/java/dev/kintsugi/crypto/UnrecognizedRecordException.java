package dev.kintsugi.crypto;

/** Thrown when bytes are another thing than the record that was asked for, not a damaged one. */
public final class UnrecognizedRecordException extends MalformedRecordException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was expected and what was found
   */
  public UnrecognizedRecordException(String message) {
    super(message);
  }
}
