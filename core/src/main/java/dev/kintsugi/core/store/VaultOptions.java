package dev.kintsugi.core.store;

import java.util.List;

/**
 * How a new vault is to be.
 *
 * @param archives the archives, at least as many as the scheme has shards, with distinct names
 * @param scheme such as {@code rs:4+2}
 * @param margin how many shards beyond those needed for reading must be stored, in distinct failure
 *     domains, before a write is acknowledged (servers of happiness)
 */
public record VaultOptions(List<ArchiveSpec> archives, String scheme, int margin) {
  /** The scheme used when none is asked for. */
  public static final String DEFAULT_SCHEME = "rs:4+2";

  /** Copies the list. */
  public VaultOptions {
    archives = List.copyOf(archives);
  }

  /** Returns options with the margin 1. */
  public static VaultOptions of(List<ArchiveSpec> archives, String scheme) {
    return new VaultOptions(archives, scheme, 1);
  }
}
