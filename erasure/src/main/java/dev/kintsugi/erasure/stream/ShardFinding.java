package dev.kintsugi.erasure.stream;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Something that is wrong with the shard files of a directory.
 *
 * @param problem what is wrong
 * @param index which shard it is about; -1 if the file does not tell
 * @param file the file; empty if there is none
 * @param detail more, for people
 */
public record ShardFinding(Problem problem, int index, Optional<Path> file, String detail) {
  /** What can be wrong with a shard. */
  public enum Problem {
    /** No file holds this shard. */
    MISSING,
    /** Checksums, length or header are wrong; another file may hold the shard. */
    DAMAGED,
    /** Its checksums are right, but it does not fit the other shards. */
    WRONG,
    /** It is a shard of another file, or of another code. */
    FOREIGN,
    /** It is the same shard as another file, both sound. */
    DUPLICATE,
    /** It cannot be read, or is of a newer format. */
    UNREADABLE
  }
}
