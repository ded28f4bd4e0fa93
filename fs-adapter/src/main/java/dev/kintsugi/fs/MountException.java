package dev.kintsugi.fs;

import dev.kintsugi.core.KintsugiException;
import org.jspecify.annotations.Nullable;

/** A vault could not be mounted or unmounted. */
public final class MountException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, for programs. */
  public enum Reason {
    /** A package, a kernel device or a privilege that mounting needs is missing. */
    MISSING,
    /** The directory cannot be used as a mount point. */
    BAD_DIRECTORY,
    /** The directory is no Kintsugi mount. */
    NOT_MOUNTED,
    /** Processes still use the mount. */
    BUSY,
    /** libfuse, the kernel or a helper process refused. */
    FAILED
  }

  private final Reason reason;

  /**
   * Makes the error.
   *
   * @param reason what went wrong, for programs
   * @param message what happened, to which directory, and what to do next
   */
  public MountException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Makes the error with its cause.
   *
   * @param reason what went wrong, for programs
   * @param message what happened, to which directory, and what to do next
   * @param cause the underlying failure, if there is one
   */
  public MountException(Reason reason, String message, @Nullable Throwable cause) {
    super(message);
    if (cause != null) {
      initCause(cause);
    }
    this.reason = reason;
  }

  /** Returns what went wrong. */
  public Reason reason() {
    return reason;
  }
}
