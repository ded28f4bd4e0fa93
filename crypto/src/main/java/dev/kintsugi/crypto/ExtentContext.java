package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names one extent: everything its key and its blocks are bound to.
 *
 * @param vault the vault's id, exactly {@value #VAULT_LENGTH} bytes
 * @param group the group's number
 * @param object the object's number
 * @param leaf the id of the leaf whose key the extent is sealed under
 */
// The array is copied on the way in and out, and compared by content.
@SuppressWarnings("ArrayRecordComponent")
public record ExtentContext(byte[] vault, long group, long object, long leaf) {
  /** Length of a vault id in bytes. */
  public static final int VAULT_LENGTH = 16;

  static final int ENCODED_LENGTH = VAULT_LENGTH + 3 * Long.BYTES;

  /** Checks and copies. */
  public ExtentContext {
    if (vault.length != VAULT_LENGTH) {
      throw new IllegalArgumentException(
          "vault (" + vault.length + " bytes) must have " + VAULT_LENGTH);
    }
    vault = vault.clone();
  }

  /**
   * Returns the vault's id.
   *
   * @return a copy
   */
  @Override
  public byte[] vault() {
    return vault.clone();
  }

  /** Writes vault ‖ group ‖ object ‖ leaf, big-endian, {@value #ENCODED_LENGTH} bytes. */
  void encode(ByteBuffer to) {
    to.put(vault).putLong(group).putLong(object).putLong(leaf);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExtentContext that
        && Arrays.equals(vault, that.vault)
        && group == that.group
        && object == that.object
        && leaf == that.leaf;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(vault) * 31 + Long.hashCode(leaf);
  }

  @Override
  public String toString() {
    return "group " + group + ", object " + object + ", leaf " + leaf;
  }
}
