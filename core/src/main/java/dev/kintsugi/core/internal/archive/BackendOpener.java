package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import java.io.IOException;

/** Opens backends by URL: {@link Backends#open} outside of tests. */
@FunctionalInterface
public interface BackendOpener {
  /** See {@link dev.kintsugi.core.archive.BackendProvider#open}. */
  Backend open(String url, boolean create) throws IOException;
}
