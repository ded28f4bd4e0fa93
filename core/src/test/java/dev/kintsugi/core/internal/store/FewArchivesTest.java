package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vaults opened for writing while half of their archives, or more, do not answer. */
final class FewArchivesTest {
  private static final int SIZE = 100_000;

  @TempDir Path temp;

  private final TroubledArchives troubled = new TroubledArchives();

  private VaultFixture fixture(String scheme) {
    return new VaultFixture(temp.resolve("v"), 6, troubled).create(scheme);
  }

  private static void put(Vault vault, String name, long seed) {
    vault.put(path(name), Source.of(bytes(seed, SIZE)));
  }

  private static void put(VaultFixture fixture, Path directory, String name, long seed) {
    try (Vault vault = fixture.open(directory, false)) {
      put(vault, name, seed);
    }
  }

  private static ArchiveUnavailableException refusedPut(Vault vault) {
    return assertThrows(ArchiveUnavailableException.class, () -> put(vault, "/refused", 9));
  }

  private static void assertSuperseded(VaultFixture fixture, Path directory) {
    assertThrows(
        VaultSupersededException.class, () -> fixture.open(directory, false).close(), "it is out");
  }

  /** Returns the records of the last archive. */
  private static List<String> records(VaultFixture fixture) throws IOException {
    List<String> records = new ArrayList<>();
    try (Backend backend = fixture.backend(5)) {
      for (String record : List.of(ArchiveHead.HEAD, ArchiveHead.INTENT)) {
        records.add(HexFormat.of().formatHex(backend.readRecord(record).orElseThrow()));
      }
    }
    return records;
  }

  @Test
  void aPutThatIsRefusedForWantOfArchivesLeavesNoClaimBehind() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      put(fixture, fixture.directory, "/a", 1);
      List<String> before = records(fixture);
      troubled.take("abcde");
      try (Vault vault = fixture.open()) {
        String message = refusedPut(vault).toString();
        assertTrue(message.contains("1 of 6 archives answer"), message);
        assertTrue(message.contains("more than half (4) are needed"), message);
        assertTrue(message.contains("b: archive b is gone"), message);
      }
      assertEquals(before, records(fixture));
      troubled.bringBack();
      troubled.take("f");
      Path recovered = fixture.recover(temp.resolve("r"), temp.resolve("kit"), "abcde");
      put(fixture, recovered, "/b", 2);
      troubled.bringBack();
      put(fixture, recovered, "/c", 3);
      assertTrue(!before.equals(records(fixture)), "the control: f is claimed now");
      assertSuperseded(fixture, fixture.directory);
      try (Vault vault = fixture.open(recovered, true)) {
        for (int seed = 1; seed <= 3; seed++) {
          assertArrayEquals(bytes(seed, SIZE), read(vault, "/" + (char) ('a' - 1 + seed)));
        }
      }
    }
  }

  @Test
  void aCopyThatSeesAFewArchivesAndOnlyLooksLocksNobodyOut() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      Path copy = fixture.copy(temp.resolve("copy"));
      troubled.take("f");
      put(fixture, fixture.directory, "/a", 1);
      troubled.bringBack();
      troubled.take("abcde");
      try (Vault vault = fixture.open(copy, false)) {
        assertEquals(
            List.of("a", "b", "c", "d", "e"),
            vault.scrub(new ScrubOptions(false), Progress.NONE).unavailable());
        vault.status(9);
      }
      troubled.bringBack();
      put(fixture, fixture.directory, "/b", 2);
      assertSuperseded(fixture, copy);
    }
  }

  @Test
  void aCopyThatSeesHalfOfTheArchivesWritesNoShard() throws IOException {
    try (VaultFixture fixture = fixture("rs:2+4")) {
      Path copy = fixture.copy(temp.resolve("copy"));
      troubled.take("abc");
      int written = troubled.written();
      try (Vault vault = fixture.open(copy, false)) {
        refusedPut(vault);
        assertThrows(
            ArchiveUnavailableException.class,
            () -> vault.makeDirectory(path("/d"), NewAttributes.ofMode(0755)));
      }
      assertEquals(written, troubled.written());
      troubled.bringBack();
      troubled.take("ef");
      put(fixture, fixture.directory, "/a", 1); // four of six are more than half
      assertTrue(troubled.written() > written, "the control");
    }
  }

  @Test
  void aSessionClaimsTheVaultWhenEnoughArchivesHaveReturned() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      Path copy = fixture.copy(temp.resolve("copy"));
      troubled.take("cdef");
      try (Vault vault = fixture.open()) {
        refusedPut(vault);
        troubled.bringBack();
        vault.makeDirectory(path("/d"), NewAttributes.ofMode(0755));
        put(vault, "/d/a", 1);
        assertSuperseded(fixture, copy);
      }
      try (Vault vault = fixture.open()) {
        assertArrayEquals(bytes(1, SIZE), read(vault, "/d/a"));
        assertTrue(vault.scrub(new ScrubOptions(true), Progress.NONE).clean());
      }
    }
  }

  @Test
  void aSessionThatFindsAnotherCopysClaimWhenArchivesReturnIsRefused() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      Path copy = fixture.copy(temp.resolve("copy"));
      troubled.take("abcde");
      try (Vault vault = fixture.open(copy, false)) {
        troubled.bringBack();
        troubled.take("f");
        put(fixture, fixture.directory, "/a", 1);
        troubled.bringBack();
        assertThrows(VaultSupersededException.class, () -> put(vault, "/b", 2));
      } // and it ends without a word, for it has claimed nothing
      put(fixture, fixture.directory, "/c", 3);
    }
  }

  @Test
  void repairWithHalfOfTheArchivesWritesNothingAndSaysWhatWaits() throws IOException {
    try (VaultFixture fixture = fixture("rs:2+4")) {
      put(fixture, fixture.directory, "/a", 1);
      int lost = 0;
      try (Backend backend = fixture.backend(0)) {
        for (ShardName name : fixture.shards(0)) {
          lost += backend.delete(name) ? 1 : 0;
        }
      }
      troubled.take("def");
      try (Vault vault = fixture.open()) {
        int written = troubled.written();
        assertEquals(lost, vault.scrub(new ScrubOptions(false), Progress.NONE).findings().size());
        RepairReport report = vault.repair(Progress.NONE);
        assertEquals(0, report.shardsRestored());
        assertEquals(lost, report.pending());
        assertEquals(written, troubled.written());
        troubled.bringBack();
        assertEquals(lost, vault.repair(Progress.NONE).shardsRestored(), "the control");
      }
    }
  }

  @Test
  void archivesThatWereFullBeforeTheSessionBeganAreSaidToBeFull() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      for (String letters : List.of("bd", "bde")) {
        troubled.fill(letters); // of which four are left to claim, then three
        try (Vault vault = fixture.open()) {
          ArchiveUnavailableException failure = refusedPut(vault);
          assertTrue(failure.toString().contains("archive b has no room"), failure.toString());
          assertTrue(failure.toString().contains("archive d has no room"), failure.toString());
          assertEquals(ArchiveFullException.class, failure.getSuppressed()[0].getClass());
        }
        troubled.bringBack();
      }
      put(fixture, fixture.directory, "/a", 1);
    }
  }
}
