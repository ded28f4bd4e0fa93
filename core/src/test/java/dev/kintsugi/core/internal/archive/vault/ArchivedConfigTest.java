package dev.kintsugi.core.internal.archive.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ArchivedConfigTest {
  private static final byte[] ARCHIVE = counting(0x60, 16);
  private static final ArchivedConfig SAMPLE =
      new ArchivedConfig(3, 41, VaultDirectoryTest.config("a", "b", "c"));

  private final Secret root = Secret.copyOf(counting(1, 32));
  private final Secret key = RootKeys.configKey(root);
  private final byte[] sealed = SAMPLE.seal(key, ARCHIVE);

  @AfterEach
  void wipe() {
    key.close();
    root.close();
  }

  private static byte[] counting(int start, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (start + i);
    }
    return bytes;
  }

  private ArchivedConfig open(byte[] bytes) {
    return ArchivedConfig.open(key, ARCHIVE, bytes);
  }

  @Test
  void theGoldenFileIsOpened() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("archived-config.hex"))) {
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      assertEquals(SAMPLE, open(HexFormat.of().parseHex(hex.replaceAll("\\s", ""))));
    }
  }

  @Test
  void whatWasSealedIsOpenedPaddedAndNeverAlike() {
    assertEquals(SAMPLE, open(sealed));
    assertFalse(Arrays.equals(sealed, SAMPLE.seal(key, ARCHIVE)));
    ArchivedConfig small = new ArchivedConfig(1, 1, VaultDirectoryTest.config("a"));
    assertEquals(sealed.length, small.seal(key, ARCHIVE).length);
  }

  @Test
  void everyFlippedBitAndEveryOtherLengthIsRefused() {
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      byte[] flipped = sealed.clone();
      flipped[bit / 8] ^= (byte) (0x80 >> bit % 8);
      Class<? extends KintsugiException> expected =
          bit < 32
              ? FormatException.class
              : bit < 48 ? UnsupportedFormatException.class : IntegrityException.class;
      assertThrows(expected, () -> open(flipped), "bit " + bit);
    }
    for (int length = 0; length < sealed.length + 50; length++) {
      byte[] other = Arrays.copyOf(sealed, length);
      if (length != sealed.length) {
        assertThrows(KintsugiException.class, () -> open(other), "length " + length);
      }
    }
  }

  @Test
  void anotherArchiveOrVaultIsRefused() {
    byte[] other = counting(0x61, 16);
    assertThrows(IntegrityException.class, () -> ArchivedConfig.open(key, other, sealed));
    try (Secret wrong = RootKeys.headKey(root)) {
      assertThrows(IntegrityException.class, () -> ArchivedConfig.open(wrong, ARCHIVE, sealed));
    }
  }

  @Test
  void theLaterOneIsTheGreater() {
    VaultConfig config = SAMPLE.config();
    assertTrue(new ArchivedConfig(2, 1, config).compareTo(new ArchivedConfig(1, 9, config)) > 0);
    assertTrue(new ArchivedConfig(2, 1, config).compareTo(new ArchivedConfig(2, 2, config)) < 0);
  }
}
