package dev.kintsugi.core.archive;

import java.io.IOException;

/** The shard's name is taken. */
public final class ShardExistsException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the error.
   *
   * @param message names archive and shard
   */
  public ShardExistsException(String message) {
    super(message);
  }

  /**
   * Makes the error with its cause.
   *
   * @param message names archive and shard
   * @param cause the underlying failure
   */
  public ShardExistsException(String message, Throwable cause) {
    super(message, cause);
  }
}
