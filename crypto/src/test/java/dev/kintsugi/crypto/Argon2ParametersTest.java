package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class Argon2ParametersTest {
  private static final Argon2Parameters CHEAP = new Argon2Parameters(8, 1, 1);

  /** RFC 9106, section 5.3. */
  @Test
  void rfc9106TestVector() {
    byte[] tag =
        new Argon2Parameters(32, 3, 4)
            .argon2id(filled(32, 1), filled(16, 2), filled(8, 3), filled(12, 4), 32);
    assertEquals("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", Hex.text(tag));
  }

  @Test
  void boundsAreEnforced() {
    int[][] bad = {
      {7, 1, 1},
      {15, 1, 2},
      {(1 << 20) + 1, 1, 1},
      {8, 0, 1},
      {8, 65, 1},
      {8, 1, 0},
      {1024, 1, 17},
      {1 << 20, 17, 1},
      {-1, 1, 1},
      {Integer.MIN_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE}
    };
    for (int[] b : bad) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new Argon2Parameters(b[0], b[1], b[2]),
          Arrays.toString(b));
    }
    assertEquals(1 << 20, new Argon2Parameters(1 << 20, 16, 16).memoryKib());
  }

  @Test
  void composedAndDecomposedTextGiveOneKey() {
    byte[] salt = new byte[16];
    Secret composed = CHEAP.derive("caf\u00e9".toCharArray(), salt, 32);
    Secret decomposed = CHEAP.derive("cafe\u0301".toCharArray(), salt, 32);
    assertEquals(composed, decomposed);
    assertNotEquals(composed, CHEAP.derive("cafe".toCharArray(), salt, 32));
    assertNotEquals(composed, CHEAP.derive("caf\u00e9".toCharArray(), filled(16, 1), 32));
  }

  @Test
  void passphraseStaysUntouched() {
    char[] passphrase = "se\u0301cret".toCharArray();
    char[] copy = passphrase.clone();
    CHEAP.derive(passphrase, new byte[16], 32).close();
    assertArrayEquals(copy, passphrase);
  }

  private static byte[] filled(int n, int value) {
    byte[] bytes = new byte[n];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
