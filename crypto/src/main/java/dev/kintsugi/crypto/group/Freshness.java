package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The highest roster epoch of each group and the highest version of each object that this client,
 * or server, has accepted, so that going back is noticed. What was verified first is accepted here
 * second.
 *
 * <p>Guarantee: a roster or version below the highest accepted, or another one of the same number,
 * is refused. A roll-back that hides what this client never saw cannot be noticed. The owner of the
 * state persists it; this class keeps it in memory. Thread-safe.
 */
public final class Freshness {
  // The array is the value of a map and compared by content.
  @SuppressWarnings("ArrayRecordComponent")
  private record Seen(long number, byte[] hash) {}

  private final Map<String, Seen> rosters = new HashMap<>(); // guarded by this
  private final Map<String, Seen> versions = new HashMap<>(); // guarded by this

  /** Creates a memory of nothing. */
  public Freshness() {}

  /**
   * Accepts a verified roster as the latest of its group.
   *
   * @param roster the roster
   * @throws AuthenticationFailedException if a later or another one of its epoch was accepted
   */
  public synchronized void accept(Roster roster) {
    String group = HexFormat.of().formatHex(roster.group());
    advance(rosters, group, new Seen(roster.epoch(), roster.hash()), roster.toString());
  }

  /**
   * Accepts a verified version as the latest of its object. The version must have been written
   * under the latest roster of its group, if it is to be stored now; pass {@code false} when
   * reading.
   *
   * @param version the version
   * @param roster the roster it was verified with
   * @param write whether it is being written now
   * @throws AuthenticationFailedException if a later or another one of its number was accepted, or
   *     it is being written under an outdated roster
   */
  public synchronized void accept(SignedVersion version, Roster roster, boolean write) {
    String group = HexFormat.of().formatHex(roster.group());
    Seen latest = rosters.get(group);
    if (write && latest != null && latest.number() > roster.epoch()) {
      throw new AuthenticationFailedException(
          "%s is written under %s, but epoch %d is in force"
              .formatted(version, roster, latest.number()));
    }
    String object =
        HexFormat.of().formatHex(version.content().vault()) + version.content().object();
    Seen seen = versions.get(object);
    if (write && seen != null && seen.number() >= version.content().version()) {
      throw new AuthenticationFailedException(version + " is a replay");
    }
    byte[] hash = Records.sha256(version.encoded());
    advance(versions, object, new Seen(version.content().version(), hash), version.toString());
  }

  private static void advance(Map<String, Seen> map, String key, Seen next, String what) {
    Seen seen = map.get(key);
    if (seen != null
        && (next.number() < seen.number()
            || (next.number() == seen.number() && !Arrays.equals(next.hash(), seen.hash())))) {
      throw new AuthenticationFailedException(
          "%s is a roll-back or a fork: %d was accepted".formatted(what, seen.number()));
    }
    map.put(key, next);
  }
}
