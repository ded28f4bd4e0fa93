package dev.kintsugi.core.store;

/**
 * One shard that is not as it should be.
 *
 * @param archive the archive's name
 * @param shard the shard's name, 32 hexadecimal digits
 * @param stripe the stripe's id, 32 hexadecimal digits, or empty if unknown
 * @param index the shard's index in the stripe, or -1 if unknown
 * @param problem what is wrong
 * @param detail for people
 */
public record ShardFinding(
    String archive, String shard, String stripe, int index, Problem problem, String detail) {
  /** What is wrong with a shard. */
  public enum Problem {
    /** The index expects it, the archive does not have it. */
    MISSING,
    /** A checksum fails: accident. */
    DAMAGED,
    /** Checksums hold but a seal, the keyed MAC or the parity relation does not: tampering. */
    TAMPERED,
    /** A whole, authentic shard of another place or time. */
    MISPLACED,
    /** The archive has it, the index does not: an unacknowledged leftover. */
    ORPHAN,
    /** The archive failed to answer for it. */
    UNREADABLE
  }
}
