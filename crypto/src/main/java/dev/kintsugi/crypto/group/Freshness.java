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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The highest roster epoch of each group and the highest version of each object that this client,
 * or server, has accepted, so that going back is noticed. What was verified first is accepted here
 * second.
 *
 * <p>Guarantee: a roster or version below the highest accepted, or another one of the same number,
 * is refused. A roll-back that hides what this client never saw cannot be noticed; nor can a
 * roll-back of the memory itself, which is why it belongs on the client's own disk. One that is
 * {@linkplain #open kept in a file} is durable before {@code accept} returns: the file is written
 * whole under another name, flushed and renamed, sealed so that only holders of its key can make
 * one. Each acceptance writes the whole file. Thread-safe; one process at a time.
 */
public final class Freshness {
  private final Map<String, FreshnessRecord.Seen> rosters; // guarded by this
  private final Map<String, FreshnessRecord.Seen> versions; // guarded by this
  private final Optional<FreshnessRecord> file;

  /** Creates a memory of nothing, which ends with the process. */
  public Freshness() {
    this(new TreeMap<>(), new TreeMap<>(), Optional.empty());
  }

  private Freshness(
      Map<String, FreshnessRecord.Seen> rosters,
      Map<String, FreshnessRecord.Seen> versions,
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
    Map<String, FreshnessRecord.Seen> rosters = new TreeMap<>();
    Map<String, FreshnessRecord.Seen> versions = new TreeMap<>();
    FreshnessRecord record = new FreshnessRecord(file, key.copy());
    record.read(rosters, versions);
    return new Freshness(rosters, versions, Optional.of(record));
  }

  /**
   * Accepts a verified roster as the latest of its group.
   *
   * @param roster the roster
   * @throws AuthenticationFailedException if a later or another one of its epoch was accepted
   * @throws UncheckedIOException if it cannot be made durable; then it was not accepted
   */
  public synchronized void accept(Roster roster) {
    String group = HexFormat.of().formatHex(roster.group());
    FreshnessRecord.Seen next = new FreshnessRecord.Seen(roster.epoch(), roster.hash());
    advance(rosters, group, next, roster.toString());
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
   * @throws UncheckedIOException if it cannot be made durable; then it was not accepted
   */
  public synchronized void accept(SignedVersion version, Roster roster, boolean write) {
    String group = HexFormat.of().formatHex(roster.group());
    FreshnessRecord.Seen latest = rosters.get(group);
    if (write && latest != null && latest.number() > roster.epoch()) {
      throw new AuthenticationFailedException(
          "%s is written under %s, but epoch %d is in force"
              .formatted(version, roster, latest.number()));
    }
    String object =
        HexFormat.of().formatHex(version.content().vault())
            + HexFormat.of().toHexDigits(version.content().object());
    FreshnessRecord.Seen seen = versions.get(object);
    if (write && seen != null && seen.number() >= version.content().version()) {
      throw new AuthenticationFailedException(version + " is a replay");
    }
    byte[] hash = Records.sha256(version.encoded());
    FreshnessRecord.Seen next = new FreshnessRecord.Seen(version.content().version(), hash);
    advance(versions, object, next, version.toString());
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
    try {
      if (file.isPresent()) {
        file.get().write(rosters, versions);
      }
    } catch (IOException e) {
      if (seen == null) {
        map.remove(key);
      } else {
        map.put(key, seen);
      }
      throw new UncheckedIOException("cannot remember that " + what + " was accepted", e);
    }
  }
}
