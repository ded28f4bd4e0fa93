package dev.kintsugi.crypto.forest;

import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A defect to be noticed: seals every record of a key slot again, under the nonce zero. */
final class FixedNonceStorage implements SlotStorage {
  private static final int HEADER = 14;
  private static final int SEALED = 12 + 80 + 16;

  private final SlotStorage below;
  private final Secret slotKey;
  private final byte[] slotId;

  FixedNonceStorage(SlotStorage below, Secret slotKey, byte[] slotId) {
    this.below = below;
    this.slotKey = slotKey;
    this.slotId = slotId.clone();
  }

  private byte[] crypt(int mode, byte[] header, byte[] nonce, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      SecretKeySpec key = new SecretKeySpec(slotKey.use(byte[]::clone), "AES");
      cipher.init(mode, key, new GCMParameterSpec(128, nonce));
      cipher.updateAAD(header);
      cipher.updateAAD(slotId);
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] read(int sector) throws IOException {
    return below.read(sector);
  }

  @Override
  public void write(int sector, byte[] content) throws IOException {
    byte[] again = content.clone();
    if (!Arrays.equals(content, new byte[SECTOR])) {
      byte[] header = Arrays.copyOf(content, HEADER);
      byte[] nonce = Arrays.copyOfRange(content, HEADER, HEADER + 12);
      byte[] sealed = Arrays.copyOfRange(content, HEADER + 12, HEADER + SEALED);
      byte[] plain = crypt(Cipher.DECRYPT_MODE, header, nonce, sealed);
      byte[] zero = new byte[12];
      ByteBuffer.wrap(again, HEADER, SEALED)
          .put(zero)
          .put(crypt(Cipher.ENCRYPT_MODE, header, zero, plain));
    }
    below.write(sector, again);
  }

  @Override
  public void sync() throws IOException {
    below.sync();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
