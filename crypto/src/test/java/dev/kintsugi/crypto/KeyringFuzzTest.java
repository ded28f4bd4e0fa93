package dev.kintsugi.crypto;

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

  private static void open(byte[] record) {
    try {
      KEYRING.open(record, PASSPHRASE).close();
    } catch (CryptoException expected) {
      return;
    }
  }
}
