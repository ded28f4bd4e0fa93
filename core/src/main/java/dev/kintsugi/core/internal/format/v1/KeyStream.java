package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 in counter mode as a key stream that can be entered anywhere: byte p of it is byte p mod
 * 16 of the encrypted block number p / 16, a big-endian number of 16 bytes.
 *
 * <p>Two texts under one key would give away their difference: a key is used for one text only.
 */
final class KeyStream {
  /** Length of a key, in bytes. */
  static final int KEY = 32;

  private static final int BLOCK = 16;

  // HotSpot uses the processor's instructions only where it has compiled the callers, and it
  // compiles what is called often.
  private static final int PIECE = 1 << 10;

  private KeyStream() {}

  /** Changes bytes in place: exclusive-or with the key stream from a position. */
  static void xor(Secret key, long position, byte[] bytes, int offset, int length) {
    try {
      Cipher cipher = at(key, position / BLOCK);
      int within = (int) (position % BLOCK);
      cipher.update(new byte[within]);
      for (int done = 0; done < length; done += PIECE) {
        int n = Math.min(PIECE, length - done);
        if (cipher.update(bytes, offset + done, n, bytes, offset + done) != n) {
          throw new IllegalStateException("AES in counter mode held bytes back");
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES in counter mode refused " + length + " bytes", e);
    }
  }

  private static Cipher at(Secret key, long block) {
    byte[] counter = ByteBuffer.allocate(BLOCK).putLong(0).putLong(block).array();
    return key.use(
        bytes -> {
          try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(bytes, "AES"), new IvParameterSpec(counter));
            return cipher;
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES is part of every Java platform", e);
          }
        });
  }
}
