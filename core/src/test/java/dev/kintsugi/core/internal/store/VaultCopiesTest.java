package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a vault's directory, and vaults recovered from its archives. */
final class VaultCopiesTest {
  private static final int SIZE = 100_000;

  @TempDir Path temp;

  private final TroubledArchives troubled = new TroubledArchives();

  private VaultFixture fixture(int archives) {
    return new VaultFixture(temp.resolve("v"), archives, troubled).create("rs:2+1");
  }

  private Path copy(VaultFixture fixture, String name) throws IOException {
    return fixture.copy(temp.resolve(name));
  }

  private static Vault open(VaultFixture fixture, Path directory, boolean readOnly) {
    return fixture.open(directory, readOnly);
  }

  private static void put(VaultFixture fixture, Path directory, String name, long seed) {
    try (Vault vault = open(fixture, directory, false)) {
      put(vault, name, seed);
    }
  }

  private static void put(Vault vault, String name, long seed) {
    vault.put(path(name), Source.of(bytes(seed, SIZE)));
  }

  private static void assertHolds(Vault vault, String name, long seed) throws IOException {
    assertArrayEquals(bytes(seed, SIZE), read(vault, name), name);
  }

  private static String refused(VaultFixture fixture, Path directory) {
    return assertThrows(
            VaultSupersededException.class, () -> open(fixture, directory, false).close())
        .toString();
  }

  private static void assertClean(Vault vault) {
    assertTrue(vault.scrub(new ScrubOptions(true), Progress.NONE).clean());
  }

  private Path recover(VaultFixture fixture, String name, String given) {
    return fixture.recover(temp.resolve(name), temp.resolve("kit"), given);
  }

  @Test
  void ofTwoCopiesTheOneThatWritesFirstGoesOnAndTheOtherCanOnlyBeRead() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      put(fixture, fixture.directory, "/a", 1);
      Path copy = copy(fixture, "copy");
      put(fixture, fixture.directory, "/b", 2);
      String message = refused(fixture, copy);
      assertTrue(message.contains("archives a, b, c were last written"), message);
      assertTrue(message.contains("kintsugi recover"), message);
      refused(fixture, copy);
      try (Vault vault = open(fixture, copy, true)) {
        assertHolds(vault, "/a", 1);
      }
      put(fixture, fixture.directory, "/c", 3);
      try (Vault vault = fixture.open()) {
        assertHolds(vault, "/a", 1);
        assertHolds(vault, "/b", 2);
        assertHolds(vault, "/c", 3);
        assertClean(vault);
      }
    }
  }

  /** The negative control: it is the other's writing that is noticed, not the copying. */
  @Test
  void aCopyThatIsUpToDateMayBeWrittenTo() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      put(fixture, fixture.directory, "/a", 1);
      Path copy = copy(fixture, "copy");
      put(fixture, copy, "/b", 2);
      refused(fixture, fixture.directory);
      put(fixture, copy, "/c", 3);
      try (Vault vault = open(fixture, copy, false)) {
        assertHolds(vault, "/a", 1);
        assertHolds(vault, "/b", 2);
        assertClean(vault);
      }
    }
  }

  @Test
  void aBackupThatWasRestoredIsRefusedAfterLaterSessionsEvenIfTheyWroteNothing()
      throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      put(fixture, fixture.directory, "/a", 1);
      Path old = copy(fixture, "old");
      fixture.open().close();
      refused(fixture, old);
      put(fixture, fixture.directory, "/b", 2);
      refused(fixture, old);
      Path fresh = copy(fixture, "fresh"); // the control
      put(fixture, fresh, "/c", 3);
      try (Vault vault = open(fixture, fresh, true)) {
        assertHolds(vault, "/b", 2);
      }
    }
  }

  @Test
  void aBackupTakenWhileAWriterWasAtWorkIsRefusedAfterItsEnd() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      Path during;
      try (Vault vault = fixture.open()) {
        put(vault, "/a", 1);
        during = copy(fixture, "during");
        put(vault, "/b", 2);
      }
      refused(fixture, during);
      try (Vault vault = open(fixture, during, true)) {
        assertHolds(vault, "/a", 1);
      }
      Path after = copy(fixture, "after"); // the control
      put(fixture, after, "/c", 3);
    }
  }

  @Test
  void aWriterNoticesThatACopyTakenWhileItWasAtWorkHasClaimedTheVault() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      Vault vault = fixture.open();
      put(vault, "/a", 1);
      put(vault, "/b", 2); // the control: nobody else is there
      Path during = copy(fixture, "during");
      open(fixture, during, false).close();
      List<Integer> shards = List.of(count(fixture, 0), count(fixture, 1), count(fixture, 2));
      assertThrows(VaultSupersededException.class, () -> put(vault, "/c", 3));
      assertThrows(VaultSupersededException.class, () -> vault.remove(path("/a")));
      assertThrows(VaultSupersededException.class, vault::close);
      assertEquals(
          shards, List.of(count(fixture, 0), count(fixture, 1), count(fixture, 2)), "shards");
      refused(fixture, fixture.directory);
      try (Vault other = open(fixture, during, false)) {
        assertHolds(other, "/b", 2);
        assertClean(other);
      }
    }
  }

  private static int count(VaultFixture fixture, int archive) throws IOException {
    return fixture.shards(archive).size();
  }

  @Test
  void theOldVaultIsRefusedAfterTheRecoveredOneHasClaimed() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      put(fixture, fixture.directory, "/a", 1);
      Path recovered = recover(fixture, "recovered", "abc");
      put(fixture, recovered, "/b", 2);
      refused(fixture, fixture.directory);
      try (Vault vault = open(fixture, recovered, false)) {
        assertHolds(vault, "/a", 1);
        assertHolds(vault, "/b", 2);
        assertClean(vault);
      }
      try (Vault vault = fixture.openReadOnly()) {
        assertHolds(vault, "/a", 1);
      }
    }
  }

  @Test
  void aRecoveredVaultIsRefusedIfTheOldOneHasWrittenSinceAndRecoveredAgain() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      put(fixture, fixture.directory, "/a", 1);
      Path early = recover(fixture, "early", "abc");
      put(fixture, fixture.directory, "/b", 2); // recover claims nothing, so the old one may
      refused(fixture, early);
      Path late = recover(fixture, "late", "abc");
      put(fixture, late, "/c", 3);
      refused(fixture, early);
      refused(fixture, fixture.directory);
      try (Vault vault = open(fixture, late, false)) {
        assertHolds(vault, "/a", 1);
        assertHolds(vault, "/b", 2);
        assertHolds(vault, "/c", 3);
        assertClean(vault);
      }
    }
  }

  @Test
  void anArchiveThatWasAwayThroughTwoRecoveriesDoesNotLockTheVault() throws IOException {
    try (VaultFixture fixture = fixture(4)) {
      put(fixture, fixture.directory, "/a", 1);
      troubled.take("d");
      Path first = recover(fixture, "first", "abc");
      put(fixture, first, "/b", 2);
      Path second = recover(fixture, "second", "abc");
      put(fixture, second, "/c", 3);
      troubled.bringBack();
      put(fixture, second, "/d", 4);
      refused(fixture, first);
    }
  }

  @Test
  void damagedForgedAndReplayedHeadsLockNobodyOutAndAreReplaced() throws IOException {
    try (VaultFixture fixture = fixture(3)) {
      byte[] head;
      byte[] intent;
      byte[] foreign;
      try (Backend a = fixture.backend(0);
          Backend b = fixture.backend(1)) {
        head = a.readRecord(ArchiveHead.HEAD).orElseThrow();
        intent = a.readRecord(ArchiveHead.INTENT).orElseThrow();
        put(fixture, fixture.directory, "/a", 1);
        foreign = b.readRecord(ArchiveHead.HEAD).orElseThrow();
        byte[] flipped = a.readRecord(ArchiveHead.HEAD).orElseThrow();
        flipped[40] ^= 1;
        Path stale = copy(fixture, "stale");
        for (byte[] bad : List.of(new byte[0], bytes(5, 66), flipped, foreign, head)) {
          a.writeRecord(ArchiveHead.HEAD, bad);
          a.writeRecord(ArchiveHead.INTENT, bad == head ? intent : bad);
          fixture.open().close();
          assertTrue(
              !java.util.Arrays.equals(bad, a.readRecord(ArchiveHead.HEAD).orElseThrow()),
              "it stayed");
        }
        a.writeRecord(ArchiveHead.HEAD, flipped);
        // The control: what the other archives say still counts.
        String message = refused(fixture, stale);
        assertTrue(message.contains("archives a, b, c") || message.contains("b, c"), message);
      }
    }
  }

  @Test
  void anArchiveThatWasAwayIsClaimedBeforeAShardIsWrittenToIt() throws IOException {
    try (VaultFixture fixture = fixture(4)) {
      Path stale = copy(fixture, "stale");
      byte[] before = head(fixture, 2);
      troubled.take("c");
      try (Vault vault = fixture.open()) {
        put(vault, "/a", 1);
        assertArrayEquals(before, head(fixture, 2));
        troubled.bringBack();
        put(vault, "/b", 2);
        assertTrue(!java.util.Arrays.equals(before, head(fixture, 2)), "c was not claimed");
      }
      troubled.take("abd");
      assertTrue(refused(fixture, stale).contains(": archive c was last"), "c alone");
    }
  }

  @Test
  void anArchiveThatReturnsWithTheHeadOfAnotherCopyEndsTheWriter() throws IOException {
    try (VaultFixture fixture = fixture(4)) {
      put(fixture, fixture.directory, "/a", 1);
      Path copy = copy(fixture, "copy");
      troubled.fill("abd");
      open(fixture, copy, false).close(); // it can claim c alone, so the other cannot know
      troubled.bringBack();
      troubled.take("c");
      int shards = count(fixture, 2);
      Vault vault = fixture.open();
      put(vault, "/b", 2);
      troubled.bringBack();
      vault.archives(); // which finds c, and lets nobody write to it
      assertThrows(VaultSupersededException.class, () -> put(vault, "/c", 3));
      assertThrows(VaultSupersededException.class, vault::close);
      assertEquals(shards, count(fixture, 2), "shards of c");
    }
  }

  @Test
  void anArchiveWhoseHeadCannotBeWrittenGetsNoShard() throws IOException {
    try (VaultFixture fixture = fixture(4)) {
      List<ShardName> before = fixture.shards(2);
      troubled.fill("c");
      try (Vault vault = fixture.open()) {
        put(vault, "/a", 1);
        assertTrue(before.containsAll(fixture.shards(2)), "a shard was written");
        troubled.bringBack();
        for (int i = 0; i < 5; i++) {
          put(vault, "/b" + i, i);
        }
        assertTrue(count(fixture, 2) > before.size(), "the control: with room it is used again");
      }
    }
  }

  @Test
  void whateverStepOfClaimOrEndAProcessEndsAtItsOnlyCopyIsNotLockedOut() throws IOException {
    int crashes = 0;
    for (int at = 1; ; at++) {
      CrashPlan plan = new CrashPlan(at);
      try (VaultFixture fixture = new VaultFixture(temp.resolve("v" + at), 3).create("rs:2+1")) {
        plan.arm();
        VaultStore store = VaultFixture.store(plan.around(Backends::open), plan::around);
        try (Unlock unlock = VaultFixture.unlock()) {
          store.open(fixture.directory, unlock, false).close();
        } catch (dev.kintsugi.core.KintsugiException e) {
          assertTrue(plan.crashed(), "crash at " + at + ": " + e);
        }
        put(fixture, fixture.directory, "/a", at);
        try (Vault vault = fixture.open()) {
          assertHolds(vault, "/a", at);
        }
      }
      if (!plan.crashed()) {
        break;
      }
      crashes++;
    }
    // 3 archives, written twice at the start and at the end, 3 changes of the index.
    assertTrue(crashes >= 2 * (3 * 4 + 3), "only " + crashes + " steps");
  }

  private static byte[] head(VaultFixture fixture, int archive) throws IOException {
    try (Backend backend = fixture.backend(archive)) {
      return backend.readRecord(ArchiveHead.HEAD).orElseThrow();
    }
  }
}
