package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.MalformedRecordException;
import java.math.BigInteger;
import java.util.Set;

/**
 * Whether bytes are a public key of X-Wing that can be sealed to: FIPS 203, section 7.2, wants
 * every coefficient of the ML-KEM-768 key below q, and a point of small order gives X25519 no
 * secret (RFC 7748, section 6.1), which makes encapsulation fail.
 */
final class XWingKeys {
  private static final int COEFFICIENTS = 1152; // bytes, two coefficients in three of them
  private static final int X25519_AT = 1184;
  private static final int Q = 3329;

  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /** The u-coordinates of the points of order 1, 2, 4 and 8 on the curve and its twist. */
  static final Set<BigInteger> SMALL_ORDER =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          P.subtract(BigInteger.ONE),
          new BigInteger(
              "325606250916557431795983626356110631294008115727848805560023387167927233504"),
          new BigInteger(
              "39382357235489614581723060781553021112529911719440698176882885853963445705823"));

  private XWingKeys() {}

  static void check(byte[] key) {
    for (int i = 0; i < COEFFICIENTS; i += 3) {
      int first = (key[i] & 0xff) | ((key[i + 1] & 0x0f) << 8);
      int second = ((key[i + 1] & 0xf0) >> 4) | ((key[i + 2] & 0xff) << 4);
      if (first >= Q || second >= Q) {
        throw new MalformedRecordException(
            "device: ML-KEM-768 key with coefficients %d, %d at byte %d; the modulus is %d"
                .formatted(first, second, i, Q));
      }
    }
    byte[] u = new byte[32];
    for (int i = 0; i < u.length; i++) {
      u[i] = key[X25519_AT + u.length - 1 - i];
    }
    u[0] &= 0x7f;
    if (SMALL_ORDER.contains(new BigInteger(1, u).mod(P))) {
      throw new MalformedRecordException("device: X25519 key of small order");
    }
  }
}
