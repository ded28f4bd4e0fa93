package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Hkdf;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who belongs to a group, signed by an owner and chained to the roster before by its hash.
 *
 * <p>Guarantee: given the first owner's {@link DeviceId}, a {@link RosterChain} takes only rosters
 * that an owner of the roster before signed, in order, without gap, for this group. Both signatures
 * must verify, so a forger must break Ed25519 and ML-DSA-65. No roster drops a member without a new
 * version of the group's key, so whoever is no longer a member never learns the keys since; and a
 * version has one key. Whether a roster is the latest is for {@link Freshness}.
 *
 * <p>Record: magic "KTRO" ‖ version (2) ‖ signature ids (2, 2) ‖ group (16) ‖ epoch (8) ‖ key
 * version (4) ‖ key check (32) ‖ hash of the roster before (32) ‖ fingerprint of the signer (32) ‖
 * number of members (4) ‖ for each its role (1) and device ‖ Ed25519 signature (64) ‖ ML-DSA-65
 * signature (3309). The signatures are over "kintsugi roster v1" ‖ all bytes before them; the hash
 * is SHA-256 of all bytes. Immutable and thread-safe.
 */
public final class Roster {
  /** The most members. */
  public static final int MAX_MEMBERS = 100_000;

  private static final String MAGIC = "KTRO";
  private static final int VERSION = 1;
  private static final int ED25519_SIGNATURE = 64;
  private static final int ML_DSA_SIGNATURE = 3309;
  private static final byte[] LABEL = Records.ascii("kintsugi roster v1");
  private static final byte[] CHECK_LABEL = Records.ascii("kintsugi group key check v1");

  private final byte[] encoded;
  private final int signedLength;
  private final byte[] group;
  private final long epoch;
  private final int keyVersion;
  private final byte[] keyCheck;
  private final byte[] previousHash;
  private final byte[] signer;
  private final Map<DeviceId, Role> members;

  private Roster(byte[] encoded) {
    this.encoded = encoded;
    Records.Reader in = new Records.Reader("roster", encoded);
    in.magic(MAGIC, VERSION);
    in.algorithm("signature", DeviceId.ED25519);
    in.algorithm("signature", DeviceId.ML_DSA_65);
    this.group = in.bytes(GroupKeyState.GROUP_LENGTH);
    this.epoch = in.number();
    this.keyVersion = in.integer();
    this.keyCheck = in.bytes(Records.HASH_LENGTH);
    this.previousHash = in.bytes(Records.HASH_LENGTH);
    this.signer = in.bytes(DeviceId.FINGERPRINT_LENGTH);
    int count = in.integer();
    if (count < 1
        || count > MAX_MEMBERS
        || epoch < 1
        || keyVersion < 1
        || keyVersion > GroupKeyChain.MAX_VERSIONS) {
      throw new MalformedRecordException(
          "roster of epoch %d, key version %d, %d members".formatted(epoch, keyVersion, count));
    }
    this.members = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Role role = Role.of(in.unsignedByte());
      DeviceId device = DeviceId.decode(in.bytes(DeviceId.ENCODED_LENGTH));
      if (members.put(device, role) != null) {
        throw new MalformedRecordException("roster lists " + device + " twice");
      }
    }
    this.signedLength = in.position();
    in.bytes(ED25519_SIGNATURE + ML_DSA_SIGNATURE);
    in.end();
  }

  /**
   * Signs a roster.
   *
   * @param owner the signing device; an owner of {@code previous}, or of this roster if it is the
   *     first
   * @param previous the roster before; empty for the first
   * @param state the group's key state as of this roster: that of the roster before, or one that
   *     unwinds to it; a later one if a member of the roster before is none of this one
   * @param members role by device; at least one owner, at most {@value #MAX_MEMBERS} members
   * @return the roster
   * @throws IllegalArgumentException if a condition above does not hold
   */
  public static Roster sign(
      DeviceKeys owner,
      Optional<Roster> previous,
      GroupKeyState state,
      Map<DeviceId, Role> members) {
    Map<DeviceId, Role> authority = previous.map(p -> p.members).orElse(members);
    if (authority.get(owner.id()) != Role.OWNER) {
      throw new IllegalArgumentException(owner.id() + " is not an owner");
    }
    if (!members.containsValue(Role.OWNER)) {
      throw new IllegalArgumentException("a roster needs an owner");
    }
    if (members.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "members (%d) must be at most %d".formatted(members.size(), MAX_MEMBERS));
    }
    long epoch = previous.map(p -> p.epoch + 1).orElse(1L);
    if (previous.isPresent()) {
      Roster before = previous.get();
      if (!before.isUnwoundFrom(state)) {
        throw new IllegalArgumentException("%s does not follow %s".formatted(state, before));
      }
      if (state.version() == before.keyVersion && before.drops(members)) {
        throw new IllegalArgumentException(
            "a member of %s is dropped, which needs a key version above %d"
                .formatted(before, before.keyVersion));
      }
    }
    ByteBuffer body = ByteBuffer.allocate(138 + members.size() * (1 + DeviceId.ENCODED_LENGTH));
    body.put(Records.ascii(MAGIC)).putShort((short) VERSION);
    body.putShort((short) DeviceId.ED25519).putShort((short) DeviceId.ML_DSA_65);
    body.put(state.group()).putLong(epoch).putInt(state.version()).put(checkOf(state));
    body.put(previous.map(Roster::hash).orElse(new byte[Records.HASH_LENGTH]));
    body.put(owner.id().fingerprint()).putInt(members.size());
    members.forEach((device, role) -> body.put(role.code()).put(device.encoded()));
    byte[] message = Records.concat(LABEL, body.array());
    return new Roster(
        Records.concat(body.array(), owner.signEd25519(message), owner.signMlDsa(message)));
  }

  /**
   * Reads a roster without verifying it.
   *
   * @param encoded what {@link #encoded()} returned
   * @return the roster, unverified
   * @throws MalformedRecordException if it is no roster
   * @throws UnsupportedVersionException if version, roles or algorithms are unknown
   */
  public static Roster decode(byte[] encoded) {
    return new Roster(encoded.clone());
  }

  /** Tells whether a member of this roster is none of others. */
  private boolean drops(Map<DeviceId, Role> others) {
    return !others.keySet().containsAll(members.keySet());
  }

  /** Refuses anything but the first roster of a group, signed by an owner known to own it. */
  void verifyFirst(byte[] expectedGroup, DeviceId firstOwner) {
    require(Arrays.equals(group, expectedGroup), "it is of another group");
    require(epoch == 1, "it is not the first");
    require(Arrays.equals(previousHash, new byte[Records.HASH_LENGTH]), "it follows another");
    require(members.get(firstOwner) == Role.OWNER, firstOwner + " does not own it");
    verifySignature(firstOwner);
  }

  /** Refuses anything but a roster that follows this one, signed by one of this one's owners. */
  void verifyNext(Roster next) {
    next.require(Arrays.equals(next.group, group), "it is of another group");
    next.require(next.epoch == epoch + 1, "it does not follow epoch " + epoch);
    next.require(Arrays.equals(next.previousHash, hash()), "it follows another roster");
    next.require(next.keyVersion >= keyVersion, "its key version goes back");
    next.require(
        next.keyVersion > keyVersion || Arrays.equals(next.keyCheck, keyCheck),
        "it has another key of the same version");
    next.require(
        next.keyVersion > keyVersion || !drops(next.members),
        "it drops a member without a new key version");
    next.require(next.members.containsValue(Role.OWNER), "it has no owner");
    DeviceId owner =
        members.entrySet().stream()
            .filter(m -> m.getValue() == Role.OWNER)
            .map(Map.Entry::getKey)
            .filter(d -> Arrays.equals(d.fingerprint(), next.signer))
            .findFirst()
            .orElseThrow(() -> next.refused("its signer does not own the roster before"));
    next.verifySignature(owner);
  }

  private void verifySignature(DeviceId owner) {
    require(Arrays.equals(signer, owner.fingerprint()), "another device signed it");
    byte[] message = Records.concat(LABEL, Arrays.copyOf(encoded, signedLength));
    int mlDsaAt = signedLength + ED25519_SIGNATURE;
    byte[] classical = Arrays.copyOfRange(encoded, signedLength, mlDsaAt);
    byte[] quantum = Arrays.copyOfRange(encoded, mlDsaAt, encoded.length);
    require(owner.verifyEd25519(message, classical), "its Ed25519 signature is wrong");
    require(owner.verifyMlDsa(message, quantum), "its ML-DSA-65 signature is wrong");
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
   * Returns a member's role.
   *
   * @param device the device
   * @return its role, empty if it is no member
   */
  public Optional<Role> role(DeviceId device) {
    return Optional.ofNullable(members.get(device));
  }

  /** Finds a member by fingerprint. */
  Optional<DeviceId> member(byte[] fingerprint) {
    return members.keySet().stream()
        .filter(d -> Arrays.equals(d.fingerprint(), fingerprint))
        .findFirst();
  }

  /**
   * Returns all members.
   *
   * @return role by device, in the roster's order; a copy
   */
  public Map<DeviceId, Role> members() {
    return new LinkedHashMap<>(members);
  }

  /**
   * Returns the group's id.
   *
   * @return a copy
   */
  public byte[] group() {
    return group.clone();
  }

  /**
   * Returns the roster's epoch.
   *
   * @return the epoch, from 1
   */
  public long epoch() {
    return epoch;
  }

  /**
   * Returns the version of the group's key that is current as of this roster.
   *
   * @return the version, from 1
   */
  public int keyVersion() {
    return keyVersion;
  }

  /**
   * Returns a value derived from the key state by which members recognize it; it tells nothing else
   * about the state.
   *
   * @return a copy, 32 bytes
   */
  public byte[] keyCheck() {
    return keyCheck.clone();
  }

  /**
   * Returns SHA-256 of the encoding.
   *
   * @return the hash, 32 bytes
   */
  public byte[] hash() {
    return Records.sha256(encoded);
  }

  /**
   * Returns the encoding, for anybody to store.
   *
   * @return a copy
   */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** Tells whether a state gives this roster's and so all earlier keys. */
  private boolean isUnwoundFrom(GroupKeyState later) {
    if (later.version() < keyVersion) {
      return false;
    }
    try (GroupKeyState state = later.unwind(keyVersion)) {
      return isStateOf(state);
    }
  }

  boolean isStateOf(GroupKeyState state) {
    return Arrays.equals(group, state.group())
        && keyVersion == state.version()
        && ConstantTime.equal(keyCheck, checkOf(state));
  }

  private static byte[] checkOf(GroupKeyState state) {
    byte[] info = Records.concat(CHECK_LABEL, state.group(), Records.number(state.version()));
    try (Secret check = Hkdf.expand(state.secret(), info, Records.HASH_LENGTH)) {
      return check.use(byte[]::clone);
    }
  }

  @Override
  public String toString() {
    return "roster of epoch " + epoch + " with " + members.size() + " members";
  }
}
