package dev.kintsugi.crypto;

import dev.kintsugi.crypto.internal.ConstantTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;

/**
 * A 16-byte keyed authenticator over a shard's payload, bound to a context such as stripe and shard
 * index.
 *
 * <p>Guarantee: without the key nobody can make a tag for a new (context, payload) pair, or tell
 * the tag from random bytes, except with probability about q²·2<sup>-116</sup> for q tags under one
 * key. It is deterministic and has no nonce, so computing a tag twice, or for two payloads under
 * one context, is harmless.
 *
 * <p>Construction: hash, then PRF (Wegman and Carter 1981; the shape of HMAC with a universal hash
 * in front). From key and context come an AES-256 key and an HMAC key by HKDF. Each run of 64 KiB
 * of the payload is hashed by the tag of AES-256-GCM with the run's number as nonce: for a fixed
 * key and nonce that tag is GHASH of the payload, a universal hash with collision probability at
 * most 2<sup>-115</sup>, shifted by constants nobody sees. The result is the first 16 bytes of
 * HMAC-SHA256 over the hidden tags ‖ payload length. The universal hash runs on the platform's
 * AES-GCM intrinsic.
 *
 * <p>An instance is the incremental form and not thread-safe; {@link #compute} is thread-safe.
 */
public final class PayloadMac implements AutoCloseable {
  /** Length of a tag in bytes. */
  public static final int TAG_LENGTH = 16;

  private static final int RUN = 1 << 16;
  private static final byte[] LABEL = "kintsugi payload mac v1".getBytes(StandardCharsets.US_ASCII);

  private final WipeableKey hashKey;
  private final Mac mac;
  private final Cipher cipher;
  private final byte[] nonce = new byte[12];
  private final byte[] scratch = new byte[RUN + 2 * TAG_LENGTH];
  private long total;
  private int inRun;
  private boolean finished;

  /**
   * Starts a computation.
   *
   * @param key the key, at least 16 bytes; used only during this call
   * @param context what the payload is bound to, for example stripe id ‖ shard index; callers must
   *     encode it unambiguously
   */
  public PayloadMac(Secret key, byte[] context) {
    if (key.length() < 16) {
      throw new IllegalArgumentException("key (" + key.length() + " bytes) must have at least 16");
    }
    byte[] info = Arrays.copyOf(LABEL, LABEL.length + context.length);
    System.arraycopy(context, 0, info, LABEL.length, context.length);
    try (Secret derived = Hkdf.derive(key, new byte[0], info, 64)) {
      this.hashKey = derived.use(both -> WipeableKey.aes(Arrays.copyOf(both, 32)));
      this.mac =
          derived.use(
              both -> {
                byte[] half = Arrays.copyOfRange(both, 32, 64);
                Mac hmac = Hkdf.hmac(half);
                Arrays.fill(half, (byte) 0);
                return hmac;
              });
      this.cipher = Cipher.getInstance(Aead.TRANSFORMATION);
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM is part of every Java platform", e);
    }
  }

  /**
   * Computes the tag of a payload.
   *
   * @param key the key, at least 16 bytes
   * @param context what the payload is bound to
   * @param data holds the payload
   * @param off index of its first byte
   * @param len its length, may be 0
   * @return a new array of {@value #TAG_LENGTH} bytes
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static byte[] compute(Secret key, byte[] context, byte[] data, int off, int len) {
    try (PayloadMac mac = new PayloadMac(key, context)) {
      return mac.update(data, off, len).finish();
    }
  }

  /**
   * Tells whether a tag belongs to a payload, in time that does not depend on the tag's content.
   *
   * @param tag the tag to check, of any length
   * @param key the key, at least 16 bytes
   * @param context what the payload is bound to
   * @param data holds the payload
   * @param off index of its first byte
   * @param len its length, may be 0
   * @return true if the tag is exactly the one {@link #compute} returns
   */
  public static boolean verify(
      byte[] tag, Secret key, byte[] context, byte[] data, int off, int len) {
    return ConstantTime.equal(compute(key, context, data, off, len), tag);
  }

  /**
   * Appends payload bytes. How the payload is cut into calls does not change the tag.
   *
   * @param data holds the bytes
   * @param off index of the first
   * @param len how many
   * @return this
   * @throws IllegalStateException if the computation is finished or closed
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public PayloadMac update(byte[] data, int off, int len) {
    Objects.checkFromIndexSize(off, len, data.length);
    checkOpen();
    try {
      for (int at = off, end = off + len; at < end; ) {
        int n = Math.min(RUN - inRun, end - at);
        if (inRun == 0) {
          ByteBuffer.wrap(nonce).putLong(4, total / RUN);
          cipher.init(Cipher.ENCRYPT_MODE, hashKey, new GCMParameterSpec(8 * TAG_LENGTH, nonce));
        }
        total += n;
        if (n == RUN) {
          int written = cipher.doFinal(data, at, n, scratch, 0);
          mac.update(scratch, written - TAG_LENGTH, TAG_LENGTH);
        } else {
          cipher.update(data, at, n, scratch, 0);
          inRun += n;
          if (inRun == RUN) {
            endRun();
          }
        }
        at += n;
      }
      return this;
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to hash", e);
    }
  }

  /**
   * Ends the computation.
   *
   * @return the tag, {@value #TAG_LENGTH} bytes
   * @throws IllegalStateException if the computation is finished or closed
   */
  public byte[] finish() {
    checkOpen();
    try {
      if (inRun > 0) {
        endRun();
      }
    } catch (GeneralSecurityException e) {
      throw new CryptoBugException("AES-GCM refused to hash", e);
    }
    mac.update(ByteBuffer.allocate(Long.BYTES).putLong(0, total));
    byte[] full = mac.doFinal();
    close();
    return Arrays.copyOf(full, TAG_LENGTH);
  }

  /** Wipes key and intermediate values. Closing again does nothing. */
  @Override
  public void close() {
    finished = true;
    hashKey.destroy();
    Arrays.fill(scratch, (byte) 0);
  }

  private void endRun() throws GeneralSecurityException {
    int written = cipher.doFinal(scratch, 0);
    mac.update(scratch, written - TAG_LENGTH, TAG_LENGTH);
    inRun = 0;
  }

  private void checkOpen() {
    if (finished) {
      throw new IllegalStateException("the computation is finished");
    }
  }
}
