package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;

/** Any bytes as a roster, device or signed version: a typed error, or exactly these bytes again. */
final class RecordsFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void rostersAreCanonical(byte[] bytes) {
    try {
      assertArrayEquals(bytes, Roster.decode(bytes).encoded());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void devicesAreCanonical(byte[] bytes) {
    try {
      assertArrayEquals(bytes, DeviceId.decode(bytes).encoded());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void signedVersionsAreCanonical(byte[] bytes) {
    try {
      assertArrayEquals(bytes, SignedVersion.decode(bytes).encoded());
    } catch (CryptoException expected) {
      return;
    }
  }
}
