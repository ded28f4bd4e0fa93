package dev.kintsugi.core.archive;

import java.io.IOException;

/** No such shard is published in the archive. */
public final class NoSuchShardException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message names archive and shard
   */
  public NoSuchShardException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message names archive and shard
   * @param cause the underlying failure
   */
  public NoSuchShardException(String message, Throwable cause) {
    super(message, cause);
  }
}
