package dev.kintsugi.crypto;

import static dev.kintsugi.crypto.ExtentSealer.BLOCK_SIZE;
import static dev.kintsugi.crypto.ExtentSealer.SEALED_BLOCK_SIZE;
import static dev.kintsugi.crypto.ExtentSealer.TAG_SIZE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ExtentSealerTest {
  private static final byte[] VAULT = Hex.bytes("00112233445566778899aabbccddeeff");
  private static final String LEAF = "01".repeat(32);
  private static final String GROUP = "02".repeat(32);
  private static final ExtentContext CONTEXT = new ExtentContext(VAULT, 7, 1234567, 42);
  private static final int[] LENGTHS = {
    0, 1, 15, 16, 17, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 2 * BLOCK_SIZE, 200_000
  };

  private static ExtentKey key() {
    return ExtentKey.derive(Hex.secret(LEAF), Hex.secret(GROUP), CONTEXT);
  }

  private static byte[] seal(byte[] plain) {
    return new ExtentSealer(key()).sealExtent(plain);
  }

  private static void rejects(ExtentKey key, byte[] sealed) {
    assertThrows(
        AuthenticationFailedException.class, () -> new ExtentSealer(key).openExtent(sealed));
  }

  @Test
  void sealedExtentsOpenAndHaveTheStatedLength() {
    for (int n : LENGTHS) {
      byte[] plain = Hex.pattern(n, n);
      byte[] sealed = seal(plain);
      assertEquals(ExtentSealer.sealedLength(n), sealed.length);
      assertEquals(n, ExtentSealer.plainLength(sealed.length));
      assertArrayEquals(plain, new ExtentSealer(key()).openExtent(sealed));
    }
  }

  @Test
  void lengthsAreInverseAndImpossibleOnesAreRefused() {
    for (long n = 0; n < 3L * BLOCK_SIZE; n += 13) {
      assertEquals(n, ExtentSealer.plainLength(ExtentSealer.sealedLength(n)));
    }
    assertEquals(
        ExtentSealer.MAX_LENGTH,
        ExtentSealer.plainLength(ExtentSealer.sealedLength(ExtentSealer.MAX_LENGTH)));
    for (long bad :
        new long[] {-1, 0, 15, SEALED_BLOCK_SIZE + 1, SEALED_BLOCK_SIZE + 16, Long.MAX_VALUE}) {
      assertThrows(MalformedRecordException.class, () -> ExtentSealer.plainLength(bad));
    }
    assertThrows(IllegalArgumentException.class, () -> ExtentSealer.sealedLength(-1));
    assertThrows(
        IllegalArgumentException.class,
        () -> ExtentSealer.sealedLength(ExtentSealer.MAX_LENGTH + 1));
  }

  @Test
  void everyBlockOpensAlone() {
    byte[] plain = Hex.pattern(3 * BLOCK_SIZE + 5, 3);
    byte[] sealed = seal(plain);
    for (int b = 3; b >= 0; b--) {
      int at = b * SEALED_BLOCK_SIZE;
      byte[] out = new byte[BLOCK_SIZE + 10];
      int n =
          new ExtentSealer(key())
              .openBlock(
                  b, b == 3, sealed, at, Math.min(SEALED_BLOCK_SIZE, sealed.length - at), out, 10);
      assertArrayEquals(
          Arrays.copyOfRange(plain, b * BLOCK_SIZE, b * BLOCK_SIZE + n),
          Arrays.copyOfRange(out, 10, 10 + n));
    }
  }

  @Test
  void everyBitAndEveryLengthOfASmallExtentIsProtected() {
    for (int n : new int[] {0, 1, 33}) {
      byte[] sealed = seal(Hex.pattern(n, n));
      try (ExtentKey key = key()) {
        Mutations.each(sealed, m -> rejects(key, m));
      }
    }
  }

  @Test
  void sampledBitsAndEveryLengthNearABoundaryOfALargeExtentAreProtected() {
    byte[] sealed = seal(Hex.pattern(2 * BLOCK_SIZE + 100, 9));
    try (ExtentKey key = key()) {
      for (int bit = 0; bit < 8 * sealed.length; bit += 8011) {
        byte[] flipped = sealed.clone();
        flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
        rejects(key, flipped);
      }
      for (int around : new int[] {0, SEALED_BLOCK_SIZE, 2 * SEALED_BLOCK_SIZE, sealed.length}) {
        for (int n = Math.max(0, around - 20); n < around + 20; n++) {
          if (n != sealed.length) {
            rejects(key, Arrays.copyOf(sealed, n));
          }
        }
      }
    }
  }

  @Test
  void blocksCannotBeReorderedDroppedDuplicatedOrSpliced() {
    byte[] sealed = seal(Hex.pattern(4 * BLOCK_SIZE, 5));
    try (ExtentKey key = key()) {
      assertEquals(
          4 * BLOCK_SIZE, new ExtentSealer(key).openExtent(blocks(sealed, 0, 1, 2, 3)).length);
      int[][] orders = {
        {1, 0, 2, 3},
        {0, 2, 1, 3},
        {0, 1, 3},
        {0, 1, 2},
        {1, 2, 3},
        {0, 0, 1, 2, 3},
        {0, 1, 2, 3, 3},
        {0, 1, 2, 2},
        {3},
        {0}
      };
      for (int[] order : orders) {
        rejects(key, blocks(sealed, order));
      }
    }
    // Two extents of one length under different leaves: no block of one fits the other.
    ExtentContext other = new ExtentContext(VAULT, 7, 1234567, 43);
    ExtentKey otherKey = ExtentKey.derive(Hex.secret(LEAF), Hex.secret(GROUP), other);
    byte[] foreign = new ExtentSealer(otherKey).sealExtent(Hex.pattern(4 * BLOCK_SIZE, 5));
    for (int b = 0; b < 4; b++) {
      byte[] spliced = sealed.clone();
      System.arraycopy(
          foreign, b * SEALED_BLOCK_SIZE, spliced, b * SEALED_BLOCK_SIZE, SEALED_BLOCK_SIZE);
      rejects(key(), spliced);
    }
  }

  private static byte[] blocks(byte[] sealed, int... order) {
    byte[] out = new byte[order.length * SEALED_BLOCK_SIZE];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(
          sealed, order[i] * SEALED_BLOCK_SIZE, out, i * SEALED_BLOCK_SIZE, SEALED_BLOCK_SIZE);
    }
    return out;
  }

  @Test
  void everyPartOfTheContextAndBothKeysMatter() {
    byte[] sealed = seal(Hex.pattern(100, 1));
    byte[] vault = VAULT.clone();
    vault[15] ^= 1;
    ExtentContext[] others = {
      new ExtentContext(vault, 7, 1234567, 42),
      new ExtentContext(VAULT, 8, 1234567, 42),
      new ExtentContext(VAULT, 7, 1234568, 42),
      new ExtentContext(VAULT, 7, 1234567, 43),
    };
    for (ExtentContext other : others) {
      assertNotEquals(CONTEXT, other);
      rejects(ExtentKey.derive(Hex.secret(LEAF), Hex.secret(GROUP), other), sealed);
    }
    rejects(ExtentKey.derive(Hex.secret("03".repeat(32)), Hex.secret(GROUP), CONTEXT), sealed);
    rejects(ExtentKey.derive(Hex.secret(LEAF), Hex.secret("03".repeat(32)), CONTEXT), sealed);
    rejects(ExtentKey.derive(Hex.secret(GROUP), Hex.secret(LEAF), CONTEXT), sealed);
    assertThrows(
        IllegalArgumentException.class,
        () -> ExtentKey.derive(Secret.random(31), Hex.secret(GROUP), CONTEXT));
    assertThrows(IllegalArgumentException.class, () -> new ExtentContext(new byte[15], 0, 0, 0));
  }

  @Test
  void aRejectedBlockLeavesNothingOfThePlaintextInTheOutput() {
    byte[] plain = new byte[BLOCK_SIZE];
    Arrays.fill(plain, (byte) 0x5a);
    byte[] sealed = seal(plain);
    sealed[sealed.length - 1] ^= 1;
    byte[] out = new byte[BLOCK_SIZE];
    assertThrows(
        AuthenticationFailedException.class,
        () -> new ExtentSealer(key()).openBlock(0, true, sealed, 0, sealed.length, out, 0));
    for (byte b : out) {
      assertEquals(0, b);
    }
  }

  @Test
  void aSealerRefusesToRepeatANonce() {
    ExtentSealer sealer = new ExtentSealer(key());
    byte[] in = new byte[BLOCK_SIZE];
    byte[] out = new byte[SEALED_BLOCK_SIZE];
    sealer.sealBlock(0, false, in, 0, BLOCK_SIZE, out, 0);
    sealer.sealBlock(5, false, in, 0, BLOCK_SIZE, out, 0);
    for (long again : new long[] {0, 4, 5}) {
      assertThrows(
          IllegalStateException.class,
          () -> sealer.sealBlock(again, false, in, 0, BLOCK_SIZE, out, 0));
    }
    assertEquals(1 + TAG_SIZE, sealer.sealBlock(6, true, in, 0, 1, out, 0));
  }

  @Test
  void impossibleBlocksAreRefused() {
    ExtentSealer sealer = new ExtentSealer(key());
    byte[] in = new byte[2 * BLOCK_SIZE];
    byte[] out = new byte[3 * BLOCK_SIZE];
    assertThrows(
        IllegalArgumentException.class, () -> sealer.sealBlock(0, false, in, 0, 100, out, 0));
    assertThrows(IllegalArgumentException.class, () -> sealer.sealBlock(1, true, in, 0, 0, out, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> sealer.sealBlock(0, true, in, 0, BLOCK_SIZE + 1, out, 0));
    assertThrows(
        IllegalArgumentException.class, () -> sealer.sealBlock(-1, true, in, 0, 1, out, 0));
    assertThrows(
        IllegalArgumentException.class, () -> sealer.sealBlock(1L << 32, true, in, 0, 1, out, 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> sealer.sealBlock(0, true, in, 0, 100, new byte[115], 0));
  }

  @Test
  void aClosedKeyNeitherSealsNorOpens() {
    byte[] sealed = seal(new byte[10]);
    ExtentKey key = key();
    ExtentSealer sealer = new ExtentSealer(key);
    key.close();
    assertThrows(IllegalStateException.class, () -> sealer.sealExtent(new byte[10]));
    assertThrows(IllegalStateException.class, () -> sealer.openExtent(sealed));
  }

  /** The bytes were made by an independent implementation of the construction. */
  @Test
  void goldenExtentOpensAndIsReproduced() throws IOException {
    byte[] golden = resource("extent-v1.bin");
    byte[] plain = new byte[70_000];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) (i * 31 + i / 256);
    }
    assertArrayEquals(plain, new ExtentSealer(key()).openExtent(golden));
    assertTrue(MessageDigest.isEqual(golden, seal(plain)), "sealing gives other bytes");
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ExtentSealerTest.class.getResourceAsStream("/golden/" + name))) {
      return in.readAllBytes();
    }
  }
}
