package dev.kintsugi.fs.internal;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.InvalidPathException;
import dev.kintsugi.core.IsDirectoryException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.NotDirectoryException;
import dev.kintsugi.core.UnrecoverableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.ErrorCodes;

/** What a failure is called in C, and what is written to the log about it. */
final class Errno {
  private static final Logger log = LoggerFactory.getLogger("dev.kintsugi.fs");

  private Errno() {}

  /**
   * Returns the negative errno of a failure. Failures that a program provokes by asking for what is
   * not there pass in silence; failures of the store are logged with the object and with what to
   * do.
   *
   * @param failed what was tried, such as {@code read of /a/b at 65536}
   */
  static int of(Throwable failure, String failed) {
    if (failure instanceof NoSuchPathException) {
      return -ErrorCodes.ENOENT();
    }
    if (failure instanceof NotDirectoryException) {
      return -ErrorCodes.ENOTDIR();
    }
    if (failure instanceof IsDirectoryException) {
      return -ErrorCodes.EISDIR();
    }
    if (failure instanceof InvalidPathException) {
      return -ErrorCodes.ENAMETOOLONG();
    }
    if (failure instanceof UnmountedException) {
      log.debug("{} failed: {}", failed, failure.getMessage());
      return -ErrorCodes.EIO();
    }
    if (failure instanceof AccessDeniedException) {
      log.warn("{} was refused: {}", failed, failure.getMessage());
      return -ErrorCodes.EACCES();
    }
    if (failure instanceof UnrecoverableException) {
      log.error(
          "{} failed, too few intact shards are left: {} -- bring back the archives that are"
              + " missing; reading works again as soon as enough of them answer ('kintsugi status'"
              + " shows which, 'kintsugi scrub --repair' restores what can be restored)",
          failed,
          failure.getMessage());
    } else if (failure instanceof ArchiveUnavailableException) {
      log.error(
          "{} failed, archives do not answer: {} -- try again once they do ('kintsugi status' shows"
              + " which)",
          failed,
          failure.getMessage());
    } else if (failure instanceof KintsugiException) {
      log.error("{} failed: {}", failed, failure.getMessage(), failure);
    } else {
      log.error("{} failed through a defect of the program", failed, failure);
    }
    return -ErrorCodes.EIO();
  }
}
