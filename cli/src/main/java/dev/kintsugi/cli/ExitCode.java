package dev.kintsugi.cli;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.UnrecognizedFormatException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.VaultLockedException;
import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.fs.MountException;
import java.net.MalformedURLException;

/** What the process exits with. The numbers are a contract; scripts are written against them. */
enum ExitCode {
  DONE(0, "done"),
  INTERNAL(1, "internal error, or the local system refused"),
  USAGE(2, "usage: wrong words, or a path that is not there or cannot be used so"),
  PARTLY(3, "partly done: what was left out or is left to do was named"),
  UNRECOVERABLE(4, "data cannot be recovered from what is available"),
  DENIED(5, "wrong passphrase, or no right"),
  UNAVAILABLE(6, "archives unavailable"),
  TAMPERED(7, "tampering detected"),
  LOCKED(
      8,
      "the vault is locked by another process, or another copy of it has written to its archives"),
  INTERRUPTED(130, "interrupted; what was acknowledged is stored");

  /** From the worst to the mildest: of several failures the first of these decides. */
  private static final ExitCode[] BY_GRAVITY = {
    INTERRUPTED, UNRECOVERABLE, TAMPERED, UNAVAILABLE, DENIED, LOCKED, INTERNAL, PARTLY, USAGE, DONE
  };

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  String meaning() {
    return meaning;
  }

  /** Returns the graver of two. */
  ExitCode or(ExitCode other) {
    for (ExitCode code : BY_GRAVITY) {
      if (code == this || code == other) {
        return code;
      }
    }
    throw new IllegalStateException("no gravity for " + this + " and " + other);
  }

  /** Returns the code for an error: the one place where errors become codes. */
  static ExitCode of(Throwable error) {
    if (error instanceof UsageException
        || error instanceof NamespaceException
        || error instanceof UnrecognizedFormatException) {
      return USAGE;
    } else if (error instanceof UnrecoverableException
        || error instanceof UnrecoverableSecretException) {
      return UNRECOVERABLE;
    } else if (error instanceof AccessDeniedException) {
      return DENIED;
    } else if (error instanceof ArchiveUnavailableException) {
      // No archive can ever be at a URL that no backend understands.
      return error.getCause() instanceof MalformedURLException ? USAGE : UNAVAILABLE;
    } else if (error instanceof UnsupportedFormatException) {
      return INTERNAL;
    } else if (error instanceof IntegrityException
        || error instanceof FormatException
        || error instanceof AuthenticationFailedException) {
      return TAMPERED;
    } else if (error instanceof VaultLockedException || error instanceof VaultSupersededException) {
      return LOCKED;
    } else if (error instanceof InterruptedRunException) {
      return INTERRUPTED;
    } else if (error instanceof MountException mount) {
      return switch (mount.reason()) {
        case BAD_DIRECTORY, NOT_MOUNTED -> USAGE;
        default -> INTERNAL;
      };
    }
    return INTERNAL;
  }
}
