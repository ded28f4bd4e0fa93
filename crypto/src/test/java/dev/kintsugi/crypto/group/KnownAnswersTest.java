package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;

/** The library below gives the answers of the standards. */
final class KnownAnswersTest {
  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  /** RFC 8032, section 7.1, tests 1 and 2. */
  @Test
  void ed25519() {
    String[][] cases = {
      {
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            + "d25bf5f0595bbe24655141438e7a100b"
      },
      {
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            + "387b2eaeb4302aeeb00d291612bb0c00"
      }
    };
    for (String[] c : cases) {
      Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(hex(c[0]));
      assertArrayEquals(hex(c[1]), key.generatePublicKey().getEncoded());
      Ed25519Signer signer = new Ed25519Signer();
      signer.init(true, key);
      signer.update(hex(c[2]), 0, c[2].length() / 2);
      assertArrayEquals(hex(c[3]), signer.generateSignature());
      Ed25519Signer verifier = new Ed25519Signer();
      verifier.init(false, new Ed25519PublicKeyParameters(hex(c[1])));
      verifier.update(hex(c[2]), 0, c[2].length() / 2);
      assertTrue(verifier.verifySignature(hex(c[3])));
    }
  }

  /** RFC 9180, appendix A.1.1: base mode, X25519, HKDF-SHA256, AES-128-GCM. */
  @Test
  void hpkeBaseMode() throws Exception {
    HPKE hpke =
        new HPKE(
            HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
    byte[] plain =
        hpke.open(
            hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
            hpke.deserializePrivateKey(
                hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
                hex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")),
            hex("4f6465206f6e2061204772656369616e2055726e"),
            hex("436f756e742d30"),
            hex(
                "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"),
            null,
            null,
            null);
    assertEquals("Beauty is truth, truth beauty", new String(plain, StandardCharsets.US_ASCII));
  }

  /** RFC 9162, section 2.1.1, by its recursive definition. */
  @Test
  void merkleTreeIsThatOfCertificateTransparency() {
    for (int n = 0; n < 70; n++) {
      MerkleRoot root = new MerkleRoot();
      byte[][] parts = new byte[n][];
      for (int i = 0; i < n; i++) {
        parts[i] = new byte[] {(byte) i, 5};
        root.add(parts[i]);
      }
      byte[] expected = Records.sha256(new byte[] {2}, Records.number(n), treeHash(parts));
      assertArrayEquals(expected, root.root(), n + " parts");
    }
  }

  private static byte[] treeHash(byte[][] parts) {
    if (parts.length == 0) {
      return Records.sha256();
    }
    if (parts.length == 1) {
      return Records.sha256(new byte[] {0}, parts[0]);
    }
    int k = Integer.highestOneBit(parts.length - 1);
    return Records.sha256(
        new byte[] {1},
        treeHash(Arrays.copyOf(parts, k)),
        treeHash(Arrays.copyOfRange(parts, k, parts.length)));
  }
}
