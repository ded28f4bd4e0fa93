package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.format.Role;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The archives of a vault as dispersal sees them. Thread-safe. */
public interface Archives {
  /** Returns the numbers of all configured archives, in ascending order. */
  List<Integer> numbers();

  /** Returns an archive's name, for messages. */
  String name(int number);

  /** Returns an archive's failure domain; archives of one domain are assumed to fail together. */
  String domain(int number);

  /** Returns why an archive is known to be unavailable; empty if it should answer. */
  Optional<String> unavailable(int number);

  /**
   * Returns the backend of an archive; it stays open as long as this object.
   *
   * @throws IOException if the archive is unavailable or not configured; the message says why
   */
  Backend backend(int number) throws IOException;

  /**
   * Returns the backend of an archive for writing shards: data leaves room for manifests.
   *
   * @throws IOException as {@link #backend(int)}
   */
  default Backend backend(int number, Role written) throws IOException {
    Backend backend = backend(number);
    return written == Role.DATA ? new Reserve(backend) : backend;
  }
}
