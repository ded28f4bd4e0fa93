package dev.kintsugi.core;

/** Another process holds the vault for writing. */
public final class VaultLockedException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message what happened, to what, and what to do next; names expected and actual values
   */
  public VaultLockedException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the underlying failure
   */
  public VaultLockedException(String message, Throwable cause) {
    super(message, cause);
  }
}
