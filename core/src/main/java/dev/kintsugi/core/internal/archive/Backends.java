package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Finds the backend behind a URL among the providers that are installed. */
public final class Backends {
  private Backends() {}

  /**
   * Opens a backend.
   *
   * @param url {@code scheme:rest}
   * @param create whether to make the place ready if it is not there
   * @throws MalformedURLException if no provider knows the scheme
   * @throws IOException if the place cannot be used
   */
  public static Backend open(String url, boolean create) throws IOException {
    int colon = url.indexOf(':');
    String scheme = colon < 1 ? "" : url.substring(0, colon);
    TreeSet<String> known = new TreeSet<>();
    for (BackendProvider provider :
        ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader())) {
      if (provider.scheme().equals(scheme)) {
        return provider.open(url, create);
      }
      known.add(provider.scheme() + ":");
    }
    throw new MalformedURLException(
        "cannot open '" + url + "': the URL must start with one of " + known);
  }

  /** Returns what follows the scheme's colon. */
  static String rest(String url, String scheme) {
    String prefix = scheme + ":";
    if (!url.startsWith(prefix)) {
      throw new IllegalArgumentException("'" + url + "' does not start with " + prefix);
    }
    return url.substring(prefix.length());
  }
}
