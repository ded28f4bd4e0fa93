package dev.kintsugi.core.archive;

import java.io.IOException;

/** Opens backends of one URL scheme; found through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** Returns the URL scheme without the colon, such as {@code file}. */
  String scheme();

  /**
   * Opens a backend.
   *
   * @param url the archive's URL, {@code scheme:rest}
   * @param create whether to make the place ready if it is not there; without it a missing place is
   *     an error
   * @throws IOException if the place is not there or cannot be used; the message says why and what
   *     to do
   */
  Backend open(String url, boolean create) throws IOException;
}
