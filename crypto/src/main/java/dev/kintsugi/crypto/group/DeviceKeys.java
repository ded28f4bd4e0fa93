package dev.kintsugi.crypto.group;

import dev.kintsugi.crypto.Hkdf;
import dev.kintsugi.crypto.Secret;
import java.util.function.Function;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.MLDSASigner;

/**
 * The private side of a member's device: signs with Ed25519 and ML-DSA-65, opens lockboxes with
 * X-Wing. All three key pairs are derived from one seed of 32 bytes, so that a device is backed up
 * by it.
 *
 * <p>Thread-safe. Closing wipes the seed; Bouncy Castle's key objects are left to the collector.
 */
public final class DeviceKeys implements AutoCloseable {
  /** Length of a seed in bytes. */
  public static final int SEED_LENGTH = 32;

  private final Secret seed;
  private final Ed25519PrivateKeyParameters ed25519;
  private final MLDSAPrivateKeyParameters mlDsa;
  private final AsymmetricCipherKeyPair xWing;
  private final DeviceId id;

  /**
   * Derives a device's keys.
   *
   * @param seed 32 uniformly random bytes; copied
   */
  public DeviceKeys(Secret seed) {
    if (seed.length() != SEED_LENGTH) {
      throw new IllegalArgumentException(
          "seed (%d bytes) must have %d".formatted(seed.length(), SEED_LENGTH));
    }
    this.seed = seed.copy();
    this.ed25519 = derive("ed25519", Ed25519PrivateKeyParameters::new);
    this.mlDsa =
        derive("ml-dsa-65", s -> new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_65, s));
    HPKE hpke = Suite.hpke();
    this.xWing = derive("x-wing", hpke::deriveKeyPair);
    this.id =
        DeviceId.of(
            ed25519.generatePublicKey().getEncoded(),
            mlDsa.getPublicKeyParameters().getEncoded(),
            hpke.serializePublicKey(xWing.getPublic()));
  }

  /** Lends a seed of its own to what makes a key of it, and wipes it afterwards. */
  private <T> T derive(String purpose, Function<byte[], T> make) {
    byte[] info = Records.ascii("kintsugi device v1 " + purpose);
    try (Secret key = Hkdf.derive(seed, new byte[0], info, SEED_LENGTH)) {
      return key.use(make);
    }
  }

  /**
   * Returns the public side.
   *
   * @return the device's id
   */
  public DeviceId id() {
    return id;
  }

  AsymmetricCipherKeyPair xWing() {
    checkOpen();
    return xWing;
  }

  byte[] signEd25519(byte[] message) {
    checkOpen();
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, ed25519);
    signer.update(message, 0, message.length);
    return signer.generateSignature();
  }

  byte[] signMlDsa(byte[] message) {
    checkOpen();
    MLDSASigner signer = new MLDSASigner();
    signer.init(true, new ParametersWithRandom(mlDsa));
    signer.update(message, 0, message.length);
    try {
      return signer.generateSignature();
    } catch (CryptoException e) {
      throw new IllegalStateException("ML-DSA refused to sign", e);
    }
  }

  private void checkOpen() {
    if (seed.isClosed()) {
      throw new IllegalStateException("the device keys were closed");
    }
  }

  @Override
  public void close() {
    seed.close();
    mlDsa.destroy();
  }

  @Override
  public String toString() {
    return "DeviceKeys[" + id + "]";
  }
}
