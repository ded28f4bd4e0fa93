package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;

/**
 * A group's key state sealed to one member's device, for anybody to store.
 *
 * <p>Guarantee: only the device it was sealed to opens it, and only as the state of that group,
 * that version and that roster: a lockbox moved to another group, version, roster or device is
 * refused. Secrecy holds as long as either X25519 or ML-KEM-768 does. A lockbox does not say who
 * made it: that the state is the group's is proven by the roster's {@linkplain Roster#keyCheck()
 * key check}, which {@link #open} compares.
 *
 * <p>Record: magic "KTLB" ‖ version (2) ‖ KEM, KDF, AEAD ids of HPKE (2 each) ‖ encapsulation
 * (1120) ‖ ciphertext (48). HPKE base mode (RFC 9180), info = "kintsugi lockbox v1" ‖ group ‖ key
 * version (4) ‖ roster hash ‖ recipient's fingerprint. Stateless and thread-safe.
 */
public final class Lockbox {
  private static final String MAGIC = "KTLB";
  private static final int VERSION = 1;
  private static final int HEADER = 12;
  private static final int SEALED = GroupKeyState.KEY_LENGTH + 16;

  private Lockbox() {}

  /**
   * Seals the state of the roster's key version to a member.
   *
   * @param state the state; its group and version must be the roster's
   * @param roster the roster
   * @param recipient a member of the roster
   * @return the lockbox
   * @throws IllegalArgumentException if the recipient is no member, or the state is not the
   *     roster's
   */
  public static byte[] seal(GroupKeyState state, Roster roster, DeviceId recipient) {
    if (roster.role(recipient).isEmpty()) {
      throw new IllegalArgumentException(recipient + " is not a member of " + roster);
    }
    if (!roster.isStateOf(state)) {
      throw new IllegalArgumentException(state + " is not the state of " + roster);
    }
    HPKE hpke = Suite.hpke();
    byte[][] sealed =
        state
            .secret()
            .use(
                secret -> {
                  try {
                    return hpke.seal(
                        hpke.deserializePublicKey(recipient.xWing()),
                        info(roster, recipient),
                        new byte[0],
                        secret,
                        null,
                        null,
                        null);
                  } catch (InvalidCipherTextException e) {
                    throw new IllegalStateException("HPKE refused to seal", e);
                  }
                });
    byte[] ciphertext = sealed[0];
    byte[] encapsulation = sealed[1];
    if (ciphertext.length != SEALED || encapsulation.length != Suite.ENCAPSULATION_LENGTH) {
      throw new IllegalStateException(
          "HPKE gave %d and %d bytes".formatted(ciphertext.length, encapsulation.length));
    }
    return ByteBuffer.allocate(HEADER + Suite.ENCAPSULATION_LENGTH + SEALED)
        .put(Records.ascii(MAGIC))
        .putShort((short) VERSION)
        .putShort((short) Suite.X_WING)
        .putShort((short) Suite.HKDF_SHA256)
        .putShort((short) Suite.AES_256_GCM)
        .put(encapsulation)
        .put(ciphertext)
        .array();
  }

  /**
   * Opens a lockbox.
   *
   * @param lockbox the lockbox
   * @param roster the roster it is for: the latest of a {@link RosterChain} that {@link Freshness}
   *     accepted
   * @param device the recipient's keys
   * @return the state, owned by the caller
   * @throws AuthenticationFailedException if it was sealed to another device, group, version or
   *     roster, was altered, or holds another state than the owner vouches for
   * @throws MalformedRecordException if it is no lockbox
   * @throws UnsupportedVersionException if version or algorithms are unknown
   * @throws IllegalStateException if the keys were closed
   */
  public static GroupKeyState open(byte[] lockbox, Roster roster, DeviceKeys device) {
    Records.Reader in = new Records.Reader("lockbox", lockbox);
    in.magic(MAGIC, VERSION);
    in.algorithm("key encapsulation", Suite.X_WING);
    in.algorithm("key derivation", Suite.HKDF_SHA256);
    in.algorithm("encryption", Suite.AES_256_GCM);
    byte[] encapsulation = in.bytes(Suite.ENCAPSULATION_LENGTH);
    byte[] ciphertext = in.bytes(SEALED);
    in.end();
    AsymmetricCipherKeyPair keys = device.xWing();
    byte[] plain;
    try {
      plain =
          Suite.hpke()
              .open(
                  encapsulation,
                  keys,
                  info(roster, device.id()),
                  new byte[0],
                  ciphertext,
                  null,
                  null,
                  null);
    } catch (InvalidCipherTextException | IllegalArgumentException | IllegalStateException e) {
      throw new AuthenticationFailedException(
          "the lockbox does not open for " + device.id() + " as of " + roster, e);
    }
    GroupKeyState state =
        new GroupKeyState(roster.group(), roster.keyVersion(), Secret.copyOf(plain));
    Arrays.fill(plain, (byte) 0);
    if (!roster.isStateOf(state)) {
      state.close();
      throw new AuthenticationFailedException(
          "the lockbox holds another key than the owner of " + roster + " vouches for");
    }
    return state;
  }

  private static byte[] info(Roster roster, DeviceId recipient) {
    return Records.concat(
        Records.ascii("kintsugi lockbox v1"),
        roster.group(),
        ByteBuffer.allocate(Integer.BYTES).putInt(0, roster.keyVersion()).array(),
        roster.hash(),
        recipient.fingerprint());
  }
}
