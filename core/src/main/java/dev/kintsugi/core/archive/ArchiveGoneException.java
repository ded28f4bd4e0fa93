package dev.kintsugi.core.archive;

import java.io.IOException;

/**
 * The place that an archive's shards should be in is not there: deleted, unmounted or never made.
 * Trying again at once is useless.
 */
public final class ArchiveGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message names the place
   */
  public ArchiveGoneException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message names the place
   * @param cause the underlying failure
   */
  public ArchiveGoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
