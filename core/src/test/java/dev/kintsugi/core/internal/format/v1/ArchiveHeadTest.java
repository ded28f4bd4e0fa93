package dev.kintsugi.core.internal.format.v1;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ArchiveHeadTest {
  private static final byte[] ARCHIVE = Samples.bytes(0x60, 16);
  private static final ArchiveHead HEAD = Samples.head();

  private final Secret root = Samples.root();
  private final Secret key = RootKeys.headKey(root);
  private final byte[] sealed = HEAD.seal(key, ArchiveHead.HEAD, ARCHIVE);

  @AfterEach
  void wipe() {
    key.close();
    root.close();
  }

  private ArchiveHead open(byte[] bytes) {
    return ArchiveHead.open(key, ArchiveHead.HEAD, ARCHIVE, bytes);
  }

  @Test
  void whatWasSealedIsOpenedAndNoTwoSealsAreAlike() {
    assertEquals(ArchiveHead.LENGTH, sealed.length);
    assertEquals(HEAD, open(sealed));
    assertFalse(Arrays.equals(sealed, HEAD.seal(key, ArchiveHead.HEAD, ARCHIVE)));
    ArchiveHead extreme = new ArchiveHead(Long.MAX_VALUE, -1, Long.MAX_VALUE, Long.MIN_VALUE);
    assertEquals(extreme, open(extreme.seal(key, ArchiveHead.HEAD, ARCHIVE)));
  }

  @Test
  void everyFlippedBitIsRefused() {
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      byte[] flipped = ShardRecordTest.flip(sealed, bit);
      Class<? extends KintsugiException> expected =
          bit < 32
              ? FormatException.class
              : bit < 48 ? UnsupportedFormatException.class : IntegrityException.class;
      assertThrows(expected, () -> open(flipped), "bit " + bit);
    }
  }

  @Test
  void everyOtherLengthIsRefused() {
    for (int length = 0; length <= 2 * sealed.length; length++) {
      if (length != sealed.length) {
        byte[] other = Arrays.copyOf(sealed, length);
        assertThrows(FormatException.class, () -> open(other), "length " + length);
      }
    }
  }

  @Test
  void anotherRecordArchiveOrVaultIsRefused() {
    byte[] other = Samples.bytes(0x61, 16);
    assertThrows(
        IntegrityException.class, () -> ArchiveHead.open(key, ArchiveHead.INTENT, ARCHIVE, sealed));
    assertThrows(
        IntegrityException.class, () -> ArchiveHead.open(key, ArchiveHead.HEAD, other, sealed));
    try (Secret wrong = RootKeys.markerKey(root)) {
      assertThrows(
          IntegrityException.class,
          () -> ArchiveHead.open(wrong, ArchiveHead.HEAD, ARCHIVE, sealed));
    }
  }

  @Test
  void authenticNumbersOutOfRangeAreRefused() {
    for (long[] fields : new long[][] {{0, 1, 1, 1}, {1, 1, 0, 1}, {-1, 1, 1, 1}, {1, 1, -1, 1}}) {
      ByteBuffer plain = ByteBuffer.allocate(32);
      Arrays.stream(fields).forEach(plain::putLong);
      ByteBuffer start = ByteBuffer.wrap(sealed, 0, 6);
      byte[] associated =
          ByteBuffer.allocate(26).put(start).put(ARCHIVE).put("head".getBytes(US_ASCII)).array();
      byte[] record =
          ByteBuffer.allocate(ArchiveHead.LENGTH)
              .put(sealed, 0, 6)
              .put(Aead.seal(key, associated, plain.array()))
              .array();
      assertThrows(FormatException.class, () -> open(record), Arrays.toString(fields));
      assertThrows(
          IllegalArgumentException.class,
          () -> new ArchiveHead(fields[0], fields[1], fields[2], fields[3]));
    }
  }

  @Test
  void mutatedBytesNeverDoWorseThanATypedError() {
    long seed = 0x4ead;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = RecordParsersTest.mutate(sealed, random);
      if (!Arrays.equals(bytes, sealed)) {
        assertThrows(
            KintsugiException.class, () -> open(bytes), "seed " + seed + ", round " + round);
      }
    }
  }
}
