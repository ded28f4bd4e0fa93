package dev.kintsugi.core.store;

import java.util.OptionalLong;

/**
 * What is known of one archive.
 *
 * @param spec how it is configured
 * @param id its random id, 32 hexadecimal digits
 * @param state whether it can be used
 * @param detail why it cannot be used, or empty
 * @param shards shards the index expects there
 * @param bytes bytes of those shards, as stored
 * @param missing shards known to be missing or damaged there, waiting for repair
 * @param free bytes of free room, where the backend can tell
 */
public record ArchiveStatus(
    ArchiveSpec spec,
    String id,
    State state,
    String detail,
    long shards,
    long bytes,
    long missing,
    OptionalLong free) {
  /** Whether an archive can be used. */
  public enum State {
    /** Reached, and its marker is this vault's. */
    AVAILABLE,
    /** Not reached. */
    UNAVAILABLE,
    /** Reached, but its marker is missing or another vault's. */
    FOREIGN
  }
}
