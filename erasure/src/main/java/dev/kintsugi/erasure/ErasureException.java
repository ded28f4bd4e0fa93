package dev.kintsugi.erasure;

/** The root of all exceptions of this library that are not about malformed arguments. */
public class ErasureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public ErasureException(String message) {
    super(message);
  }

  /** Creates an exception with a message and the failure that led to it. */
  public ErasureException(String message, Throwable cause) {
    super(message, cause);
  }
}
