package dev.kintsugi.cli;

/** The words of the command line cannot be carried out as they stand. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
