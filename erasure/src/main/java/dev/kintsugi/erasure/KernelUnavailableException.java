package dev.kintsugi.erasure;

/** A kernel cannot run here; the message says what is missing. */
public final class KernelUnavailableException extends ErasureException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message says what is missing. */
  public KernelUnavailableException(String message) {
    super(message);
  }

  /** Creates an exception whose message says what is missing, with the failure that showed it. */
  public KernelUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
