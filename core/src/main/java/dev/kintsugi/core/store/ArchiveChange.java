package dev.kintsugi.core.store;

/**
 * What adding an archive comes to.
 *
 * @param kind what happens
 * @param from the URL that the archive had before; empty if it is new
 * @param missedWrites whether an archive that has moved is older than what the vault last wrote, as
 *     when the disk is an old copy: {@code scrub} with repair finds and restores what it lacks
 */
public record ArchiveChange(Kind kind, String from, boolean missedWrites) {
  /** What happens. */
  public enum Kind {
    /** The vault gets one archive more. */
    ADDED,
    /** An archive gets another, vacant place, and has to be rebuilt. */
    REPLACED,
    /** An archive was found at another place, with what it holds. */
    MOVED
  }
}
