package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Any bytes at all are refused with a typed error. Plain test runs try the stored inputs; {@code
 * JAZZER_FUZZ=1} searches for more.
 */
final class KeyringFuzzTest {
  private static final Keyring KEYRING = new Keyring(Keyring.Purpose.VAULT);
  private static final char[] PASSPHRASE = {'x'};
  private static final Argon2Parameters COST = new Argon2Parameters(8, 1, 1);
  private static final byte[] SEALED =
      KEYRING.seal(Secret.copyOf(new byte[32]), new byte[0], PASSPHRASE, COST);

  @FuzzTest(maxDuration = "1m")
  void keyringsAreStrict(byte[] bytes) {
    byte[] record = bytes.clone();
    if (record.length > 24) {
      // Keep Argon2 cheap, and let the search get behind the checksum.
      ByteBuffer.wrap(record).putInt(8, 8).putInt(12, 1).putInt(16, 1);
      CRC32C crc = new CRC32C();
      crc.update(record, 0, record.length - 4);
      ByteBuffer.wrap(record).putInt(record.length - 4, (int) crc.getValue());
    }
    open(record);
    open(Arrays.copyOf(bytes, Math.min(bytes.length, 200)));
  }

  /** Any bytes sealed as the body: a root secret and the rest of the bytes, or a typed error. */
  @FuzzTest(maxDuration = "1m")
  void keyringBodiesAreStrict(byte[] body) {
    byte[] plain = Arrays.copyOf(body, Math.max(body.length, Short.BYTES));
    byte[] record = SEALED.clone();
    byte[] header = Arrays.copyOf(record, 40);
    ByteBuffer.wrap(header).putInt(36, plain.length + Aead.OVERHEAD);
    byte[] salt = Arrays.copyOfRange(header, 20, 36);
    ByteBuffer out = ByteBuffer.allocate(44 + plain.length + Aead.OVERHEAD).put(header);
    try (Secret key = COST.derive(PASSPHRASE, salt, Aead.KEY_LENGTH)) {
      out.put(Aead.seal(key, header, plain));
    }
    CRC32C crc = new CRC32C();
    crc.update(out.array(), 0, out.position());
    out.putInt((int) crc.getValue());
    try (Keyring.Opened opened = KEYRING.open(out.array(), PASSPHRASE)) {
      int rootLength = opened.root().length();
      assertEquals(rootLength, ByteBuffer.wrap(plain).getShort());
      assertEquals(
          Secret.copyOf(Arrays.copyOfRange(plain, Short.BYTES, Short.BYTES + rootLength)),
          opened.root());
      assertArrayEquals(
          Arrays.copyOfRange(plain, Short.BYTES + rootLength, plain.length), opened.extra());
    } catch (MalformedRecordException expected) {
      return;
    }
  }

  private static void open(byte[] record) {
    try {
      KEYRING.open(record, PASSPHRASE).close();
    } catch (CryptoException expected) {
      return;
    }
  }
}
