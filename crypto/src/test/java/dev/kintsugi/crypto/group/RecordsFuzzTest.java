package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Any bytes as a roster, device or signed version: a typed error, or exactly these bytes again, put
 * together anew from what was read.
 */
final class RecordsFuzzTest {
  private static final DeviceKeys DEVICE = new DeviceKeys(Secret.copyOf(new byte[32]));
  private static final GroupKeyState STATE =
      new GroupKeyChain(new byte[16], 3, Secret.copyOf(new byte[32])).state(2);
  private static final Roster ROSTER =
      Roster.sign(DEVICE, Optional.empty(), STATE, Map.of(DEVICE.id(), Role.OWNER));
  private static final byte[] BOX = Lockbox.seal(STATE, ROSTER, DEVICE.id());

  @FuzzTest(maxDuration = "1m")
  void rostersAreCanonical(byte[] bytes) {
    try {
      Roster roster = Roster.decode(bytes);
      ByteBuffer again = ByteBuffer.allocate(bytes.length);
      again.put(HexFormat.of().parseHex("4b54524f000100010002")).put(roster.group());
      again.putLong(roster.epoch()).putInt(roster.keyVersion()).put(roster.keyCheck());
      again.put(bytes, again.position(), 2 * 32); // the roster before and the signer
      again.putInt(roster.members().size());
      roster.members().forEach((device, role) -> again.put(role.code()).put(device.encoded()));
      again.put(bytes, again.position(), 64 + 3309);
      assertArrayEquals(bytes, again.array());
      assertArrayEquals(bytes, roster.encoded());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void devicesAreCanonical(byte[] bytes) {
    try {
      DeviceId device = DeviceId.decode(bytes);
      byte[] signingKeys = Arrays.copyOfRange(bytes, 12, 12 + 32 + 1952);
      byte[] header = HexFormat.of().parseHex("4b54444900010001" + "0002647a");
      assertArrayEquals(bytes, Records.concat(header, signingKeys, device.xWing()));
      assertArrayEquals(bytes, device.encoded());
      // Whatever is read as a device can be sealed to.
      Roster roster =
          Roster.sign(
              DEVICE,
              Optional.empty(),
              STATE,
              device.equals(DEVICE.id())
                  ? Map.of(device, Role.OWNER)
                  : Map.of(DEVICE.id(), Role.OWNER, device, Role.READER));
      assertEquals(BOX.length, Lockbox.seal(STATE, roster, device).length);
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void signedVersionsAreCanonical(byte[] bytes) {
    try {
      SignedVersion version = SignedVersion.decode(bytes);
      SignedVersion.Content content = version.content();
      ByteBuffer again = ByteBuffer.allocate(bytes.length);
      again.put(HexFormat.of().parseHex("4b54535600010001")).put(content.vault());
      again.put(bytes, again.position(), 16).putLong(version.rosterEpoch()); // the group
      again.put(bytes, again.position(), 32); // the roster
      again.putLong(content.object()).putLong(content.version());
      again.put(content.place()).put(content.root());
      again.put(bytes, again.position(), 32 + 64); // the writer and his signature
      assertArrayEquals(bytes, again.array());
      assertArrayEquals(bytes, version.encoded());
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void lockboxesAreRefusedUnlessSealedToTheDevice(byte[] bytes) {
    open(bytes);
    // Behind the header: any encapsulation and ciphertext of the right length.
    byte[] record = Arrays.copyOf(BOX, BOX.length);
    System.arraycopy(bytes, 0, record, 12, Math.min(bytes.length, record.length - 12));
    open(record);
    open(Arrays.copyOf(record, Math.max(0, record.length - bytes.length)));
  }

  private static void open(byte[] record) {
    try (GroupKeyState state = Lockbox.open(record, ROSTER, DEVICE)) {
      assertArrayEquals(BOX, record, state + " from other bytes");
    } catch (CryptoException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void freshnessRecordsAreStrict(byte[] bytes) {
    try {
      FreshnessRecord.decode(bytes, GoldenGroupTest.secret(5), new TreeMap<>(), new TreeMap<>());
    } catch (CryptoException expected) {
      assertFalse(String.valueOf(expected.getMessage()).isEmpty());
    }
    try {
      TreeMap<String, FreshnessRecord.Seen> rosters = new TreeMap<>();
      TreeMap<String, FreshnessRecord.Seen> versions = new TreeMap<>();
      FreshnessRecord.decodePlain(bytes, rosters, versions);
      assertArrayEquals(bytes, FreshnessRecord.encodePlain(rosters, versions));
    } catch (CryptoException expected) {
      assertFalse(String.valueOf(expected.getMessage()).isEmpty());
    }
  }
}
