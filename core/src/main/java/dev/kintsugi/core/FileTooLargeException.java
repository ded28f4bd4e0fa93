package dev.kintsugi.core;

/** A file is longer than a file of the vault can be. Nothing of it is stored. */
public final class FileTooLargeException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names the limit
   */
  public FileTooLargeException(String message) {
    super(message);
  }
}
