package dev.kintsugi.fs.internal;

import dev.kintsugi.core.KintsugiException;

/** A program still uses a file system that was unmounted under it. */
final class UnmountedException extends KintsugiException {
  private static final long serialVersionUID = 1L;

  UnmountedException() {
    super("the vault was unmounted while the file was in use");
  }
}
