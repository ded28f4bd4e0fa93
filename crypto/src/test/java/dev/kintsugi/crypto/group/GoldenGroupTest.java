package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records written by any version must always be read, and mean the same. */
final class GoldenGroupTest {
  private static final byte[] GROUP = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
  static final DeviceKeys OWNER = device(1);
  static final DeviceKeys READER = device(2);

  static Secret secret(int fill) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) fill);
    return Secret.takeOver(bytes);
  }

  private static DeviceKeys device(int fill) {
    return new DeviceKeys(secret(fill));
  }

  private static byte[] golden(String name) throws IOException {
    return golden(name, 1);
  }

  private static byte[] golden(String name, int version) throws IOException {
    String file = "/golden/%s-v%d.bin".formatted(name, version);
    try (InputStream in = Objects.requireNonNull(GoldenGroupTest.class.getResourceAsStream(file))) {
      return in.readAllBytes();
    }
  }

  static SignedVersion.Content content() {
    byte[] root = new byte[32];
    Arrays.fill(root, (byte) 9);
    return new SignedVersion.Content(GROUP, 77, 3, root, root);
  }

  static GroupKeyState state() {
    return new GroupKeyChain(GROUP, 10, secret(3)).state(4);
  }

  @Test
  void goldenDeviceIsWhatItsSeedGives() throws IOException {
    assertArrayEquals(golden("device"), OWNER.id().encoded());
    assertEquals(OWNER.id(), DeviceId.decode(golden("device")));
  }

  private static RosterChain chain() throws IOException {
    return RosterChain.of(Roster.decode(golden("roster")), GROUP, OWNER.id())
        .then(Roster.decode(golden("roster-next")));
  }

  @Test
  void goldenRostersVerify() throws IOException {
    Roster second = chain().latest();
    assertEquals(4, second.keyVersion());
    assertEquals(Optional.of(Role.READER), second.role(READER.id()));
  }

  @Test
  void goldenLockboxOpensToTheGoldenKey() throws IOException {
    Roster roster = Roster.decode(golden("roster-next"));
    try (GroupKeyState state = Lockbox.open(golden("lockbox"), roster, READER)) {
      assertEquals(state().key(4), state.key(4));
      assertEquals(
          "53d44cd27f0af86b55a90edfc866699608dd26f70d1510b481875468f911cb26",
          state.key(2).use(bytes -> HexFormat.of().formatHex(bytes)),
          "key regression gives the same keys for ever");
    }
  }

  @Test
  void goldenVersionVerifiesAndIsSignedTheSameAgain() throws IOException {
    RosterChain chain = chain();
    SignedVersion version = SignedVersion.decode(golden("signed-version"));
    assertEquals(OWNER.id(), version.verify(chain, content()));
    assertArrayEquals(
        golden("signed-version"), SignedVersion.sign(OWNER, chain.latest(), content()).encoded());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void goldenFreshnessRecordsAreRead(int version) throws IOException {
    TreeMap<String, FreshnessRecord.Seen> rosters = new TreeMap<>();
    TreeMap<String, FreshnessRecord.Seen> versions = new TreeMap<>();
    FreshnessRecord.decode(golden("freshness", version), secret(5), rosters, versions);
    assertEquals(HexFormat.of().formatHex(GROUP), rosters.firstKey());
    assertEquals(2, rosters.firstEntry().getValue().number());
    assertEquals(3, versions.firstEntry().getValue().number());
  }
}
