package dev.kintsugi.erasure.stream;

import dev.kintsugi.erasure.audit.Location;
import java.util.BitSet;
import java.util.List;

/**
 * What a check of all bytes of a set of shard files found.
 *
 * @param findings everything that is wrong
 * @param stripes the number of stripes
 * @param lostStripes how many of them cannot be decoded from the blocks that are sound
 * @param unfittingStripes how many do not fit the parity relation although all checksums are right
 * @param isDigestRight whether the file decodes to what was encoded; false if it does not decode
 * @param location which shards are damaged or wrong: by their checksums, and where these do not
 *     tell by the parity relation and the digest; missing ones are not among them
 * @param bad the indices of all shards that are missing, damaged or wrong, also if another file
 *     holds the shard as it should be
 */
public record ShardReport(
    List<ShardFinding> findings,
    long stripes,
    long lostStripes,
    long unfittingStripes,
    boolean isDigestRight,
    Location location,
    BitSet bad) {
  /** Copies what can be changed. */
  public ShardReport {
    findings = List.copyOf(findings);
    bad = (BitSet) bad.clone();
  }

  @Override
  public BitSet bad() {
    return (BitSet) bad.clone();
  }

  /**
   * Returns whether all shards are there and right, in every file that says it holds one. Foreign
   * files and sound duplicates do not matter.
   */
  public boolean isSound() {
    return bad.isEmpty() && isDigestRight && unfittingStripes == 0;
  }

  /**
   * Returns whether shards are wrong and checksums do not tell so: more than an accident, for an
   * accident leaves checksums wrong.
   */
  public boolean isTamperedWith() {
    return unfittingStripes > 0 || (lostStripes == 0 && !isDigestRight);
  }
}
