package dev.kintsugi.crypto.group;

import org.bouncycastle.crypto.hpke.HPKE;

/**
 * The one HPKE suite: X-Wing (X25519 and ML-KEM-768), HKDF-SHA256, AES-256-GCM, base mode (RFC
 * 9180; draft-connolly-cfrg-xwing-kem). Identifiers are those of the HPKE registry.
 */
final class Suite {
  static final int X_WING = 0x647a;
  static final int HKDF_SHA256 = 0x0001;
  static final int AES_256_GCM = 0x0002;
  static final int ENCAPSULATION_LENGTH = 1120;

  private Suite() {}

  static HPKE hpke() {
    return new HPKE(HPKE.mode_base, (short) X_WING, (short) HKDF_SHA256, (short) AES_256_GCM);
  }
}
