package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The highest roster epoch of each group and the highest version of each object that this client,
 * or server, has accepted, so that going back is noticed. What was verified first is accepted here
 * second.
 *
 * <p>Guarantee: a roster or version below the highest accepted, or another one of the same number,
 * is refused, and so are rosters that do not go on from the one accepted: an owner who was removed
 * and signs rosters of his own is not followed, however many he signs, by whoever accepted one that
 * removed him. A roll-back that hides what this client never saw cannot be noticed; nor can a
 * roll-back of the memory itself, which is why it belongs on the client's own disk. One that is
 * {@linkplain #open kept in a file} is durable before {@code accept} returns: the file is written
 * whole under another name, flushed and renamed, sealed so that only holders of its key can make
 * one. Each acceptance writes the whole file. Thread-safe; one process at a time. Closing wipes the
 * copy of the key.
 */
public final class Freshness implements AutoCloseable {
  private final SortedMap<String, FreshnessRecord.Seen> rosters; // guarded by this
  private final SortedMap<String, FreshnessRecord.Seen> versions; // guarded by this
  private final Optional<FreshnessRecord> file;
  private boolean closed; // guarded by this

  /** Creates a memory of nothing, which ends with the process. */
  public Freshness() {
    this(new TreeMap<>(), new TreeMap<>(), Optional.empty());
  }

  private Freshness(
      SortedMap<String, FreshnessRecord.Seen> rosters,
      SortedMap<String, FreshnessRecord.Seen> versions,
      Optional<FreshnessRecord> file) {
    this.rosters = rosters;
    this.versions = versions;
    this.file = file;
  }

  /**
   * Opens a memory that is kept in a file; a file that does not exist is a memory of nothing.
   *
   * @param file where it is kept
   * @param key seals it, 32 bytes; copied
   * @return the memory
   * @throws AuthenticationFailedException if the file was altered, or sealed under another key
   * @throws MalformedRecordException if it is no such file
   * @throws UnsupportedVersionException if its version is unknown
   * @throws IOException if it cannot be read
   */
  public static Freshness open(Path file, Secret key) throws IOException {
    SortedMap<String, FreshnessRecord.Seen> rosters = new TreeMap<>();
    SortedMap<String, FreshnessRecord.Seen> versions = new TreeMap<>();
    FreshnessRecord record = new FreshnessRecord(file, key.copy());
    try {
      record.read(rosters, versions);
    } catch (IOException | RuntimeException e) {
      record.close();
      throw e;
    }
    return new Freshness(rosters, versions, Optional.of(record));
  }

  /**
   * Accepts the latest roster of a chain as the latest of its group. The chain must hold the roster
   * that was accepted before: going on from another one is a fork, however long it is.
   *
   * @param rosters the group's rosters
   * @throws AuthenticationFailedException if a later roster was accepted, or one that is not of
   *     this chain
   * @throws UncheckedIOException if it cannot be made durable; then it was not accepted
   */
  public synchronized void accept(RosterChain rosters) {
    checkOpen();
    String group = group(rosters);
    FreshnessRecord.Seen seen = this.rosters.get(group);
    if (seen != null
        && rosters.hash(seen.number()).filter(h -> Arrays.equals(h, seen.hash())).isEmpty()) {
      throw new AuthenticationFailedException(
          "%s is a roll-back or a fork: another roster of epoch %d was accepted"
              .formatted(rosters, seen.number()));
    }
    Roster latest = rosters.latest();
    FreshnessRecord.Seen next = new FreshnessRecord.Seen(latest.epoch(), latest.hash());
    advance(this.rosters, group, next, latest.toString());
  }

  /**
   * Accepts a verified version, which is being read, as the latest of its object.
   *
   * @param version the version
   * @param rosters the group's rosters up to the one {@linkplain #accept(RosterChain) accepted}
   * @throws AuthenticationFailedException if a later or another version of its number was accepted,
   *     if the last of these rosters is not the one accepted, or if its writer may not write by
   *     them
   * @throws UncheckedIOException if it cannot be made durable; then it was not accepted
   */
  public synchronized void accept(SignedVersion version, RosterChain rosters) {
    checkLatest(version, rosters);
    advance(version);
  }

  /**
   * Accepts a verified version, which is being written, as the latest of its object: it must be
   * later than all before and written under the latest roster.
   *
   * @param version the version
   * @param rosters the group's rosters up to the one {@linkplain #accept(RosterChain) accepted}
   * @throws AuthenticationFailedException if this or a later version was accepted, if the last of
   *     these rosters is not the one accepted, if it was written under another one, or if its
   *     writer may not write by it
   * @throws UncheckedIOException if it cannot be made durable; then it was not accepted
   */
  public synchronized void acceptNew(SignedVersion version, RosterChain rosters) {
    checkLatest(version, rosters);
    if (version.rosterEpoch() != rosters.latest().epoch()) {
      throw new AuthenticationFailedException(
          "%s is written under epoch %d, but %s is in force"
              .formatted(version, version.rosterEpoch(), rosters.latest()));
    }
    FreshnessRecord.Seen seen = versions.get(object(version));
    if (seen != null && seen.number() >= version.content().version()) {
      throw new AuthenticationFailedException(version + " is a replay");
    }
    advance(version);
  }

  private void checkLatest(SignedVersion version, RosterChain chain) {
    checkOpen();
    FreshnessRecord.Seen seen = rosters.get(group(chain));
    if (seen == null || !Arrays.equals(seen.hash(), chain.latest().hash())) {
      throw new AuthenticationFailedException(
          "%s cannot be judged by %s, which is not what was accepted of its group"
              .formatted(version, chain));
    }
    version.writer(chain);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the memory of what was accepted was closed");
    }
  }

  /** Wipes the copy of the key. What was accepted stays in the file. */
  @Override
  public synchronized void close() {
    closed = true;
    file.ifPresent(FreshnessRecord::close);
  }

  private void advance(SignedVersion version) {
    byte[] hash = Records.sha256(version.encoded());
    advance(
        versions,
        object(version),
        new FreshnessRecord.Seen(version.content().version(), hash),
        version.toString());
  }

  private static String group(RosterChain rosters) {
    return HexFormat.of().formatHex(rosters.latest().group());
  }

  private static String object(SignedVersion version) {
    return HexFormat.of().formatHex(version.content().vault())
        + HexFormat.of().toHexDigits(version.content().object());
  }

  private void advance(
      Map<String, FreshnessRecord.Seen> map, String key, FreshnessRecord.Seen next, String what) {
    FreshnessRecord.@Nullable Seen seen = map.get(key);
    if (seen != null) {
      boolean same = Arrays.equals(next.hash(), seen.hash());
      if (next.number() < seen.number() || (next.number() == seen.number() && !same)) {
        throw new AuthenticationFailedException(
            "%s is a roll-back or a fork: %d was accepted".formatted(what, seen.number()));
      }
      if (next.number() == seen.number()) {
        return;
      }
    }
    map.put(key, next);
    boolean durable = false;
    try {
      if (file.isPresent()) {
        file.get().write(rosters, versions);
      }
      durable = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remember that " + what + " was accepted", e);
    } finally {
      if (!durable && seen == null) {
        map.remove(key);
      } else if (!durable) {
        map.put(key, seen);
      }
    }
  }
}
