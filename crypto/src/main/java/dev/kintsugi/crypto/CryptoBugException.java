package dev.kintsugi.crypto;

/** Thrown where the Java platform breaks a promise or this module an invariant: cannot happen. */
final class CryptoBugException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CryptoBugException(String message, Throwable cause) {
    super(message, cause);
  }
}
