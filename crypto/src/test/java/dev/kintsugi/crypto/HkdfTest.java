package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Known answers of RFC 5869, appendix A. */
final class HkdfTest {
  private static void check(String ikm, String salt, String info, String prk, String okm) {
    try (Secret input = Hex.secret(ikm)) {
      assertEquals(prk, Hex.text(Hkdf.extract(input, Hex.bytes(salt))));
      assertEquals(
          okm, Hex.text(Hkdf.derive(input, Hex.bytes(salt), Hex.bytes(info), okm.length() / 2)));
    }
  }

  private static String range(int from, int count) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < count; i++) {
      hex.append("%02x".formatted(from + i));
    }
    return hex.toString();
  }

  @Test
  void case1Basic() {
    check(
        "0b".repeat(22),
        range(0, 13),
        range(0xf0, 10),
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  }

  @Test
  void case2Long() {
    check(
        range(0, 80),
        range(0x60, 80),
        range(0xb0, 80),
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  }

  @Test
  void case3WithoutSaltAndInfo() {
    check(
        "0b".repeat(22),
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  @Test
  void lengthIsBounded() {
    try (Secret ikm = Secret.random(32)) {
      assertEquals(
          Hkdf.MAX_LENGTH, Hkdf.derive(ikm, new byte[0], new byte[0], Hkdf.MAX_LENGTH).length());
      assertThrows(
          IllegalArgumentException.class,
          () -> Hkdf.derive(ikm, new byte[0], new byte[0], Hkdf.MAX_LENGTH + 1));
      assertThrows(
          IllegalArgumentException.class, () -> Hkdf.derive(ikm, new byte[0], new byte[0], 0));
    }
    try (Secret tooShort = Secret.random(31)) {
      assertThrows(IllegalArgumentException.class, () -> Hkdf.expand(tooShort, new byte[0], 32));
    }
  }
}
