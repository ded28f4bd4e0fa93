package dev.kintsugi.core.archive;

import java.io.IOException;

/** The archive has no room left. */
public final class ArchiveFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message names archive and shard
   */
  public ArchiveFullException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message names archive and shard
   * @param cause the underlying failure
   */
  public ArchiveFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
