package dev.kintsugi.core.internal.archive;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for failures of the operating system, whose own messages are often no more than a path. */
public final class Reasons {
  private Reasons() {}

  /** Returns what went wrong, and with which file if that is known. */
  public static String of(IOException e) {
    if (e instanceof FileSystemException failure && failure.getReason() == null) {
      String what;
      if (e instanceof NoSuchFileException) {
        what = "no such file or directory";
      } else if (e instanceof AccessDeniedException) {
        what = "permission denied";
      } else {
        what = e.getClass().getSimpleName();
      }
      return failure.getFile() == null ? what : failure.getFile() + ": " + what;
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
