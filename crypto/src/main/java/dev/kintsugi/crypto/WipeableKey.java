package dev.kintsugi.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A JCA key whose bytes can really be overwritten, which {@code SecretKeySpec} does not offer on
 * Java 17. The array is shared with the creator, who wipes it through {@link #destroy()}.
 */
final class WipeableKey implements SecretKey {
  private static final long serialVersionUID = 1L;

  private final String algorithm;
  private final transient byte[] bytes;
  private transient boolean destroyed;

  private WipeableKey(String algorithm, byte[] bytes) {
    this.algorithm = algorithm;
    this.bytes = bytes;
  }

  /** Takes over {@code bytes} as an AES key. */
  static WipeableKey aes(byte[] bytes) {
    return new WipeableKey("AES", bytes);
  }

  /** Takes over {@code bytes} as a key of HMAC-SHA256. */
  static WipeableKey hmac(byte[] bytes) {
    return new WipeableKey("HmacSHA256", bytes);
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    if (destroyed) {
      throw new IllegalStateException("the key was destroyed");
    }
    return bytes.clone();
  }

  @Override
  public void destroy() {
    destroyed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public boolean isDestroyed() {
    return destroyed;
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("keys are not serialized");
  }
}
