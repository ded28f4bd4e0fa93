package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A group of an owner, a writer, a reader and strangers, on a server that cheats. */
final class GroupAttackTest {
  private static final byte[] GROUP = new byte[16];
  private static final byte[] OTHER_GROUP = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  private static final DeviceKeys OWNER = device(1);
  private static final DeviceKeys WRITER = device(2);
  private static final DeviceKeys READER = device(3);
  private static final DeviceKeys STRANGER = device(4);
  private static final GroupKeyChain CHAIN = new GroupKeyChain(GROUP, 100, secret(9));

  private static final int GROUP_AT = 10;
  private static final int EPOCH_AT = 26;
  private static final int KEY_VERSION_AT = 34;
  private static final int KEY_CHECK_AT = 38;
  private static final int PREVIOUS_AT = 70;
  private static final int SIGNER_AT = 102;
  private static final int MEMBERS_AT = 138;

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

  private static RosterChain chain(Roster first, Roster... more) {
    RosterChain chain = RosterChain.of(first, GROUP, OWNER.id());
    for (Roster next : more) {
      chain = chain.then(next);
    }
    return chain;
  }

  private static Roster next(
      DeviceKeys owner, Roster before, GroupKeyState state, Object... members) {
    return Roster.sign(owner, Optional.of(before), state, members(members));
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
    Roster one = chain(first()).latest();
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
    Roster two = chain(one, second(one)).latest();
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
            members(OWNER, Role.OWNER, WRITER, Role.READER, READER, Role.READER));
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
  void aLockboxWithAKeyOfTheServersChoiceIsRefused() throws Exception {
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
    assertThrows(AuthenticationFailedException.class, () -> chain(serversOwn));
    // Sealed by hand, for the right roster: everything is right but the key.
    GroupKeyState opened = Lockbox.open(sealedByHand(CHAIN.state(1), one), one, READER);
    assertEquals(CHAIN.state(1).key(1), opened.key(1), "the control");
    byte[] byHand = sealedByHand(forged, one);
    refused("another key than the owner", () -> Lockbox.open(byHand, one, READER));
  }

  /** Seals to the reader whatever the server likes. */
  private static byte[] sealedByHand(GroupKeyState state, Roster roster) throws Exception {
    HPKE hpke = Suite.hpke();
    byte[] info =
        Records.concat(
            Records.ascii("kintsugi lockbox v1"),
            roster.group(),
            ByteBuffer.allocate(4).putInt(0, roster.keyVersion()).array(),
            roster.hash(),
            READER.id().fingerprint());
    byte[][] sealed =
        hpke.seal(
            hpke.deserializePublicKey(READER.id().xWing()),
            info,
            new byte[0],
            state.secret().use(byte[]::clone),
            null,
            null,
            null);
    byte[] header = HexFormat.of().parseHex("4b544c420001647a00010002");
    return Records.concat(header, sealed[1], sealed[0]);
  }

  @Test
  void everyMutationOfALockboxIsRejected() {
    Roster one = first();
    byte[] box = Lockbox.seal(CHAIN.state(1), one, READER.id());
    for (int bit = 0; bit < 8 * box.length; bit++) {
      byte[] bad = box.clone();
      bad[bit / 8] ^= (byte) (1 << (bit & 7));
      assertThrows(CryptoException.class, () -> Lockbox.open(bad, one, READER), "bit " + bit);
    }
    for (int n = 0; n < box.length; n++) {
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
      assertThrows(AuthenticationFailedException.class, () -> chain(one, forged));
      assertThrows(AuthenticationFailedException.class, () -> chain(pretended));
    }
  }

  @Test
  void rostersCannotBeSkippedForkedOrRolledBack() {
    Roster one = first();
    Roster two = second(one);
    Roster three = Roster.sign(OWNER, Optional.of(two), CHAIN.state(3), members(OWNER, Role.OWNER));
    assertEquals(three, chain(one, two, three).latest());
    assertThrows(AuthenticationFailedException.class, () -> chain(one, three));
    assertThrows(AuthenticationFailedException.class, () -> chain(one, two, two));
    assertThrows(AuthenticationFailedException.class, () -> chain(one, two, three, two));
    assertThrows(AuthenticationFailedException.class, () -> chain(two));
    Roster fork = next(OWNER, one, CHAIN.state(2), OWNER, Role.OWNER, READER, Role.READER);
    Freshness freshness = new Freshness();
    freshness.accept(chain(one));
    freshness.accept(chain(one, two));
    freshness.accept(chain(one, two));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(chain(one)));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(chain(one, fork)));
    freshness.accept(chain(one, two, three));
    assertThrows(
        IllegalArgumentException.class,
        () -> Roster.sign(OWNER, Optional.of(three), CHAIN.state(2), three.members()));
  }

  @Test
  void aRemovedOwnerIsNotFollowedByWhoSawTheRemoval() {
    Roster one =
        Roster.sign(
            OWNER,
            Optional.empty(),
            CHAIN.state(1),
            members(OWNER, Role.OWNER, WRITER, Role.OWNER, READER, Role.READER));
    Roster two = next(OWNER, one, CHAIN.state(2), OWNER, Role.OWNER, READER, Role.READER);
    GroupKeyChain evil = new GroupKeyChain(GROUP, 100, secret(66));
    byte[] evilCheck =
        Roster.sign(WRITER, Optional.empty(), evil.state(2), members(WRITER, Role.OWNER))
            .keyCheck();
    Roster evilTwo =
        resigned(
            WRITER,
            next(WRITER, one, CHAIN.state(2), WRITER, Role.OWNER, READER, Role.WRITER),
            body -> System.arraycopy(evilCheck, 0, body, KEY_CHECK_AT, 32));
    Roster evilThree =
        next(WRITER, evilTwo, evil.state(3), WRITER, Role.OWNER, READER, Role.WRITER);
    RosterChain good = chain(one, two);
    RosterChain forkOfTwo = chain(one, evilTwo);
    RosterChain forkOfThree = forkOfTwo.then(evilThree);
    SignedVersion forged = SignedVersion.sign(WRITER, evilTwo, content(1, 5));

    Freshness freshness = new Freshness();
    freshness.accept(good);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(forkOfTwo));
    assertThrows(
        AuthenticationFailedException.class, () -> freshness.accept(forkOfThree), "overtaking");
    for (RosterChain fork : List.of(forkOfTwo, forkOfThree)) {
      assertThrows(
          AuthenticationFailedException.class, () -> freshness.acceptNew(forged, forkOfTwo));
      assertThrows(AuthenticationFailedException.class, () -> freshness.accept(forged, fork));
    }
    assertThrows(AuthenticationFailedException.class, () -> forged.verify(good, content(1, 5)));
    freshness.accept(
        good.then(Roster.sign(OWNER, Optional.of(two), CHAIN.state(3), two.members())));

    // The control: who never saw the removal cannot tell.
    Freshness late = new Freshness();
    late.accept(chain(one));
    late.accept(forkOfThree);
    assertEquals(
        3,
        Lockbox.open(Lockbox.seal(evil.state(3), evilThree, READER.id()), evilThree, READER)
            .version());
  }

  @Test
  void aClientThatWasAwayCatchesUpByTheWholeChain() {
    Roster one = first();
    Roster two = second(one);
    Roster three = Roster.sign(OWNER, Optional.of(two), CHAIN.state(3), two.members());
    Freshness freshness = new Freshness();
    freshness.accept(chain(one));
    freshness.accept(chain(one, two, three));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(chain(one, two)));
  }

  /** Alters the signed part of a roster and signs it again, past the checks of the signing side. */
  private static Roster resigned(DeviceKeys owner, Roster roster, Consumer<byte[]> change) {
    byte[] all = roster.encoded();
    byte[] body = Arrays.copyOf(all, all.length - 64 - 3309);
    change.accept(body);
    byte[] message = Records.concat(Records.ascii("kintsugi roster v1"), body);
    return Roster.decode(
        Records.concat(body, owner.signEd25519(message), owner.signMlDsa(message)));
  }

  private static void refused(String why, Executable attack) {
    AuthenticationFailedException e =
        assertThrows(AuthenticationFailedException.class, attack, why);
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  private static Consumer<byte[]> put(int at, byte... bytes) {
    return body -> System.arraycopy(bytes, 0, body, at, bytes.length);
  }

  /** Rosters that are right and rightly signed but for one thing. */
  @Test
  void eachConditionOfTheNextRosterIsCheckedForItself() {
    Roster one = first();
    Roster two = Roster.sign(OWNER, Optional.of(one), CHAIN.state(1), one.members());
    assertEquals(2, chain(one, resigned(OWNER, two, body -> {})).latest().epoch(), "the control");
    Map<String, Consumer<byte[]>> changes =
        Map.of(
            "another group", put(GROUP_AT, (byte) 1),
            "does not follow epoch 1", put(EPOCH_AT + 7, (byte) 3),
            "follows another roster", body -> body[PREVIOUS_AT] ^= 1);
    changes.forEach((why, change) -> refused(why, () -> chain(one, resigned(OWNER, two, change))));
    // Members and strangers who sign in their own name, and in the owner's.
    for (DeviceKeys forger : List.of(WRITER, READER, STRANGER)) {
      Consumer<byte[]> own = put(SIGNER_AT, forger.id().fingerprint());
      refused("does not own the roster before", () -> chain(one, resigned(forger, two, own)));
      refused("signature is wrong", () -> chain(one, resigned(forger, two, body -> {})));
    }
    int member = 1 + DeviceId.ENCODED_LENGTH;
    MalformedRecordException e =
        assertThrows(
            MalformedRecordException.class,
            () ->
                resigned(
                    OWNER,
                    two,
                    body ->
                        System.arraycopy(
                            body, MEMBERS_AT + member, body, MEMBERS_AT + 2 * member, member)));
    assertTrue(String.valueOf(e.getMessage()).contains("twice"), e.getMessage());
  }

  @Test
  void eachConditionOfTheFirstRosterIsCheckedForItself() {
    Roster one = first();
    assertEquals(1, chain(resigned(OWNER, one, body -> {})).latest().epoch(), "the control");
    Map<String, Consumer<byte[]>> changes =
        Map.of(
            "another group", put(GROUP_AT, (byte) 1),
            "not the first", put(EPOCH_AT + 7, (byte) 2),
            "follows another", put(PREVIOUS_AT, (byte) 1),
            "does not own it", put(MEMBERS_AT, Role.WRITER.code()),
            "another device signed it", put(SIGNER_AT, WRITER.id().fingerprint()));
    changes.forEach((why, change) -> refused(why, () -> chain(resigned(OWNER, one, change))));
    refused("signature is wrong", () -> chain(resigned(WRITER, one, body -> {})));
  }

  @Test
  void aMemberIsDroppedOnlyWithANewKey() {
    Roster one = first();
    Roster two = next(OWNER, one, CHAIN.state(2), OWNER, Role.OWNER, WRITER, Role.WRITER);
    assertThrows(
        IllegalArgumentException.class,
        () -> next(OWNER, one, CHAIN.state(1), OWNER, Role.OWNER, WRITER, Role.WRITER));
    // By hand: the reader would go on reading with the key he has.
    Roster lazy =
        resigned(
            OWNER,
            two,
            body -> {
              System.arraycopy(one.encoded(), KEY_VERSION_AT, body, KEY_VERSION_AT, 36);
            });
    assertEquals(1, lazy.keyVersion());
    assertThrows(AuthenticationFailedException.class, () -> chain(one, lazy));
    // The controls: signed the same way without a change; roles change and members join freely.
    assertEquals(2, chain(one, resigned(OWNER, two, body -> {})).latest().keyVersion());
    Roster more =
        next(
            OWNER,
            one,
            CHAIN.state(1),
            OWNER,
            Role.OWNER,
            WRITER,
            Role.READER,
            READER,
            Role.READER,
            STRANGER,
            Role.READER);
    assertEquals(1, chain(one, more).latest().keyVersion());
  }

  /** Two keys under one number would lose data, and two chains of keys what was written before. */
  @Test
  void aVersionHasOneKeyAndEveryKeyUnwindsToTheOnesBefore() {
    Roster one = first();
    GroupKeyChain other = new GroupKeyChain(GROUP, 100, secret(66));
    for (int version : new int[] {1, 2, 100}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Roster.sign(OWNER, Optional.of(one), other.state(version), one.members()),
          "version " + version);
      assertEquals(
          version,
          Roster.sign(OWNER, Optional.of(one), CHAIN.state(version), one.members()).keyVersion());
    }
    Roster same = Roster.sign(OWNER, Optional.of(one), CHAIN.state(1), one.members());
    Roster swapped = resigned(OWNER, same, body -> body[KEY_CHECK_AT] ^= 1);
    assertFalse(Arrays.equals(one.keyCheck(), swapped.keyCheck()));
    assertThrows(AuthenticationFailedException.class, () -> chain(one, swapped));
    assertEquals(2, chain(one, resigned(OWNER, same, body -> {})).latest().epoch());
  }

  @Test
  void aRosterHasNoMoreMembersThanItCanBeReadWith() {
    Map<DeviceId, Role> members = members(OWNER, Role.OWNER);
    Map<DeviceId, Role> many =
        new AbstractMap<>() {
          @Override
          public Set<Map.Entry<DeviceId, Role>> entrySet() {
            return members.entrySet();
          }

          @Override
          public int size() {
            return Roster.MAX_MEMBERS + 1;
          }
        };
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Roster.sign(OWNER, Optional.empty(), CHAIN.state(1), many));
    assertTrue(String.valueOf(e.getMessage()).contains("members (100001)"), e.getMessage());
  }

  @Test
  void theKeyVersionNeverGoesBackAndSomebodyOwnsEveryRoster() {
    Roster one = Roster.sign(OWNER, Optional.empty(), CHAIN.state(5), members(OWNER, Role.OWNER));
    Roster two = Roster.sign(OWNER, Optional.of(one), CHAIN.state(5), one.members());
    Roster back = resigned(OWNER, two, body -> ByteBuffer.wrap(body).putInt(KEY_VERSION_AT, 4));
    assertEquals(4, back.keyVersion());
    assertThrows(AuthenticationFailedException.class, () -> chain(one, back));
    // Nor so far ahead that unwinding would take hours.
    for (int far : new int[] {GroupKeyChain.MAX_VERSIONS + 1, Integer.MAX_VALUE, -1}) {
      assertThrows(
          MalformedRecordException.class,
          () -> resigned(OWNER, two, body -> ByteBuffer.wrap(body).putInt(KEY_VERSION_AT, far)));
    }
    for (byte role : new byte[] {2, 3}) {
      Roster ownerless = resigned(OWNER, two, body -> body[MEMBERS_AT] = role);
      assertFalse(ownerless.members().containsValue(Role.OWNER));
      assertThrows(AuthenticationFailedException.class, () -> chain(one, ownerless));
    }
    assertEquals(2, chain(one, resigned(OWNER, two, body -> {})).latest().epoch());
  }

  @Test
  void everyMutationOfARosterIsRejected() {
    byte[] good = first().encoded();
    Random random = new Random(2);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      assertThrows(CryptoException.class, () -> chain(Roster.decode(bad)), "byte " + at);
    }
    for (int n = 0; n < good.length; n++) {
      byte[] cut = Arrays.copyOf(good, n);
      assertThrows(CryptoException.class, () -> Roster.decode(cut));
    }
    assertThrows(CryptoException.class, () -> Roster.decode(Arrays.copyOf(good, good.length + 1)));
    assertEquals(1, chain(Roster.decode(good)).latest().epoch());
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
      assertThrows(AuthenticationFailedException.class, () -> chain(Roster.decode(mixed)));
    }
  }

  @Test
  void writersWriteAndReadersServersAndRevokedWritersCannot() {
    Roster one = first();
    RosterChain chain = chain(one);
    SignedVersion written = SignedVersion.sign(WRITER, one, content(1, 5));
    assertEquals(WRITER.id(), SignedVersion.decode(written.encoded()).verify(chain, content(1, 5)));
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
          () -> SignedVersion.decode(forged).verify(chain, content(1, 5)));
      // And claims to be the writer.
      System.arraycopy(written.encoded(), 160, forged, 160, 32);
      assertThrows(
          AuthenticationFailedException.class,
          () -> SignedVersion.decode(forged).verify(chain, content(1, 5)));
    }
  }

  @Test
  void aRevokedWriterForgesNothingWithTheServersHelp() {
    Roster one = first();
    SignedVersion early = SignedVersion.sign(WRITER, one, content(1, 5));
    Freshness reader = new Freshness();
    reader.accept(chain(one));
    assertEquals(WRITER.id(), early.verify(chain(one), content(1, 5)));
    reader.accept(early, chain(one));

    // Revoked: as a member, or only as a writer.
    Roster gone = next(OWNER, one, CHAIN.state(2), OWNER, Role.OWNER, READER, Role.READER);
    Roster demoted =
        next(
            OWNER,
            one,
            CHAIN.state(1),
            OWNER,
            Role.OWNER,
            WRITER,
            Role.READER,
            READER,
            Role.READER);
    for (Roster two : List.of(gone, demoted)) {
      RosterChain chain = chain(one, two);
      Freshness client = new Freshness();
      client.accept(chain);
      // Made after the revocation, dated before it. Nobody can tell it from an early one.
      SignedVersion late = SignedVersion.sign(WRITER, one, content(2, 6));
      for (SignedVersion version : List.of(early, late)) {
        assertThrows(
            AuthenticationFailedException.class, () -> version.verify(chain, version.content()));
        assertThrows(AuthenticationFailedException.class, () -> client.accept(version, chain));
        assertThrows(AuthenticationFailedException.class, () -> client.acceptNew(version, chain));
        // A chain that is out of date, or the roster it was written under, does not help.
        assertThrows(AuthenticationFailedException.class, () -> client.accept(version, chain(one)));
        assertThrows(
            AuthenticationFailedException.class, () -> client.acceptNew(version, chain(one)));
      }
      // Made writer again: what was signed before the break stays refused, what comes after counts.
      Roster three =
          next(
              OWNER,
              two,
              CHAIN.state(2),
              OWNER,
              Role.OWNER,
              WRITER,
              Role.WRITER,
              READER,
              Role.READER);
      RosterChain again = chain.then(three);
      assertThrows(AuthenticationFailedException.class, () -> late.verify(again, late.content()));
      SignedVersion anew = SignedVersion.sign(WRITER, three, content(2, 6));
      assertEquals(WRITER.id(), anew.verify(again, content(2, 6)));
    }
    // What is to stay is signed anew by a writer who remains; its readers go on.
    SignedVersion.Content kept = content(2, 5);
    assertArrayEquals(early.content().root(), kept.root());
    SignedVersion takenOver = SignedVersion.sign(OWNER, gone, kept);
    reader.accept(chain(one, gone));
    assertEquals(OWNER.id(), takenOver.verify(chain(one, gone), kept));
    reader.accept(takenOver, chain(one, gone));
  }

  @Test
  void versionsOfWritersWhoRemainOutliveTheirRoster() {
    Roster one = first();
    SignedVersion version = SignedVersion.sign(WRITER, one, content(1, 5));
    Roster two = next(OWNER, one, CHAIN.state(2), OWNER, Role.OWNER, WRITER, Role.WRITER);
    RosterChain chain = chain(one, two);
    assertEquals(WRITER.id(), version.verify(chain, content(1, 5)));
    Freshness freshness = new Freshness();
    freshness.accept(chain);
    freshness.accept(version, chain);
    // But none of a roster that is not of the chain, by a writer whom both let write.
    SignedVersion fork = SignedVersion.sign(WRITER, first(), content(1, 5));
    assertThrows(AuthenticationFailedException.class, () -> fork.verify(chain, content(1, 5)));
    Roster three = Roster.sign(OWNER, Optional.of(two), CHAIN.state(2), two.members());
    SignedVersion ahead = SignedVersion.sign(WRITER, three, content(1, 5));
    assertThrows(AuthenticationFailedException.class, () -> ahead.verify(chain, content(1, 5)));
    // And none is written under an old roster.
    SignedVersion next = SignedVersion.sign(WRITER, one, content(2, 5));
    assertThrows(AuthenticationFailedException.class, () -> freshness.acceptNew(next, chain));
    freshness.acceptNew(SignedVersion.sign(WRITER, two, content(2, 5)), chain);
  }

  /** A writer of the group who claims another one: whoever sorts records by group would follow. */
  @Test
  void aVersionNamesTheGroupOfItsRoster() {
    Roster one = first();
    byte[] record = SignedVersion.sign(WRITER, one, content(1, 5)).encoded();
    for (byte group = 0; group < 2; group++) {
      byte[] body = Arrays.copyOf(record, record.length - 64);
      body[8 + 16] = group;
      byte[] signature =
          WRITER.signEd25519(Records.concat(Records.ascii("kintsugi version v1"), body));
      SignedVersion version = SignedVersion.decode(Records.concat(body, signature));
      if (group == GROUP[0]) {
        assertEquals(WRITER.id(), version.verify(chain(one), content(1, 5)), "the control");
      } else {
        refused("another group", () -> version.verify(chain(one), content(1, 5)));
      }
    }
  }

  @Test
  void nothingIsAcceptedOfAGroupWhoseRostersWereNot() {
    Roster one = first();
    SignedVersion version = SignedVersion.sign(WRITER, one, content(1, 5));
    Freshness freshness = new Freshness();
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(version, chain(one)));
    assertThrows(
        AuthenticationFailedException.class, () -> freshness.acceptNew(version, chain(one)));
    freshness.accept(chain(one));
    freshness.acceptNew(version, chain(one));
  }

  /** A server has no keys to compute places with, and checks all the rest. */
  @Test
  void aServerRefusesForgedWritesAndReadersRefuseWhatItMoves() {
    Roster one = first();
    RosterChain chain = chain(one);
    byte[] place = new byte[32];
    place[0] = 7;
    SignedVersion.Content real = content(3, 5);
    SignedVersion.Content placed =
        new SignedVersion.Content(real.vault(), real.object(), 3, place, real.root());
    SignedVersion version = SignedVersion.sign(WRITER, one, placed);
    Function<SignedVersion, SignedVersion.Content> asked =
        v ->
            new SignedVersion.Content(
                real.vault(), real.object(), 3, v.content().place(), real.root());
    assertEquals(WRITER.id(), version.verify(chain, asked.apply(version)));
    for (SignedVersion.Content other : List.of(content(4, 5), content(3, 6))) {
      SignedVersion bad = SignedVersion.sign(WRITER, one, other);
      assertThrows(AuthenticationFailedException.class, () -> bad.verify(chain, asked.apply(bad)));
    }
    // The place is signed: a server that alters or ignores it is found out by readers.
    byte[] moved = version.encoded();
    moved[96] ^= 1;
    SignedVersion at = SignedVersion.decode(moved);
    assertFalse(Arrays.equals(place, at.content().place()));
    assertThrows(AuthenticationFailedException.class, () -> at.verify(chain, asked.apply(at)));
    assertThrows(AuthenticationFailedException.class, () -> version.verify(chain, content(3, 5)));
    assertEquals(WRITER.id(), version.verify(chain, placed));
  }

  @Test
  void capturedWritesCannotBeReplayedMovedOrChanged() {
    Roster one = first();
    RosterChain chain = chain(one);
    SignedVersion v1 = SignedVersion.sign(WRITER, one, content(1, 5));
    SignedVersion v2 = SignedVersion.sign(WRITER, one, content(2, 6));
    Freshness freshness = new Freshness();
    freshness.accept(chain);
    freshness.acceptNew(v1, chain);
    assertThrows(AuthenticationFailedException.class, () -> freshness.acceptNew(v1, chain));
    freshness.acceptNew(v2, chain);
    assertThrows(AuthenticationFailedException.class, () -> freshness.acceptNew(v1, chain));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(v1, chain));
    freshness.accept(v2, chain);
    SignedVersion fork = SignedVersion.sign(WRITER, one, content(2, 7));
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(fork, chain));

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
      assertThrows(AuthenticationFailedException.class, () -> v1.verify(chain, other));
    }
    byte[] good = v1.encoded();
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit >> 3] ^= (byte) (1 << (bit & 7));
      assertThrows(
          CryptoException.class,
          () -> SignedVersion.decode(bad).verify(chain, content(1, 5)),
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

  /** A member whose key is none would keep the owner from sealing lockboxes at all. */
  @Test
  void devicesThatNobodyCanSealToAreRefused() {
    int xWing = 12 + 32 + 1952;
    byte[] good = READER.id().encoded();
    byte[] scalar = new byte[32];
    Arrays.fill(scalar, (byte) 77);
    BigInteger p = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    for (BigInteger small : XWingKeys.SMALL_ORDER) {
      for (BigInteger u : List.of(small, small.add(p))) {
        // Encodings are reduced, and their highest bit is ignored.
        for (int top = 0; top < 2 && u.bitLength() < 256; top++) {
          byte[] point = new byte[32];
          for (int i = 0; i < 32; i++) {
            point[i] = u.shiftRight(8 * i).byteValue();
          }
          point[31] |= (byte) (top << 7);
          assertFalse(X25519.calculateAgreement(scalar, 0, point, 0, new byte[32], 0));
          byte[] bad = good.clone();
          System.arraycopy(point, 0, bad, bad.length - 32, 32);
          assertThrows(MalformedRecordException.class, () -> DeviceId.decode(bad));
        }
      }
    }
    // The first coefficient, and the last: q is none; the control: q - 1 is one.
    for (int over = 0; over < 2; over++) {
      byte[] first = good.clone();
      first[xWing] = (byte) over;
      first[xWing + 1] = (byte) ((first[xWing + 1] & 0xf0) | 0x0d);
      byte[] last = good.clone();
      last[xWing + 1150] = (byte) ((last[xWing + 1150] & 0x0f) | (over << 4));
      last[xWing + 1151] = (byte) 0xd0;
      for (byte[] changed : new byte[][] {first, last}) {
        if (over == 1) {
          assertThrows(MalformedRecordException.class, () -> DeviceId.decode(changed));
          continue;
        }
        DeviceId device = DeviceId.decode(changed);
        Map<DeviceId, Role> members = members(OWNER, Role.OWNER);
        members.put(device, Role.READER);
        Roster roster = Roster.sign(OWNER, Optional.empty(), CHAIN.state(1), members);
        assertEquals(1180, Lockbox.seal(CHAIN.state(1), roster, device).length);
      }
    }
    for (int fill : new int[] {0, 0xff}) {
      byte[] bad = good.clone();
      Arrays.fill(bad, xWing, bad.length, (byte) fill);
      assertThrows(MalformedRecordException.class, () -> DeviceId.decode(bad));
    }
    // Ed25519 keys of small order, under which one signature is right for many messages.
    for (String y :
        new String[] {
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
        }) {
      for (int sign = 0; sign < 2; sign++) {
        byte[] bad = good.clone();
        System.arraycopy(HexFormat.of().parseHex(y), 0, bad, 12, 32);
        bad[43] |= (byte) (sign << 7);
        assertThrows(MalformedRecordException.class, () -> DeviceId.decode(bad), y);
      }
    }
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
    Roster roster =
        Roster.sign(
            OWNER,
            Optional.empty(),
            CHAIN.state(1),
            members(OWNER, Role.OWNER, closed, Role.READER));
    byte[] box = Lockbox.seal(CHAIN.state(1), roster, closed.id());
    assertThrows(IllegalStateException.class, () -> Lockbox.open(box, roster, closed));
    assertEquals(1, Lockbox.open(box, roster, device(7)).version());
  }
}
