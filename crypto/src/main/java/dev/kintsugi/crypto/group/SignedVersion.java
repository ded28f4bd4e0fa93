package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A writer's signature on one version of one object. It needs no secret to verify, so that a server
 * can refuse what a reader or a stranger wrote.
 *
 * <p>Guarantee: {@link #verify} accepts only what a device signed under a roster of the chain, for
 * exactly that group, object and place, with exactly that content, and only if that roster and all
 * since let the device write. So <em>versions end with their writer's right to write</em>: nobody
 * can tell when a signature was made, and a writer who was revoked could, with a server's help,
 * date new versions back. What such a writer wrote and is to stay, a writer who remains signs anew,
 * with the same root and the next version number, from what {@link Freshness} accepted before.
 * Replay of an old version is for {@link Freshness}.
 *
 * <p>Record: magic "KTSV" ‖ version (2) ‖ signature id (2) ‖ vault (16) ‖ group (16) ‖ roster epoch
 * (8) ‖ roster hash (32) ‖ object (8) ‖ object version (8) ‖ place (32) ‖ Merkle root (32) ‖
 * writer's fingerprint (32) ‖ Ed25519 signature (64) over "kintsugi version v1" ‖ all bytes before
 * it. Immutable and thread-safe.
 */
public final class SignedVersion {
  private static final String MAGIC = "KTSV";
  private static final int VERSION = 1;
  private static final int SIGNATURE = 64;
  private static final byte[] LABEL = Records.ascii("kintsugi version v1");
  private static final int BODY = 8 + 16 + 16 + 8 + 32 + 8 + 8 + 32 + 32 + 32;

  /**
   * What is signed.
   *
   * @param vault the vault's id, 16 bytes
   * @param object the object's number
   * @param version the object's version, from 1; must rise
   * @param place a keyed hash of where the object is in the namespace, 32 bytes
   * @param root the Merkle root over the content, 32 bytes
   */
  // Values are compared by the encoded record, never by this one.
  @SuppressWarnings("ArrayRecordComponent")
  public record Content(byte[] vault, long object, long version, byte[] place, byte[] root) {
    /** Checks and copies. */
    public Content {
      if (vault.length != 16 || place.length != 32 || root.length != 32 || version < 1) {
        throw new IllegalArgumentException(
            "content with lengths %d, %d, %d and version %d; expected 16, 32, 32, at least 1"
                .formatted(vault.length, place.length, root.length, version));
      }
      vault = vault.clone();
      place = place.clone();
      root = root.clone();
    }

    boolean sameAs(Content other) {
      return Arrays.equals(vault, other.vault)
          && object == other.object
          && version == other.version
          && Arrays.equals(place, other.place)
          && Arrays.equals(root, other.root);
    }
  }

  private final byte[] encoded;
  private final Content content;
  private final byte[] group;
  private final long rosterEpoch;
  private final byte[] rosterHash;
  private final byte[] writer;

  private SignedVersion(byte[] encoded) {
    this.encoded = encoded;
    Records.Reader in = new Records.Reader("signed version", encoded);
    in.magic(MAGIC, VERSION);
    in.algorithm("signature", DeviceId.ED25519);
    byte[] vault = in.bytes(16);
    this.group = in.bytes(GroupKeyState.GROUP_LENGTH);
    this.rosterEpoch = in.number();
    this.rosterHash = in.bytes(Records.HASH_LENGTH);
    long object = in.number();
    long version = in.number();
    byte[] place = in.bytes(32);
    byte[] root = in.bytes(32);
    this.writer = in.bytes(DeviceId.FINGERPRINT_LENGTH);
    in.bytes(SIGNATURE);
    in.end();
    if (version < 1) {
      throw new MalformedRecordException("signed version: version " + version);
    }
    this.content = new Content(vault, object, version, place, root);
  }

  /**
   * Signs a version.
   *
   * @param device the writer's keys
   * @param roster the current roster
   * @param content what is signed
   * @return the signed version
   * @throws IllegalArgumentException if the roster does not let the device write
   */
  public static SignedVersion sign(DeviceKeys device, Roster roster, Content content) {
    if (!roster.role(device.id()).map(Role::mayWrite).orElse(false)) {
      throw new IllegalArgumentException(device.id() + " may not write as of " + roster);
    }
    byte[] body = body(device.id(), roster, content);
    byte[] signature = device.signEd25519(Records.concat(LABEL, body));
    return new SignedVersion(Records.concat(body, signature));
  }

  private static byte[] body(DeviceId writer, Roster roster, Content content) {
    return ByteBuffer.allocate(BODY)
        .put(Records.ascii(MAGIC))
        .putShort((short) VERSION)
        .putShort((short) DeviceId.ED25519)
        .put(content.vault())
        .put(roster.group())
        .putLong(roster.epoch())
        .put(roster.hash())
        .putLong(content.object())
        .putLong(content.version())
        .put(content.place())
        .put(content.root())
        .put(writer.fingerprint())
        .array();
  }

  /**
   * Reads a signed version without verifying it.
   *
   * @param encoded what {@link #encoded()} returned
   * @return the signed version, unverified
   * @throws MalformedRecordException if it is none
   * @throws UnsupportedVersionException if version or algorithm are unknown
   */
  public static SignedVersion decode(byte[] encoded) {
    return new SignedVersion(encoded.clone());
  }

  /**
   * Verifies that a writer signed some content.
   *
   * <p>A server, which has no keys to compute the place with, passes the {@linkplain #content()
   * claimed} place and everything else as it knows it: vault and object from where it is asked to
   * store, the version from the request, the root from the parts it received. It then vouches for
   * all but the place; readers, who can compute it, refuse a version at another place.
   *
   * @param rosters the group's rosters up to the latest
   * @param expected the content at hand: computed, not read from this record
   * @return the writer
   * @throws AuthenticationFailedException if anything differs, it was written under none of these
   *     rosters, or the signer may not write, or not any more, or not without a break since
   */
  public DeviceId verify(RosterChain rosters, Content expected) {
    require(content.sameAs(expected), "it is of other content, another object or another place");
    DeviceId device = writer(rosters);
    byte[] body = Arrays.copyOf(encoded, BODY);
    byte[] signature = Arrays.copyOfRange(encoded, BODY, encoded.length);
    require(device.verifyEd25519(Records.concat(LABEL, body), signature), "its signature is wrong");
    return device;
  }

  /** Returns the writer the record names, if it may write; does not look at the signature. */
  DeviceId writer(RosterChain rosters) {
    Roster latest = rosters.latest();
    require(Arrays.equals(group, latest.group()), "it is of another group");
    require(
        rosters.hash(rosterEpoch).filter(h -> Arrays.equals(h, rosterHash)).isPresent(),
        "it was written under a roster that is none of the " + rosters);
    DeviceId device =
        latest.member(writer).orElseThrow(() -> refused("its writer is not a member of " + latest));
    require(
        rosters.mayWriteSince(device, rosterEpoch),
        device + " may not write, or did not always since");
    return device;
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      throw refused(otherwise);
    }
  }

  private AuthenticationFailedException refused(String why) {
    return new AuthenticationFailedException(this + " is refused: " + why);
  }

  /**
   * Returns what the record claims; trust it only after {@link #verify}.
   *
   * @return the content
   */
  public Content content() {
    return content;
  }

  /**
   * Returns the epoch of the roster it was written under.
   *
   * @return the epoch
   */
  public long rosterEpoch() {
    return rosterEpoch;
  }

  /**
   * Returns the encoding.
   *
   * @return a copy
   */
  public byte[] encoded() {
    return encoded.clone();
  }

  @Override
  public String toString() {
    return "version %d of object %d by %s"
        .formatted(content.version(), content.object(), HexFormat.of().formatHex(writer, 0, 8));
  }
}
