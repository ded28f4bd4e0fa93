package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.Hkdf;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a member knows of a group's keys: the state of one version, which gives the keys of this and
 * all earlier versions and of no later one.
 *
 * <p>Key regression: state(v-1) = HKDF(state(v), "unwind" ‖ group ‖ v), key(v) = HKDF(state(v),
 * "key" ‖ group ‖ v). Guarantee: keys of versions above the member's are indistinguishable from
 * random, also to whoever holds all states and keys up to it; a key does not give its state. (K.
 * Fu, S. Kamara, T. Kohno, "Key Regression: Enabling Efficient Key Distribution for Secure
 * Distributed Storage", NDSS 2006.)
 *
 * <p>Thread-safe. Closing wipes the state.
 */
public final class GroupKeyState implements AutoCloseable {
  /** Length of a group's id in bytes. */
  public static final int GROUP_LENGTH = 16;

  /** Length of states and keys in bytes. */
  public static final int KEY_LENGTH = 32;

  private static final byte[] UNWIND =
      "kintsugi group unwind v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEY = "kintsugi group key v1".getBytes(StandardCharsets.US_ASCII);

  private final byte[] group;
  private final int version;
  private final Secret state;

  GroupKeyState(byte[] group, int version, Secret state) {
    if (group.length != GROUP_LENGTH || state.length() != KEY_LENGTH || version < 1) {
      throw new IllegalArgumentException(
          "group id of %d bytes, state of %d bytes, version %d"
              .formatted(group.length, state.length(), version));
    }
    this.group = group.clone();
    this.version = version;
    this.state = state;
  }

  /**
   * Returns the group's id.
   *
   * @return a copy, {@value #GROUP_LENGTH} bytes
   */
  public byte[] group() {
    return group.clone();
  }

  /**
   * Returns the version.
   *
   * @return the version, from 1
   */
  public int version() {
    return version;
  }

  /**
   * Returns the key of this or an earlier version, which encrypts data.
   *
   * @param wanted the version, 1 to {@link #version()}
   * @return a new secret of {@value #KEY_LENGTH} bytes owned by the caller
   * @throws IllegalArgumentException if the version is out of range: a later key cannot be derived
   */
  public Secret key(int wanted) {
    try (GroupKeyState earlier = unwind(wanted)) {
      return Hkdf.expand(earlier.state, info(KEY, group, wanted), KEY_LENGTH);
    }
  }

  /**
   * Returns the state of this or an earlier version.
   *
   * @param wanted the version, 1 to {@link #version()}
   * @return a new state owned by the caller
   * @throws IllegalArgumentException if the version is out of range: a later state cannot be
   *     derived
   */
  public GroupKeyState unwind(int wanted) {
    if (wanted < 1 || wanted > version) {
      throw new IllegalArgumentException(
          "version (%d) must be in 1..%d".formatted(wanted, version));
    }
    Secret now = state.copy();
    for (int v = version; v > wanted; v--) {
      Secret before = Hkdf.expand(now, info(UNWIND, group, v), KEY_LENGTH);
      now.close();
      now = before;
    }
    return new GroupKeyState(group, wanted, now);
  }

  Secret secret() {
    return state;
  }

  private static byte[] info(byte[] label, byte[] group, int version) {
    return ByteBuffer.allocate(label.length + GROUP_LENGTH + Integer.BYTES)
        .put(label)
        .put(group)
        .putInt(version)
        .array();
  }

  @Override
  public void close() {
    state.close();
  }

  @Override
  public String toString() {
    return "GroupKeyState[version " + version + "]";
  }
}
