package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.MalformedRecordException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.jspecify.annotations.Nullable;

/**
 * The public side of a member's device: what others verify its signatures with and seal lockboxes
 * to. Equal if the encodings are. Its fingerprint names it; whoever first learns of a device
 * compares fingerprints over a channel they trust.
 *
 * <p>Encoding: magic "KTDI" ‖ version (2) ‖ algorithm ids: Ed25519 0x0001, ML-DSA-65 0x0002, X-Wing
 * 0x647a (2 each) ‖ the three public keys (32, 1952, 1216 bytes).
 */
public final class DeviceId {
  /** Length of a fingerprint in bytes. */
  public static final int FINGERPRINT_LENGTH = 32;

  static final int VERSION = 1;
  static final int ED25519 = 0x0001;
  static final int ML_DSA_65 = 0x0002;
  static final int ED25519_KEY = 32;
  static final int ML_DSA_KEY = 1952;
  static final int X_WING_KEY = 1216;

  /** Length of an encoded device in bytes. */
  static final int ENCODED_LENGTH = 12 + ED25519_KEY + ML_DSA_KEY + X_WING_KEY;

  private final byte[] encoded;
  private final byte[] fingerprint;
  private final Ed25519PublicKeyParameters ed25519;
  private final MLDSAPublicKeyParameters mlDsa;
  private final byte[] xWing;

  private DeviceId(byte[] encoded, byte[] ed25519, byte[] mlDsa, byte[] xWing) {
    this.encoded = encoded;
    this.fingerprint = Records.sha256(encoded);
    this.ed25519 = new Ed25519PublicKeyParameters(ed25519);
    this.mlDsa = new MLDSAPublicKeyParameters(MLDSAParameters.ml_dsa_65, mlDsa);
    this.xWing = xWing;
  }

  static DeviceId of(byte[] ed25519, byte[] mlDsa, byte[] xWing) {
    return decode(
        Records.concat(
            Records.ascii("KTDI"),
            new byte[] {0, VERSION, 0, ED25519, 0, ML_DSA_65},
            new byte[] {(byte) (Suite.X_WING >> 8), (byte) Suite.X_WING},
            ed25519,
            mlDsa,
            xWing));
  }

  /**
   * Reads an encoded device, with which signatures can be verified and to which lockboxes can be
   * sealed: keys that are none are refused here.
   *
   * @param encoded what {@link #encoded()} returned
   * @return the device
   * @throws MalformedRecordException if it is no device, or one of its keys is none
   * @throws dev.kintsugi.crypto.UnsupportedVersionException if version or algorithms are unknown
   */
  public static DeviceId decode(byte[] encoded) {
    Records.Reader in = new Records.Reader("device", encoded);
    in.magic("KTDI", VERSION);
    in.algorithm("signature", ED25519);
    in.algorithm("signature", ML_DSA_65);
    in.algorithm("key encapsulation", Suite.X_WING);
    byte[] ed25519 = in.bytes(ED25519_KEY);
    byte[] mlDsa = in.bytes(ML_DSA_KEY);
    byte[] xWing = in.bytes(X_WING_KEY);
    in.end();
    XWingKeys.check(xWing);
    try {
      return new DeviceId(encoded.clone(), ed25519, mlDsa, xWing);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("device: impossible public key", e);
    }
  }

  /**
   * Returns the encoding.
   *
   * @return a copy
   */
  public byte[] encoded() {
    return encoded.clone();
  }

  /**
   * Returns SHA-256 of the encoding.
   *
   * @return a copy, {@value #FINGERPRINT_LENGTH} bytes
   */
  public byte[] fingerprint() {
    return fingerprint.clone();
  }

  byte[] xWing() {
    return xWing.clone();
  }

  boolean verifyEd25519(byte[] message, byte[] signature) {
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, ed25519);
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature);
  }

  boolean verifyMlDsa(byte[] message, byte[] signature) {
    MLDSASigner verifier = new MLDSASigner();
    verifier.init(false, mlDsa);
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DeviceId that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "device " + HexFormat.of().formatHex(fingerprint, 0, 8);
  }
}
