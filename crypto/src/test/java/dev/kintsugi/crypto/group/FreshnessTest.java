package dev.kintsugi.crypto.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.CryptoException;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
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
    open().accept(FIRST);
    Freshness freshness = open();
    freshness.accept(SECOND);
    freshness.accept(version(3, 1), SECOND, true);
    Freshness next = open();
    assertThrows(AuthenticationFailedException.class, () -> next.accept(FIRST));
    assertThrows(
        AuthenticationFailedException.class, () -> next.accept(version(2, 1), SECOND, false));
    assertThrows(
        AuthenticationFailedException.class, () -> next.accept(version(3, 2), SECOND, false));
    assertThrows(
        AuthenticationFailedException.class, () -> next.accept(version(3, 1), SECOND, true));
    assertThrows(
        AuthenticationFailedException.class,
        () -> next.accept(roster(Optional.of(FIRST), 3)),
        "a fork: another second roster");
    next.accept(version(3, 1), SECOND, false);
    next.accept(version(4, 1), SECOND, true);
    // The negative control: whoever forgets accepts the roll-back.
    Files.delete(dir.resolve("seen"));
    Freshness forgetful = open();
    forgetful.accept(FIRST);
    forgetful.accept(version(2, 1), FIRST, false);
  }

  @Test
  void theMemoryCannotBeAlteredOrReadWithAnotherKey() throws IOException {
    open().accept(SECOND);
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
    assertThrows(AuthenticationFailedException.class, () -> open().accept(FIRST));
  }

  @Test
  void whatCannotBeMadeDurableIsNotAccepted() throws IOException {
    Path gone = Files.createDirectory(dir.resolve("gone"));
    Freshness freshness = Freshness.open(gone.resolve("seen"), Secret.copyOf(new byte[32]));
    freshness.accept(FIRST);
    Files.delete(gone.resolve("seen"));
    Files.delete(gone);
    assertThrows(UncheckedIOException.class, () -> freshness.accept(SECOND));
    Files.createDirectory(gone);
    freshness.accept(SECOND);
    assertThrows(AuthenticationFailedException.class, () -> freshness.accept(FIRST));
    assertTrue(Files.exists(gone.resolve("seen")));
  }

  @Test
  void acceptingTheSameAgainWritesNothing() throws IOException {
    Freshness freshness = open();
    freshness.accept(FIRST);
    byte[] before = Files.readAllBytes(dir.resolve("seen"));
    freshness.accept(FIRST);
    assertArrayEquals(before, Files.readAllBytes(dir.resolve("seen")));
    freshness.accept(SECOND);
    assertEquals(before.length, Files.size(dir.resolve("seen")));
  }
}
