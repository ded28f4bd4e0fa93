package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.pqc.crypto.xwing.XWingPrivateKeyParameters;
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

  /**
   * draft-connolly-cfrg-xwing-kem-08, appendix C, the first two vectors: secret key, seed of the
   * encapsulation, shared secret, and the ends of the public key and of the ciphertext. The shared
   * secret is a hash over what the middles give.
   */
  private static final String[][] X_WING = {
    {
      "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
      "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75"
          + "ab916a58d974918835d25e6a435085b2",
      "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
      "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5b19cfc3d",
      "eff389b27dce59844570216223593d4ba32d9abac8cd049040ef6534",
      "b83aa828d4d62b9a83ceffe1d3d3bb1ef31264643c070c5798927e41fb07914a273f8f96",
      "7f31ed6f7cb1600de56f17576740ce2a32fc5145030145cfb97e63e0e41d354274a079d3e6fb2e15"
    },
    {
      "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
      "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419df"
          + "b927e9df07348b196691abaeb580b32d",
      "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
      "0333285fa253661508c9fb444852caa4061636cb060e69943b431400134ae1fbc0228724",
      "cbb48fd4c562a576549f85b528c953926d96ea8a160b8843f1c89c62",
      "c93beb22326705699bbc3d1d0aa6339be7a405debe61a7c337e1a91453c097a6f77c1306",
      "00342d123f618aa8c91bdf6e0e03200693c9651e469aee6f91c98bea4127ae66312f4ae3ea155b67"
    }
  };

  /**
   * What lockboxes are sealed with: the published secret of X-Wing, put through the key schedule of
   * RFC 9180, section 5.1, written down here once more, opens what the suite sealed.
   */
  @Test
  void theSuiteIsXWingUnderHpke() throws Exception {
    for (String[] v : X_WING) {
      HPKE hpke = Suite.hpke();
      XWingPrivateKeyParameters secret = new XWingPrivateKeyParameters(hex(v[0]));
      byte[] publicKey = secret.getPublicKeyParameters().getEncoded();
      assertEnds(v[3], v[4], 1216, publicKey);
      byte[] info = {1, 2, 3};
      byte[] aad = {4};
      HPKEContextWithEncapsulation sender =
          hpke.setupBaseS(hpke.deserializePublicKey(publicKey), info, hex(v[1]));
      byte[] encapsulation = sender.getEncapsulation();
      assertEnds(v[5], v[6], 1120, encapsulation);
      byte[] sealed = sender.seal(aad, "two words".getBytes(StandardCharsets.US_ASCII));

      byte[][] keys = keySchedule(hex(v[2]), info);
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(keys[0], "AES"),
          new GCMParameterSpec(128, keys[1]));
      cipher.updateAAD(aad);
      assertEquals("two words", new String(cipher.doFinal(sealed), StandardCharsets.US_ASCII));
      assertArrayEquals(
          "two words".getBytes(StandardCharsets.US_ASCII),
          hpke.setupBaseR(encapsulation, hpke.deserializePrivateKey(hex(v[0]), publicKey), info)
              .open(aad, sealed));
    }
  }

  private static void assertEnds(String start, String end, int length, byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    assertEquals(length, bytes.length);
    assertTrue(hex.startsWith(start), hex);
    assertTrue(hex.endsWith(end), hex);
  }

  /** RFC 9180, section 5.1, for mode_base: key and base nonce. */
  private static byte[][] keySchedule(byte[] sharedSecret, byte[] info) throws Exception {
    byte[] none = {};
    byte[] context =
        Records.concat(
            new byte[] {0},
            labeledExtract(none, "psk_id_hash", none),
            labeledExtract(none, "info_hash", info));
    byte[] secret = labeledExtract(sharedSecret, "secret", none);
    return new byte[][] {
      labeledExpand(secret, "key", context, 32), labeledExpand(secret, "base_nonce", context, 12)
    };
  }

  private static byte[] labeled(String label) {
    // "HPKE" and the identifiers of X-Wing, HKDF-SHA256 and AES-256-GCM
    return Records.concat(Records.ascii("HPKE-v1HPKE"), hex("647a00010002"), Records.ascii(label));
  }

  private static byte[] labeledExtract(byte[] salt, String label, byte[] input) throws Exception {
    return hmac(salt.length == 0 ? new byte[32] : salt, labeled(label), input);
  }

  private static byte[] labeledExpand(byte[] key, String label, byte[] info, int length)
      throws Exception {
    byte[] prefix = {0, (byte) length};
    byte[] first = hmac(key, prefix, labeled(label), info, new byte[] {1});
    return Arrays.copyOf(first, length);
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  /**
   * draft-celi-acvp-ml-dsa, tables 1 and 2, for ML-DSA-65: seed, SHA-256 of public and secret key,
   * message as signed inside, SHA-256 of the deterministic signature.
   */
  private static final String[][] ML_DSA_65 = {
    {
      "464756A985E5DF03739D95DD309C1ED9C5B04254CC294E7E7EB9B9365EE15117",
      "AE95EA0DAA80199E7B4A74EB5A1B1DC6C3805BD01D2FA78D7C4FBA8C255AA13D",
      "491101BBA044DE6E44A63796C33CDA051BB05A60725B87AF4BA9DB940C03AC09",
      "8E08EA0C8DB941685B9905A73B0B57BAD3500B1F73490480B24375B41230CC04"
    },
    {
      "235A48DB4CA7916B884F424A8586EFD517E87C64AECEC0FCE9A3CC212BA1522E",
      "1AC58A909DB4D7BC2473AB5E24AF768279C76F86A82D448258E24EEA4EA6B713",
      "F8CE85CB2EC474FFBF5A3FFAE029CE6F4526B8D597655067F97F438B81071E9B",
      "AE9531A01738615B6D33C77B3FF618A86E101FDC4C8504681F0EDFA64511AD63"
    },
    {
      "26B605C78AC762FA1634C6F91DD117C4FBFF7F3A7E7781F0CC83B6281F04AD7F",
      "5DA13E571DF80867A8F27E0FF81BE7252A1ABF89B3D6A03D4036AF643EFBB04B",
      "C9B07E7DDC0274468F312F5C692A54AC73D1E34D8638E20A2CD3C788F27D4355",
      "12A4637E3A833A5A2A46F6A991399E544B62A230B7AA82F7366840FF6A88DE61"
    },
    {
      "9191CF381BEE17475C011986EFB6AFB1EFA6997442FD33427353F1DA1AA39FC0",
      "7930D4E52BA03B61DAA57743B39E291D824DC156356C6B1A8232574D5C8BDD08",
      "E616E36E81AA1EC39262109421AE0DDDA5E3B5A8F4A252BCA27AE882538DF618",
      "3D758ACE312433D780403B3D4273171FB93D008B395352142C6DC5173E517310"
    }
  };

  @Test
  void mlDsa65() throws Exception {
    for (String[] v : ML_DSA_65) {
      MLDSAPrivateKeyParameters key =
          new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_65, hex(v[0]));
      byte[] publicKey = key.getPublicKey();
      byte[] expanded =
          Records.concat(
              key.getRho(), key.getK(), key.getTr(), key.getS1(), key.getS2(), key.getT0());
      assertArrayEquals(hex(v[1]), Records.sha256(publicKey, expanded));
      // mu, as FIPS 204, algorithm 7, computes it; our messages reach it by the context-free path.
      SHAKEDigest shake = new SHAKEDigest(256);
      shake.update(key.getTr(), 0, 64);
      shake.update(hex(v[2]), 0, 32);
      byte[] mu = new byte[64];
      shake.doFinal(mu, 0, 64);
      MLDSASigner signer = new MLDSASigner();
      signer.init(true, key);
      byte[] signature = signer.generateMuSignature(mu);
      assertArrayEquals(hex(v[3]), Records.sha256(signature));
      MLDSASigner verifier = new MLDSASigner();
      verifier.init(false, new MLDSAPublicKeyParameters(MLDSAParameters.ml_dsa_65, publicKey));
      assertTrue(verifier.verifyMuSignature(mu, signature));
    }
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
