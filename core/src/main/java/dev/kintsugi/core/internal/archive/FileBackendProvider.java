package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendProvider;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Opens {@code file:PATH} and {@code file:///PATH}. The path is taken as it is, without
 * percent-decoding; a relative one is made absolute when the archive is opened.
 */
public final class FileBackendProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public FileBackendProvider() {}

  @Override
  public String scheme() {
    return "file";
  }

  @Override
  public Backend open(String url, boolean create) throws IOException {
    String path = Backends.rest(url, scheme());
    if (path.startsWith("///")) {
      path = path.substring(2);
    } else if (path.startsWith("//")) {
      throw new IOException(
          "cannot open archive '" + url + "': write file:/PATH or file:///PATH, without a host");
    }
    if (path.isEmpty()) {
      throw new IOException("cannot open archive '" + url + "': the path is missing");
    }
    try {
      return FileBackend.open(Path.of(path), create, FileSteps.REAL);
    } catch (InvalidPathException e) {
      throw new IOException("cannot open archive '" + url + "': " + e.getMessage(), e);
    }
  }
}
