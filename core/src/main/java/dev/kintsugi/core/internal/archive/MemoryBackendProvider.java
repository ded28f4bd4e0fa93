package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendProvider;
import dev.kintsugi.core.archive.MemoryBackend;
import java.io.IOException;

/** Opens {@code memory:NAME}. */
public final class MemoryBackendProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public MemoryBackendProvider() {}

  @Override
  public String scheme() {
    return "memory";
  }

  @Override
  public Backend open(String url, boolean create) throws IOException {
    return MemoryBackend.open(Backends.rest(url, scheme()), create);
  }
}
