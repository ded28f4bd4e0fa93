package dev.kintsugi.crypto.split;

import java.util.List;

/**
 * What was found out about share files while they were combined or rewritten.
 *
 * @param header the header of one share of the sharing that was used
 * @param verdicts one for each file given
 * @param missing numbers, from 1, of the shares there was no file for, rising
 * @param pieces how many pieces were read
 * @param bytes how many bytes of the secret were written; 0 if the secret was not assembled
 */
public record ShareReport(
    ShareHeader header, List<Verdict> verdicts, List<Integer> missing, long pieces, long bytes) {
  /** Copies the lists. */
  public ShareReport {
    verdicts = List.copyOf(verdicts);
    missing = List.copyOf(missing);
  }

  /** What a file turned out to be. */
  public enum Status {
    /** A right share. */
    GOOD,
    /** Its checksum fails somewhere, or it is cut: an accident. */
    DAMAGED,
    /** Well formed, but not what the other shares imply. */
    WRONG,
    /** A share of another split. */
    FOREIGN,
    /** A share of this split from before or after a refresh or re-sharing. */
    STALE,
    /** The same bytes as another file that is undamaged; it was ignored. */
    DUPLICATE,
    /** No share file at all, or of an unknown version. */
    UNREADABLE
  }

  /**
   * The verdict on one file.
   *
   * @param name the file's name, as given
   * @param number the share's number, from 1; 0 if unknown
   * @param status what it is
   * @param detail why, for people; may be empty
   */
  public record Verdict(String name, int number, Status status, String detail) {}

  /**
   * Tells whether every file was a right share.
   *
   * @return true if all verdicts are {@link Status#GOOD}
   */
  public boolean clean() {
    return verdicts.stream().allMatch(v -> v.status() == Status.GOOD);
  }
}
