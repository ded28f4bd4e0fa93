package dev.kintsugi.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of one extent, together with the context it is good for.
 *
 * <p>It depends on <em>both</em> factors, the leaf key and the group key: whoever lacks either
 * learns nothing. Deleting the leaf key therefore deletes the extent even for current members of
 * the group, and stealing the leaf side gives nothing without a member's key.
 *
 * <p>A leaf id is used for one extent only, which makes the key unique per extent; {@link
 * ExtentSealer} relies on that when it uses block numbers as nonces. Thread-safe. Closing wipes the
 * key.
 */
public final class ExtentKey implements AutoCloseable {
  /** Length of the two input keys in bytes. */
  public static final int INPUT_KEY_LENGTH = 32;

  private static final byte[] LABEL = "kintsugi extent key v1".getBytes(StandardCharsets.US_ASCII);

  private final ExtentContext context;
  private final WipeableKey key;

  private ExtentKey(ExtentContext context, WipeableKey key) {
    this.context = context;
    this.key = key;
  }

  /**
   * Derives HKDF-SHA256(ikm = leafKey ‖ groupKey, no salt, info = label ‖ vault ‖ group ‖ object ‖
   * leaf), 32 bytes. Both inputs have a fixed length, so the concatenation is unambiguous.
   *
   * @param leafKey the leaf's key, {@value #INPUT_KEY_LENGTH} bytes
   * @param groupKey the group's key, {@value #INPUT_KEY_LENGTH} bytes
   * @param context the extent
   * @return a new key owned by the caller
   * @throws IllegalArgumentException if an input key has another length
   */
  public static ExtentKey derive(Secret leafKey, Secret groupKey, ExtentContext context) {
    check("leafKey", leafKey);
    check("groupKey", groupKey);
    byte[] ikm = new byte[2 * INPUT_KEY_LENGTH];
    leafKey.with(leaf -> System.arraycopy(leaf, 0, ikm, 0, INPUT_KEY_LENGTH));
    groupKey.with(group -> System.arraycopy(group, 0, ikm, INPUT_KEY_LENGTH, INPUT_KEY_LENGTH));
    ByteBuffer info = ByteBuffer.allocate(LABEL.length + ExtentContext.ENCODED_LENGTH).put(LABEL);
    context.encode(info);
    try (Secret both = Secret.takeOver(ikm);
        Secret derived = Hkdf.derive(both, new byte[0], info.array(), Aead.KEY_LENGTH)) {
      return new ExtentKey(context, WipeableKey.aes(derived.copyBytes()));
    } finally {
      Arrays.fill(ikm, (byte) 0);
    }
  }

  /**
   * Returns the extent this key is for.
   *
   * @return the context given to {@link #derive}
   */
  public ExtentContext context() {
    return context;
  }

  /** Wipes the key. Sealers made from it stop working. Closing again does nothing. */
  @Override
  public void close() {
    key.destroy();
  }

  WipeableKey aes() {
    if (key.isDestroyed()) {
      throw new IllegalStateException("the key of " + context + " was closed");
    }
    return key;
  }

  @Override
  public String toString() {
    return "ExtentKey[" + context + "]";
  }

  private static void check(String name, Secret secret) {
    if (secret.length() != INPUT_KEY_LENGTH) {
      throw new IllegalArgumentException(
          name + " (" + secret.length() + " bytes) must have " + INPUT_KEY_LENGTH);
    }
  }
}
