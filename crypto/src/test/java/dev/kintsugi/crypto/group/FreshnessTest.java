package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.UnsupportedVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted is remembered by the next process, and the memory cannot be forged. */
final class FreshnessTest {
  private static final byte[] GROUP = new byte[16];
  private static final DeviceKeys OWNER = new DeviceKeys(Secret.copyOf(new byte[32]));
  private static final GroupKeyChain CHAIN =
      new GroupKeyChain(GROUP, 10, Secret.copyOf(new byte[32]));
  private static final Roster FIRST = roster(Optional.empty(), 1);
  private static final Roster SECOND = roster(Optional.of(FIRST), 2);

  private static final RosterChain ONE = RosterChain.of(FIRST, GROUP, OWNER.id());
  private static final RosterChain TWO = ONE.then(SECOND);

  @TempDir Path dir;

  private static Roster roster(Optional<Roster> previous, int version) {
    return Roster.sign(OWNER, previous, CHAIN.state(version), Map.of(OWNER.id(), Role.OWNER));
  }

  private static SignedVersion version(long number, int fill) {
    byte[] root = new byte[32];
    Arrays.fill(root, (byte) fill);
    SignedVersion.Content content =
        new SignedVersion.Content(new byte[16], 5, number, new byte[32], root);
    return SignedVersion.sign(OWNER, SECOND, content);
  }

  private Freshness open() throws IOException {
    return open(7);
  }

  private Freshness open(int key) throws IOException {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) key);
    return Freshness.open(dir.resolve("seen"), Secret.takeOver(bytes));
  }

  @Test
  void theNextProcessNoticesRollBacks() throws IOException {
    open().accept(ONE);
    Freshness freshness = open();
    freshness.accept(TWO);
    freshness.acceptNew(version(3, 1), TWO);
    Freshness next = open();
    assertThrows(AuthenticationFailedException.class, () -> next.accept(ONE));
    assertThrows(AuthenticationFailedException.class, () -> next.accept(version(2, 1), TWO));
    assertThrows(AuthenticationFailedException.class, () -> next.accept(version(3, 2), TWO));
    assertThrows(AuthenticationFailedException.class, () -> next.acceptNew(version(3, 1), TWO));
    assertThrows(
        AuthenticationFailedException.class,
        () -> next.accept(ONE.then(roster(Optional.of(FIRST), 3))),
        "a fork: another second roster");
    next.accept(version(3, 1), TWO);
    next.acceptNew(version(4, 1), TWO);
    // The negative control: whoever forgets accepts the roll-back.
    Files.delete(dir.resolve("seen"));
    Freshness forgetful = open();
    forgetful.accept(ONE);
    forgetful.accept(TWO);
    forgetful.accept(version(2, 1), TWO);
  }

  @Test
  void theMemoryCannotBeAlteredOrReadWithAnotherKey() throws IOException {
    open().accept(TWO);
    byte[] record = Files.readAllBytes(dir.resolve("seen"));
    for (int bit = 0; bit < 8 * record.length; bit++) {
      byte[] flipped = record.clone();
      flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
      Files.write(dir.resolve("seen"), flipped);
      assertThrows(CryptoException.class, this::open, "bit " + bit);
    }
    for (int n = 0; n < record.length; n++) {
      Files.write(dir.resolve("seen"), Arrays.copyOf(record, n));
      assertThrows(CryptoException.class, this::open, "cut at " + n);
    }
    Files.write(dir.resolve("seen"), record);
    assertThrows(AuthenticationFailedException.class, () -> open(8));
    assertThrows(AuthenticationFailedException.class, () -> open().accept(ONE));
  }

  @Test
  void whatCannotBeMadeDurableIsNotAccepted() throws IOException {
    Path gone = Files.createDirectory(dir.resolve("gone"));
    Freshness freshness = Freshness.open(gone.resolve("seen"), Secret.copyOf(new byte[32]));
    freshness.accept(ONE);
    Files.delete(gone.resolve("seen"));
    Files.delete(gone);
    assertThrows(UncheckedIOException.class, () -> freshness.accept(TWO));
    Files.createDirectory(gone);
    freshness.accept(TWO);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(ONE));
    assertTrue(Files.exists(gone.resolve("seen")));
  }

  /** Whatever it is that goes wrong: here a key of another length, found when it is used. */
  @Test
  void whatFailsInAnyOtherWayIsNotAcceptedEither() throws IOException {
    Freshness freshness = Freshness.open(dir.resolve("seen"), Secret.copyOf(new byte[16]));
    for (int i = 0; i < 2; i++) {
      assertThrows(IllegalArgumentException.class, () -> freshness.accept(ONE));
    }
    assertThrows(
        AuthenticationFailedException.class, () -> freshness.accept(version(1, 1), ONE), "none");
    assertFalse(Files.exists(dir.resolve("seen")));
  }

  @Test
  void aClosedMemoryHoldsNoKeyAndAcceptsNothing() throws IOException {
    for (Freshness freshness : new Freshness[] {open(), new Freshness()}) {
      freshness.accept(ONE);
      freshness.close();
      freshness.close();
      assertThrows(IllegalStateException.class, () -> freshness.accept(TWO));
      assertThrows(IllegalStateException.class, () -> freshness.accept(version(1, 1), ONE));
      assertThrows(IllegalStateException.class, () -> freshness.acceptNew(version(1, 1), ONE));
    }
    Secret key = Secret.copyOf(new byte[32]);
    try (FreshnessRecord record = new FreshnessRecord(dir.resolve("other"), key)) {
      record.write(new TreeMap<>(), new TreeMap<>());
    }
    assertTrue(key.isClosed());
  }

  @Test
  void theAlgorithmIsNamedAndNoOtherIsTaken() throws IOException {
    open().accept(ONE);
    byte[] record = Files.readAllBytes(dir.resolve("seen"));
    assertEquals(2, ByteBuffer.wrap(record).getShort(4));
    assertEquals(Suite.AES_256_GCM, ByteBuffer.wrap(record).getShort(6));
    for (int at : new int[] {5, 7}) {
      byte[] other = record.clone();
      other[at] = 3;
      Files.write(dir.resolve("seen"), other);
      assertThrows(UnsupportedVersionException.class, this::open);
    }
    // Passed off as version 1, which had no id.
    byte[] old =
        Records.concat(Arrays.copyOf(record, 6), Arrays.copyOfRange(record, 8, record.length));
    old[5] = 1;
    Files.write(dir.resolve("seen"), old);
    assertThrows(AuthenticationFailedException.class, this::open);
  }

  @Test
  void acceptingTheSameAgainWritesNothing() throws IOException {
    Freshness freshness = open();
    freshness.accept(ONE);
    byte[] before = Files.readAllBytes(dir.resolve("seen"));
    freshness.accept(ONE);
    assertArrayEquals(before, Files.readAllBytes(dir.resolve("seen")));
    freshness.accept(TWO);
    assertEquals(before.length, Files.size(dir.resolve("seen")));
  }
}
