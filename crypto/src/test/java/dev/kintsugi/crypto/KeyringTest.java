package dev.kintsugi.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.Keyring.Purpose;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class KeyringTest {
  private static final Argon2Parameters CHEAP = new Argon2Parameters(8, 1, 1);
  private static final char[] PASSPHRASE = "correct horse \u00e9".toCharArray();
  private static final byte[] EXTRA = "{\"archives\":[]}".getBytes(StandardCharsets.UTF_8);
  private static final Keyring VAULT = new Keyring(Purpose.VAULT);
  private static final Keyring KIT = new Keyring(Purpose.RECOVERY_KIT);

  private final Secret root = Hex.secret("c0".repeat(32));

  @Test
  void opensWhatItSealed() {
    for (byte[] extra : new byte[][] {new byte[0], EXTRA, new byte[100_000]}) {
      byte[] record = VAULT.seal(root, extra, PASSPHRASE, CHEAP);
      try (Keyring.Opened opened = VAULT.open(record, PASSPHRASE)) {
        assertEquals(root, opened.root());
        assertArrayEquals(extra, opened.extra());
        assertEquals(CHEAP, opened.parameters());
        assertFalse(opened.toString().contains("c0c0"));
      }
    }
  }

  @Test
  void closingWipesRootAndExtra() {
    Keyring.Opened opened = VAULT.open(VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP), PASSPHRASE);
    opened.close();
    assertTrue(opened.root().isClosed());
    assertArrayEquals(new byte[EXTRA.length], opened.extra());
  }

  @Test
  void defaultCostWorks() {
    byte[] record = VAULT.seal(root, EXTRA, PASSPHRASE, Argon2Parameters.DEFAULT);
    try (Keyring.Opened opened = VAULT.open(record, PASSPHRASE)) {
      assertEquals(new Argon2Parameters(65_536, 3, 1), opened.parameters());
    }
  }

  @Test
  void wrongPassphraseIsToldApartFromDamage() {
    byte[] record = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    for (String wrong : new String[] {"correct horse", "Correct horse \u00e9", " ", ""}) {
      assertThrows(WrongPassphraseException.class, () -> VAULT.open(record, wrong.toCharArray()));
    }
    int mutants =
        Mutations.each(
            record,
            m ->
                assertFalse(
                    assertThrows(CryptoException.class, () -> VAULT.open(m, PASSPHRASE))
                        instanceof WrongPassphraseException,
                    "accidental damage must not look like a wrong passphrase"));
    assertTrue(mutants > 8 * record.length);
  }

  @Test
  void forgeryWithAMatchingChecksumIsRejected() {
    byte[] record = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    // Without the fields whose change would cost a lot of work or memory: they are bounded below.
    Mutations.each(
        Arrays.copyOf(record, record.length - 4),
        m -> {
          byte[] forged = withChecksum(m);
          boolean costs = forged.length == record.length && differs(forged, record, 8, 20);
          if (!costs && !Arrays.equals(forged, record)) {
            assertThrows(CryptoException.class, () -> VAULT.open(forged, PASSPHRASE));
          }
        });
  }

  @Test
  void purposesCannotPassForEachOther() {
    byte[] kit = KIT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    String message =
        assertThrows(MalformedRecordException.class, () -> VAULT.open(kit, PASSPHRASE))
            .getMessage();
    assertEquals("not a vault keyring, but a recovery kit", message);
    // Relabelled by somebody who also mends the checksum: the associated data gives it away.
    byte[] relabelled = edited(kit, b -> b.put(6, (byte) 1));
    assertThrows(WrongPassphraseException.class, () -> VAULT.open(relabelled, PASSPHRASE));
    KIT.open(kit, PASSPHRASE).close();
  }

  @Test
  void hostileParametersAreRefusedBeforeAnyWork() {
    byte[] record = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    int[][] hostile = {
      {8, Integer.MAX_VALUE},
      {8, (1 << 20) + 1},
      {8, -1},
      {8, 0},
      {12, 65},
      {12, -1},
      {12, 0},
      {16, 17},
      {16, 0},
      {16, Integer.MIN_VALUE},
      {36, Integer.MAX_VALUE},
      {36, -1},
      {36, 0}
    };
    for (int[] h : hostile) {
      byte[] edited = edited(record, b -> b.putInt(h[0], h[1]));
      assertThrows(MalformedRecordException.class, () -> VAULT.open(edited, PASSPHRASE));
    }
  }

  @Test
  void otherVersionsAndAlgorithmsAreUnsupportedNotMalformed() {
    byte[] record = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    for (int version : new int[] {0, 2, 0xffff}) {
      byte[] edited = edited(record, b -> b.putShort(4, (short) version));
      assertThrows(UnsupportedVersionException.class, () -> VAULT.open(edited, PASSPHRASE));
    }
    byte[] otherKdf = edited(record, b -> b.put(7, (byte) 2));
    assertThrows(UnsupportedVersionException.class, () -> VAULT.open(otherKdf, PASSPHRASE));
    assertThrows(MalformedRecordException.class, () -> VAULT.open(EXTRA, PASSPHRASE), "no magic");
  }

  @Test
  void lengthsAreBounded() {
    assertThrows(IllegalArgumentException.class, () -> VAULT.seal(root, EXTRA, new char[0], CHEAP));
    assertThrows(
        IllegalArgumentException.class,
        () -> VAULT.seal(Secret.random(Keyring.MAX_ROOT_LENGTH + 1), EXTRA, PASSPHRASE, CHEAP));
  }

  @Test
  void sealingTwiceSharesNothingButTheHeader() {
    byte[] a = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    byte[] b = VAULT.seal(root, EXTRA, PASSPHRASE, CHEAP);
    assertFalse(Arrays.equals(Arrays.copyOfRange(a, 20, 36), Arrays.copyOfRange(b, 20, 36)));
    assertFalse(Arrays.equals(Arrays.copyOfRange(a, 40, 90), Arrays.copyOfRange(b, 40, 90)));
  }

  @Test
  void goldenRecordsOpen() throws IOException {
    try (Keyring.Opened vault =
            VAULT.open(ExtentSealerTest.resource("keyring-v1.bin"), PASSPHRASE);
        Keyring.Opened kit =
            KIT.open(ExtentSealerTest.resource("recovery-kit-v1.bin"), PASSPHRASE)) {
      assertEquals(root, vault.root());
      assertArrayEquals(EXTRA, vault.extra());
      assertEquals(new Argon2Parameters(1024, 2, 2), vault.parameters());
      assertEquals(root, kit.root());
      assertEquals(0, kit.extra().length);
    }
  }

  private static boolean differs(byte[] a, byte[] b, int from, int to) {
    return !Arrays.equals(Arrays.copyOfRange(a, from, to), Arrays.copyOfRange(b, from, to));
  }

  private static byte[] edited(byte[] record, Consumer<ByteBuffer> edit) {
    byte[] body = Arrays.copyOf(record, record.length - 4);
    edit.accept(ByteBuffer.wrap(body));
    return withChecksum(body);
  }

  private static byte[] withChecksum(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    return ByteBuffer.allocate(body.length + 4).put(body).putInt((int) crc.getValue()).array();
  }
}
