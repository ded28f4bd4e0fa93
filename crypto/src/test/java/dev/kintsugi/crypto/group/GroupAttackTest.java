package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A group of an owner, a writer, a reader and strangers, on a server that cheats. */
final class GroupAttackTest {
  private static final byte[] GROUP = new byte[16];
  private static final byte[] OTHER_GROUP = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  private static final DeviceKeys OWNER = device(1);
  private static final DeviceKeys WRITER = device(2);
  private static final DeviceKeys READER = device(3);
  private static final DeviceKeys STRANGER = device(4);
  private static final GroupKeyChain CHAIN = new GroupKeyChain(GROUP, 100, secret(9));

  private static Secret secret(int fill) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) fill);
    return Secret.takeOver(bytes);
  }

  private static DeviceKeys device(int fill) {
    return new DeviceKeys(secret(fill));
  }

  private static Map<DeviceId, Role> members(Object... pairs) {
    Map<DeviceId, Role> members = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      members.put(((DeviceKeys) pairs[i]).id(), (Role) pairs[i + 1]);
    }
    return members;
  }

  private static Roster first() {
    return Roster.sign(
        OWNER,
        Optional.empty(),
        CHAIN.state(1),
        members(OWNER, Role.OWNER, WRITER, Role.WRITER, READER, Role.READER));
  }

  /** Writer and reader revoked, key advanced. */
  private static Roster second(Roster first) {
    return Roster.sign(OWNER, Optional.of(first), CHAIN.state(2), members(OWNER, Role.OWNER));
  }

  private static SignedVersion.Content content(long version, int fill) {
    byte[] root = new byte[32];
    Arrays.fill(root, (byte) fill);
    return new SignedVersion.Content(new byte[16], 77, version, new byte[32], root);
  }

  @Test
  void membersGetTheKeyAndAllEarlierOnes() {
    Roster one = first();
    one.verifyFirst(GROUP, OWNER.id());
    byte[] box = Lockbox.seal(CHAIN.state(1), one, READER.id());
    GroupKeyState state = Lockbox.open(box, one, READER);
    assertEquals(CHAIN.state(1).key(1), state.key(1));
    try (GroupKeyState fifty = CHAIN.state(50)) {
      for (int v = 1; v <= 50; v++) {
        assertEquals(CHAIN.state(v).key(v), fifty.key(v), "version " + v);
      }
    }
  }

  @Test
  void aKeyDoesNotGiveTheNextOne() {
    GroupKeyState state = CHAIN.state(5);
    for (int v : new int[] {6, 100, 0, -1}) {
      assertThrows(IllegalArgumentException.class, () -> state.key(v));
      assertThrows(IllegalArgumentException.class, () -> state.unwind(v));
    }
    // Whatever can be derived from the state by the two derivations, the next key is not among it.
    Set<Secret> reachable = new HashSet<>();
    for (int v = 1; v <= 5; v++) {
      reachable.add(state.key(v));
      reachable.add(state.unwind(v).secret());
      // Keys taken for states, under every version number.
      for (int as = 1; as <= 7; as++) {
        reachable.add(new GroupKeyState(GROUP, as, state.key(v)).key(as));
        reachable.add(new GroupKeyState(GROUP, as, state.unwind(v).secret().copy()).key(as));
      }
    }
    assertFalse(reachable.contains(CHAIN.state(6).key(6)));
    assertTrue(reachable.contains(CHAIN.state(3).key(3)), "the control: earlier keys are found");
    assertNotEquals(
        CHAIN.state(5).key(5), new GroupKeyState(OTHER_GROUP, 5, state.secret().copy()).key(5));
  }

  @Test
  void revokedReaderAndServerOpenNoLaterLockbox() {
    Roster one = first();
    Roster two = second(one);
    one.verifyNext(two);
    byte[] ownersBox = Lockbox.seal(CHAIN.state(2), two, OWNER.id());
    assertThrows(AuthenticationFailedException.class, () -> Lockbox.open(ownersBox, two, READER));
    assertThrows(
        IllegalArgumentException.class, () -> Lockbox.seal(CHAIN.state(2), two, READER.id()));
    assertEquals(2, Lockbox.open(ownersBox, two, OWNER).version());
  }

  @Test
  void aLockboxMovedToAnotherRosterVersionOrRecipientIsRefused() {
    Roster one = first();
    byte[] box = Lockbox.seal(CHAIN.state(1), one, READER.id());
    Roster sameKeyNewRoster =
        Roster.sign(
            OWNER,
            Optional.of(one),
            CHAIN.state(1),
            members(OWNER, Role.OWNER, READER, Role.READER));
    assertThrows(
        AuthenticationFailedException.class, () -> Lockbox.open(box, sameKeyNewRoster, READER));
    assertThrows(AuthenticationFailedException.class, () -> Lockbox.open(box, one, WRITER));
    GroupKeyChain otherChain = new GroupKeyChain(OTHER_GROUP, 100, secret(9));
    Roster otherGroup =
        Roster.sign(
            OWNER,
            Optional.empty(),
            otherChain.state(1),
            members(OWNER, Role.OWNER, READER, Role.READER));
    assertThrows(AuthenticationFailedException.class, () -> Lockbox.open(box, otherGroup, READER));
    assertEquals(1, Lockbox.open(box, one, READER).version());
  }

  @Test
  void aLockboxWithAKeyOfTheServersChoiceIsRefused() {
    // Base mode proves no sender: anybody can seal anything to a device. The roster's key check
    // tells.
    Roster one = first();
    GroupKeyState forged = new GroupKeyState(GROUP, 1, secret(66));
    assertThrows(IllegalArgumentException.class, () -> Lockbox.seal(forged, one, READER.id()));
    Roster serversOwn =
        Roster.sign(
            STRANGER, Optional.empty(), forged, members(STRANGER, Role.OWNER, READER, Role.READER));
    byte[] box = Lockbox.seal(forged, serversOwn, READER.id());
    assertThrows(AuthenticationFailedException.class, () -> Lockbox.open(box, one, READER));
    assertThrows(
        AuthenticationFailedException.class, () -> serversOwn.verifyFirst(GROUP, OWNER.id()));
  }

  @Test
  void everyMutationOfALockboxIsRejected() {
    Roster one = first();
    byte[] box = Lockbox.seal(CHAIN.state(1), one, READER.id());
    for (int at = 0; at < box.length; at += at < 12 || at > 1130 ? 1 : 37) {
      byte[] bad = box.clone();
      bad[at] ^= (byte) (1 << (at & 7));
      assertThrows(CryptoException.class, () -> Lockbox.open(bad, one, READER), "byte " + at);
    }
    for (int n = 0; n < box.length; n += 13) {
      byte[] cut = Arrays.copyOf(box, n);
      assertThrows(CryptoException.class, () -> Lockbox.open(cut, one, READER));
    }
    for (int at : new int[] {5, 7, 9, 11}) {
      byte[] other = box.clone();
      other[at] ^= 3;
      assertThrows(UnsupportedVersionException.class, () -> Lockbox.open(other, one, READER));
    }
  }

  @Test
  void rostersOfStrangersReadersAndWritersAreRefused() {
    Roster one = first();
    for (DeviceKeys forger : List.of(STRANGER, READER, WRITER)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Roster.sign(forger, Optional.of(one), CHAIN.state(2), members(forger, Role.OWNER)));
      // The forger bypasses that check by pretending another roster came before.
      Roster pretended =
          Roster.sign(forger, Optional.empty(), CHAIN.state(1), members(forger, Role.OWNER));
      Roster forged =
          Roster.sign(forger, Optional.of(pretended), CHAIN.state(2), members(forger, Role.OWNER));
      assertThrows(AuthenticationFailedException.class, () -> one.verifyNext(forged));
      assertThrows(
          AuthenticationFailedException.class, () -> pretended.verifyFirst(GROUP, OWNER.id()));
    }
  }

  @Test
  void rostersCannotBeSkippedForkedOrRolledBack() {
    Roster one = first();
    Roster two = second(one);
    Roster three = Roster.sign(OWNER, Optional.of(two), CHAIN.state(3), members(OWNER, Role.OWNER));
    one.verifyNext(two);
    two.verifyNext(three);
    assertThrows(AuthenticationFailedException.class, () -> one.verifyNext(three));
    assertThrows(AuthenticationFailedException.class, () -> two.verifyNext(two));
    assertThrows(AuthenticationFailedException.class, () -> three.verifyNext(two));
    assertThrows(AuthenticationFailedException.class, () -> two.verifyFirst(GROUP, OWNER.id()));
    Roster fork =
        Roster.sign(
            OWNER,
            Optional.of(one),
            CHAIN.state(2),
            members(OWNER, Role.OWNER, READER, Role.READER));
    Freshness freshness = new Freshness();
    freshness.accept(one);
    freshness.accept(two);
    freshness.accept(two);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(one));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(fork));
    freshness.accept(three);
    assertThrows(
        IllegalArgumentException.class,
        () -> Roster.sign(OWNER, Optional.of(three), CHAIN.state(2), three.members()));
  }

  @Test
  void everyMutationOfARosterIsRejected() {
    byte[] good = first().encoded();
    Random random = new Random(2);
    for (int round = 0; round < 400; round++) {
      byte[] bad = good.clone();
      int at = round < 140 ? round : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      assertThrows(
          CryptoException.class,
          () -> Roster.decode(bad).verifyFirst(GROUP, OWNER.id()),
          "byte " + at);
    }
    for (int n = 0; n < good.length; n += 101) {
      byte[] cut = Arrays.copyOf(good, n);
      assertThrows(CryptoException.class, () -> Roster.decode(cut));
    }
    assertThrows(CryptoException.class, () -> Roster.decode(Arrays.copyOf(good, good.length + 1)));
    Roster.decode(good).verifyFirst(GROUP, OWNER.id());
  }

  @Test
  void eachSignatureOfARosterMustVerify() {
    byte[] good = first().encoded();
    for (int fromEnd : new int[] {3309 + 64, 3309}) {
      // Another valid signer's signature of that kind, in the right place.
      byte[] mixed = good.clone();
      byte[] other =
          Roster.sign(
                  STRANGER,
                  Optional.empty(),
                  CHAIN.state(1),
                  members(STRANGER, Role.OWNER, WRITER, Role.WRITER, READER, Role.READER))
              .encoded();
      int length = fromEnd == 3309 ? 3309 : 64;
      System.arraycopy(other, other.length - fromEnd, mixed, mixed.length - fromEnd, length);
      assertThrows(
          AuthenticationFailedException.class,
          () -> Roster.decode(mixed).verifyFirst(GROUP, OWNER.id()));
    }
  }

  @Test
  void writersWriteAndReadersServersAndRevokedWritersCannot() {
    Roster one = first();
    SignedVersion written = SignedVersion.sign(WRITER, one, content(1, 5));
    assertEquals(WRITER.id(), SignedVersion.decode(written.encoded()).verify(one, content(1, 5)));
    for (DeviceKeys forger : List.of(READER, STRANGER)) {
      assertThrows(
          IllegalArgumentException.class, () -> SignedVersion.sign(forger, one, content(1, 5)));
      // The forger makes itself a writer in a roster of its own, then claims the real one.
      Roster own =
          Roster.sign(forger, Optional.empty(), CHAIN.state(1), members(forger, Role.OWNER));
      byte[] forged = SignedVersion.sign(forger, own, content(1, 5)).encoded();
      System.arraycopy(written.encoded(), 8 + 16, forged, 8 + 16, 16 + 8 + 32);
      assertThrows(
          AuthenticationFailedException.class,
          () -> SignedVersion.decode(forged).verify(one, content(1, 5)));
      // And claims to be the writer.
      System.arraycopy(written.encoded(), 160, forged, 160, 32);
      assertThrows(
          AuthenticationFailedException.class,
          () -> SignedVersion.decode(forged).verify(one, content(1, 5)));
    }
    // A revoked writer with the old roster: the new roster is in force.
    Roster two = second(one);
    SignedVersion late = SignedVersion.sign(WRITER, one, content(2, 6));
    assertThrows(AuthenticationFailedException.class, () -> late.verify(two, content(2, 6)));
    Freshness server = new Freshness();
    server.accept(one);
    server.accept(two);
    assertThrows(AuthenticationFailedException.class, () -> server.accept(late, one, true));
    server.accept(late, one, false);
  }

  @Test
  void capturedWritesCannotBeReplayedMovedOrChanged() {
    Roster one = first();
    SignedVersion v1 = SignedVersion.sign(WRITER, one, content(1, 5));
    SignedVersion v2 = SignedVersion.sign(WRITER, one, content(2, 6));
    Freshness freshness = new Freshness();
    freshness.accept(v1, one, true);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(v1, one, true));
    freshness.accept(v2, one, true);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(v1, one, true));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(v1, one, false));
    freshness.accept(v2, one, false);
    SignedVersion fork = SignedVersion.sign(WRITER, one, content(2, 7));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(fork, one, false));

    byte[] place = new byte[32];
    place[3] = 1;
    SignedVersion.Content c = content(1, 5);
    SignedVersion.Content[] others = {
      content(1, 6),
      content(2, 5),
      new SignedVersion.Content(c.vault(), 78, 1, c.place(), c.root()),
      new SignedVersion.Content(c.vault(), 77, 1, place, c.root()),
      new SignedVersion.Content(OTHER_GROUP, 77, 1, c.place(), c.root()),
    };
    for (SignedVersion.Content other : others) {
      assertThrows(AuthenticationFailedException.class, () -> v1.verify(one, other));
    }
    byte[] good = v1.encoded();
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      assertThrows(
          CryptoException.class,
          () -> SignedVersion.decode(bad).verify(one, content(1, 5)),
          "bit " + bit);
    }
  }

  @Test
  void blocksSwappedCutOrSplicedChangeTheRoot() {
    byte[][] parts = {{1}, {2}, {3}, {4}, {5}};
    byte[] root = root(parts);
    assertFalse(Arrays.equals(root, root(parts[1], parts[0], parts[2], parts[3], parts[4])));
    assertFalse(Arrays.equals(root, root(parts[0], parts[1], parts[2], parts[3])));
    assertFalse(
        Arrays.equals(root, root(parts[0], parts[1], parts[2], parts[3], parts[4], parts[4])));
    assertFalse(Arrays.equals(root, root(new byte[] {1, 2}, parts[2], parts[3], parts[4])));
    // Second preimage: an inner node passed off as a part.
    byte[] inner =
        Records.concat(
            Records.sha256(new byte[] {0}, parts[0]), Records.sha256(new byte[] {0}, parts[1]));
    assertFalse(Arrays.equals(root(parts[0], parts[1]), root(inner)));
    assertArrayEquals(root, root(parts));
  }

  private static byte[] root(byte[]... parts) {
    MerkleRoot root = new MerkleRoot();
    for (byte[] part : parts) {
      root.add(part);
    }
    return root.root();
  }

  @Test
  void devicesAreDerivedFromTheirSeedAndDecodedStrictly() {
    assertEquals(device(5).id(), device(5).id());
    assertNotEquals(device(5).id(), device(6).id());
    byte[] encoded = OWNER.id().encoded();
    assertEquals(OWNER.id(), DeviceId.decode(encoded));
    for (int at = 0; at < 12; at++) {
      byte[] bad = encoded.clone();
      bad[at] ^= 1;
      assertThrows(CryptoException.class, () -> DeviceId.decode(bad));
    }
    assertThrows(
        CryptoException.class, () -> DeviceId.decode(Arrays.copyOf(encoded, encoded.length - 1)));
    assertFalse(OWNER.toString().contains("0101"));
    DeviceKeys closed = device(7);
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.signEd25519(new byte[1]));
  }
}
