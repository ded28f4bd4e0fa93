package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rosters of a group from the first to a latest one, each verified against the one before.
 *
 * <p>Guarantee: there is no chain but one that starts with the first owner's roster and goes on
 * with rosters that each an owner of the roster before signed, in order, without gap. Two chains
 * can fork: an owner who was removed still signs what follows the rosters he owned. {@link
 * Freshness} tells them apart for who has seen the group before.
 *
 * <p>Remembers the hash of each roster, the latest roster, and since which epoch each writer may
 * write without a break. Immutable and thread-safe.
 */
public final class RosterChain {
  private final List<byte[]> hashes; // of epochs 1, 2, …
  private final Roster latest;
  private final Map<DeviceId, Long> writers; // since which epoch

  private RosterChain(List<byte[]> hashes, Roster latest, Map<DeviceId, Long> writersBefore) {
    this.hashes = hashes;
    this.latest = latest;
    this.writers = new LinkedHashMap<>();
    latest
        .members()
        .forEach(
            (device, role) -> {
              if (role.mayWrite()) {
                writers.put(device, writersBefore.getOrDefault(device, latest.epoch()));
              }
            });
  }

  /**
   * Starts a chain.
   *
   * @param first the group's first roster
   * @param expectedGroup the group's id
   * @param firstOwner the device known to own the group
   * @return the chain of that roster
   * @throws AuthenticationFailedException if it is not the first roster of that group, signed by
   *     that owner, who is an owner in it
   */
  public static RosterChain of(Roster first, byte[] expectedGroup, DeviceId firstOwner) {
    first.verifyFirst(expectedGroup, firstOwner);
    return new RosterChain(List.of(first.hash()), first, Map.of());
  }

  /**
   * Goes on by a roster.
   *
   * @param next the roster that follows the latest
   * @return a new chain that ends with it
   * @throws AuthenticationFailedException if it does not follow the latest, was not signed by one
   *     of that one's owners, drops a member without a new key, has another key of the same
   *     version, or has no owner
   */
  public RosterChain then(Roster next) {
    latest.verifyNext(next);
    List<byte[]> longer = new ArrayList<>(hashes);
    longer.add(next.hash());
    return new RosterChain(longer, next, writers);
  }

  /**
   * Returns the latest roster.
   *
   * @return the roster
   */
  public Roster latest() {
    return latest;
  }

  /** Returns the hash of an epoch's roster, empty if the epoch is none of the chain's. */
  Optional<byte[]> hash(long epoch) {
    return epoch < 1 || epoch > hashes.size()
        ? Optional.empty()
        : Optional.of(hashes.get((int) (epoch - 1)).clone());
  }

  /** Tells whether a device may write by each roster from an epoch's to the latest. */
  boolean mayWriteSince(DeviceId device, long epoch) {
    Long since = writers.get(device);
    return since != null && since <= epoch;
  }

  @Override
  public String toString() {
    return "chain up to " + latest;
  }
}
