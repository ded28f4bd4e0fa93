package dev.kintsugi.core;

/**
 * One or more archives could not be reached, or too few of them to keep the promise of the scheme.
 */
public class ArchiveUnavailableException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public ArchiveUnavailableException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public ArchiveUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
