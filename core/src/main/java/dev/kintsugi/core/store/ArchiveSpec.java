package dev.kintsugi.core.store;

/**
 * An archive as a user names it.
 *
 * @param name 1 to 32 characters of {@code [a-z0-9_-]}, starting with a letter or digit
 * @param url the backend's URL, such as {@code file:/mnt/disk1/archive}
 * @param domain the failure domain; archives of one domain are assumed to fail together
 */
public record ArchiveSpec(String name, String url, String domain) {
  /** Validates the name. */
  public ArchiveSpec {
    if (!name.matches("[a-z0-9][a-z0-9_-]{0,31}")) {
      throw new IllegalArgumentException(
          "archive name '" + name + "' must be 1 to 32 characters of a-z, 0-9, '_' and '-'");
    }
    if (url.isEmpty() || domain.isEmpty()) {
      throw new IllegalArgumentException("archive '" + name + "' needs a URL and a domain");
    }
  }

  /** Returns an archive that is its own failure domain. */
  public static ArchiveSpec of(String name, String url) {
    return new ArchiveSpec(name, url, name);
  }
}
