package dev.kintsugi.cli;

/** The run was asked to stop, and stopped in order. */
final class InterruptedRunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InterruptedRunException() {
    super("interrupted");
  }
}
