package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Any bytes as an extent, any number as its length: refused, or exactly what is sealed again. */
final class ExtentSealerFuzzTest {
  private static final ExtentContext CONTEXT =
      new ExtentContext(Hex.bytes("00112233445566778899aabbccddeeff"), 7, 1234567, 42);

  private static ExtentSealer sealer() {
    return new ExtentSealer(
        ExtentKey.derive(Hex.secret("01".repeat(32)), Hex.secret("02".repeat(32)), CONTEXT));
  }

  @FuzzTest(maxDuration = "1m")
  void extentsAreStrict(byte[] bytes) {
    try {
      assertArrayEquals(bytes, sealer().sealExtent(sealer().openExtent(bytes)));
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void lengthsAreStrict(byte[] bytes) {
    long sealed = ByteBuffer.wrap(Arrays.copyOf(bytes, Long.BYTES)).getLong();
    try {
      assertEquals(sealed, ExtentSealer.sealedLength(ExtentSealer.plainLength(sealed)));
    } catch (CryptoException expected) {
      return;
    }
  }
}
