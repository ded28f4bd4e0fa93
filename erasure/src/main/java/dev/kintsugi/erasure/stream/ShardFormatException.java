package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.ErasureException;

/** Bytes are not those of a shard file; the message says what is expected and what is there. */
public class ShardFormatException extends ErasureException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception. */
  ShardFormatException(String message) {
    super(message);
  }
}
