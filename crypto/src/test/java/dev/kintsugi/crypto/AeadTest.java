package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class AeadTest {
  private static final byte[] AAD = Hex.bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");

  @Test
  void opensTheGcmSpecificationsTestCase16() {
    Secret key = Hex.secret("feffe9928665731c6d6a8f9467308308".repeat(2));
    byte[] sealed =
        Hex.bytes(
            "cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");
    assertEquals(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        Hex.text(Aead.open(key, AAD, sealed)));
  }

  @Test
  void sealedRecordsOpen() {
    try (Secret key = Secret.random(32)) {
      for (int n : new int[] {0, 1, 15, 16, 17, 1000, 100_000}) {
        byte[] plain = Hex.pattern(n, n);
        byte[] sealed = Aead.seal(key, AAD, plain);
        assertEquals(n + Aead.OVERHEAD, sealed.length);
        assertArrayEquals(plain, Aead.open(key, AAD, sealed));
      }
    }
  }

  @Test
  void sealingTwiceGivesUnrelatedBytes() {
    try (Secret key = Secret.random(32)) {
      byte[] a = Aead.seal(key, AAD, new byte[32]);
      byte[] b = Aead.seal(key, AAD, new byte[32]);
      assertFalse(Arrays.equals(a, b));
      assertFalse(Arrays.equals(Arrays.copyOf(a, 12), Arrays.copyOf(b, 12)), "nonce repeated");
    }
  }

  @Test
  void everyMutationIsRejected() {
    try (Secret key = Secret.random(32)) {
      byte[] sealed = Aead.seal(key, AAD, Hex.pattern(40, 1));
      int mutants = Mutations.each(sealed, m -> rejects(key, AAD, m));
      assertEquals(sealed.length * 8 + sealed.length + 3, mutants);
      Mutations.each(AAD, a -> rejects(key, a, sealed));
      byte[] keyBytes = key.copyBytes();
      for (int bit = 0; bit < 256; bit++) {
        byte[] other = keyBytes.clone();
        other[bit >> 3] ^= (byte) (1 << (bit & 7));
        rejects(Secret.takeOver(other), AAD, sealed);
      }
    }
  }

  @Test
  void keysOfOtherLengthsAreRefused() {
    for (int n : new int[] {1, 16, 24, 31, 33}) {
      assertThrows(
          IllegalArgumentException.class, () -> Aead.seal(Secret.random(n), AAD, new byte[1]));
    }
  }

  private static void rejects(Secret key, byte[] aad, byte[] sealed) {
    assertThrows(AuthenticationFailedException.class, () -> Aead.open(key, aad, sealed));
  }
}
