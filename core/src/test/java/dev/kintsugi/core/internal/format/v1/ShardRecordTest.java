package dev.kintsugi.core.internal.format.v1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ShardRecordTest {
  private static final int PAYLOAD = 70;

  private final GroupKeys keys = Samples.keys();
  private final GroupKeys otherKeys = Samples.otherKeys();

  @AfterEach
  void wipe() {
    keys.close();
    otherKeys.close();
  }

  /** How far a record gets. */
  private enum Level {
    STRUCTURE,
    CHECKSUM,
    SEAL,
    MAC,
    INTACT
  }

  private Level failsAt(byte[] record) {
    ShardRecord parsed;
    try {
      parsed = ShardRecord.parse(record, 0, record.length);
    } catch (FormatException e) {
      return Level.STRUCTURE;
    }
    if (parsed.checksumProblem().isPresent()) {
      return Level.CHECKSUM;
    }
    Optional<ShardHeader.Authenticated> opened = parsed.prefix().open(keys.shards(), Samples.NAME);
    if (opened.isEmpty()) {
      return Level.SEAL;
    }
    return parsed.payloadAuthentic(keys.shards(), opened.get()) ? Level.INTACT : Level.MAC;
  }

  @Test
  void anUnchangedRecordPassesEveryLevel() {
    byte[] record = Samples.smallShard();
    assertEquals(ShardRecord.recordLength(PAYLOAD), record.length);
    assertEquals(Level.INTACT, failsAt(record));
    ShardRecord parsed = ShardRecord.parse(record, 0, record.length);
    assertEquals(PAYLOAD, parsed.payloadLength());
    assertEquals(
        Samples.HEADER, parsed.prefix().open(keys.shards(), Samples.NAME).orElseThrow().header());
    assertArrayEquals(
        Samples.bytes(7, 70),
        Arrays.copyOfRange(record, parsed.payloadOffset(), parsed.payloadOffset() + PAYLOAD));
    assertEquals(Level.INTACT, failsAt(Samples.largeShard()));
  }

  @Test
  void everyBitThatAnAccidentFlipsIsFoundWithoutKeys() {
    byte[] record = Samples.smallShard();
    for (int bit = 0; bit < 8 * record.length; bit++) {
      byte[] flipped = flip(record, bit);
      Level level = failsAt(flipped);
      int at = bit / 8;
      boolean structural = at < 8 || (at >= 216 && at < 224);
      assertEquals(structural ? Level.STRUCTURE : Level.CHECKSUM, level, "bit " + bit);
    }
  }

  @Test
  void everyBitThatAForgerFlipsIsFoundWithKeys() {
    byte[] record = Samples.smallShard();
    for (int bit = 0; bit < 8 * (ShardPrefix.LENGTH + PAYLOAD); bit++) {
      byte[] forged = flip(record, bit);
      Samples.forgeChecksums(forged, PAYLOAD);
      int at = bit / 8;
      Level expected =
          at < 8 || (at >= 216 && at < 224)
              ? Level.STRUCTURE
              : at < ShardPrefix.LENGTH ? Level.SEAL : Level.MAC;
      assertEquals(expected, failsAt(forged), "bit " + bit);
    }
  }

  @Test
  void aForgerWhoChangesNothingIsNotFound() {
    byte[] record = Samples.smallShard();
    byte[] forged = record.clone();
    Samples.forgeChecksums(forged, PAYLOAD);
    assertArrayEquals(record, forged, "the forger of the test above computes checksums rightly");
  }

  @Test
  void everyOtherLengthIsRefused() {
    byte[] record = Samples.smallShard();
    for (int length = 0; length < record.length + 20; length++) {
      if (length != record.length) {
        byte[] cut = Arrays.copyOf(record, length);
        int n = length;
        assertThrows(FormatException.class, () -> ShardRecord.parse(cut, 0, n), "length " + length);
      }
    }
  }

  @Test
  void otherVersionsAreUnsupportedNotDamaged() {
    for (int version : new int[] {0, 2, 0xffff}) {
      byte[] record = Samples.smallShard();
      ByteBuffer.wrap(record).putShort(4, (short) version);
      UnsupportedFormatException e =
          assertThrows(
              UnsupportedFormatException.class, () -> ShardRecord.parse(record, 0, record.length));
      assertTrue(e.toString().contains("version is " + version), e.toString());
    }
  }

  @Test
  void hugeLengthsAreRefusedBeforeAnythingIsAllocated() {
    for (long length : new long[] {0, -1, Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 32}) {
      byte[] record = Samples.smallShard();
      ByteBuffer.wrap(record).putLong(216, length);
      FormatException e =
          assertThrows(FormatException.class, () -> ShardRecord.parse(record, 0, record.length));
      assertTrue(e.toString().contains("payload length"), e.toString());
    }
  }

  @Test
  void aRecordUnderAnotherNameIsNotThatShardButTellsWhichItIs() {
    byte[] record = Samples.smallShard();
    ShardPrefix prefix = ShardRecord.parse(record, 0, record.length).prefix();
    assertTrue(prefix.open(keys.shards(), ShardName.random()).isEmpty());
    assertEquals(Optional.of(Samples.NAME), prefix.trueName(keys.shards()));
    assertEquals(Optional.empty(), prefix.trueName(otherKeys.shards()));
  }

  @Test
  void theHintFindsTheRightKeyAmongMany() {
    ShardHeader header =
        new ShardHeader(Role.DATA, Samples.STRIPE, 0, "rs:4+2", 5, 0, 2, 0, 0, 0, false);
    byte[] record =
        Samples.shardRecord(otherKeys.shards(), Samples.NAME, header, Samples.bytes(0, 5));
    ShardPrefix prefix = ShardRecord.parse(record, 0, record.length).prefix();
    assertEquals(
        header,
        prefix
            .open(List.of(keys.shards(), otherKeys.shards()), Samples.NAME)
            .orElseThrow()
            .header());
    assertTrue(prefix.open(List.of(keys.shards()), Samples.NAME).isEmpty());
    assertTrue(prefix.open(List.of(), Samples.NAME).isEmpty());
  }

  @Test
  void makingAShardAgainGivesTheSameBytes() {
    assertArrayEquals(Samples.smallShard(), Samples.smallShard());
    assertArrayEquals(Samples.largeShard(), Samples.largeShard());
  }

  @Test
  void siblingsHaveNothingInCommonButTheFixedStart() {
    byte[] one = Samples.smallShard();
    byte[] two =
        Samples.shardRecord(
            keys.shards(),
            ShardName.parse("f00102030405060708090a0b0c0d0e0f"),
            Samples.HEADER.withIndex(4),
            Samples.bytes(99, 70));
    int equal = 0;
    for (int i = 8; i < 216; i++) {
      equal += one[i] == two[i] ? 1 : 0;
    }
    assertTrue(equal < 12, equal + " of 208 bytes agree, chance gives less than one");
  }

  @Test
  void oneNameWithTwoHeadersNeverMeetsOneNonce() {
    byte[] one = Samples.smallShard();
    byte[] two =
        Samples.shardRecord(
            keys.shards(), Samples.NAME, Samples.HEADER.withIndex(4), Samples.bytes(7, 70));
    assertFalse(Arrays.equals(one, 12, 24, two, 12, 24));
  }

  @Test
  void aHeaderWithKeysOfAnotherVersionIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ShardRecord.encode(otherKeys.shards(), Samples.NAME, Samples.HEADER, new byte[70], 0));
  }

  @Test
  void headersOutOfRangeAreRefused() {
    StripeId id = Samples.STRIPE;
    for (Runnable bad :
        List.<Runnable>of(
            () -> new ShardHeader(Role.DATA, id, 255, "rs:4+2", 1, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, -1, "rs:4+2", 1, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "", 1, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "rs 4", 1, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "x".repeat(40), 1, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "rs:4+2", 0, 0, 1, 0, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "rs:4+2", 1, 0, 1, -1, 0, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "rs:4+2", 1, 0, 1, 0, -1, 0, false),
            () -> new ShardHeader(Role.DATA, id, 0, "rs:4+2", 1, 0, 1, 0, 0, -1, false))) {
      assertThrows(IllegalArgumentException.class, bad::run);
    }
  }

  @Test
  void theHeaderSaysWhetherThePayloadIsMasked() {
    byte[] record = Samples.maskedShard();
    assertEquals(Level.INTACT, failsAt(record), "checksums and MAC are over what is stored");
    ShardHeader header =
        ShardRecord.parse(record, 0, record.length)
            .prefix()
            .open(keys.shards(), Samples.NAME)
            .orElseThrow()
            .header();
    assertEquals(Samples.MASKED, header);
    assertTrue(header.withIndex(1).masked());
    byte[] payload = Arrays.copyOfRange(record, ShardPrefix.LENGTH, ShardPrefix.LENGTH + PAYLOAD);
    assertFalse(Arrays.equals(Samples.bytes(7, PAYLOAD), payload));
    keys.shards().mask(Samples.NAME, 0, payload, 0, PAYLOAD);
    assertArrayEquals(Samples.bytes(7, PAYLOAD), payload);
  }

  @Test
  void authenticHeadersThatMakeNoSenseAreFormatErrorsNamingTheField() {
    byte[] plain = Samples.HEADER.encode(new byte[16]);
    assertEquals(Samples.HEADER, ShardHeader.decode(plain).header());
    record Case(int at, int value, String field) {}
    for (Case bad :
        List.of(
            new Case(0, 3, "role"),
            new Case(1, 255, "index"),
            new Case(2, 40, "scheme length"),
            new Case(2, 0, "scheme length"),
            new Case(3, 7, "scheme"),
            new Case(20, 1, "scheme padding"),
            new Case(58, 0x80, "payload length"),
            new Case(78, 0x80, "epoch"),
            new Case(86, 0x80, "sequence"),
            new Case(94, 0x80, "head"),
            new Case(114, 2, "mask"),
            new Case(115, 1, "reserved"),
            new Case(159, 1, "reserved"))) {
      byte[] changed = plain.clone();
      changed[bad.at] = (byte) bad.value;
      FormatException e =
          assertThrows(FormatException.class, () -> ShardHeader.decode(changed), bad.field);
      assertTrue(e.toString().contains(bad.field), e.toString());
    }
    for (int length = 0; length < plain.length; length++) {
      byte[] cut = Arrays.copyOf(plain, length);
      assertThrows(FormatException.class, () -> ShardHeader.decode(cut));
    }
  }

  static byte[] flip(byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }
}
