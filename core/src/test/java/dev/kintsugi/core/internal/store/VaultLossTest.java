package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.ArchiveFullException;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.StatusReport;
import dev.kintsugi.core.store.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class VaultLossTest {
  private static final int[] SIZES = {0, 1, 65535, 65536, 65537, (5 << 20) + 3};

  @TempDir Path temp;

  private final TroubledArchives troubled = new TroubledArchives();

  private VaultFixture fixture(String scheme) {
    return new VaultFixture(temp.resolve("v"), 6, troubled).create(scheme);
  }

  private static void putAll(Vault vault) throws IOException {
    try (Ingest ingest = vault.ingest((where, attributes, degraded) -> {})) {
      for (int size : SIZES) {
        ingest.file(path("/f" + size), Source.of(bytes(size, size)), NewAttributes.ofMode(0644));
      }
    }
  }

  private static void checkAll(Vault vault, String when) throws IOException {
    for (int size : SIZES) {
      assertArrayEquals(bytes(size, size), read(vault, "/f" + size), when + ", size " + size);
    }
  }

  @Test
  void everyPairOfSixArchivesMayBeGone() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      try (Vault vault = fixture.open()) {
        putAll(vault);
      }
      for (char a = 'a'; a <= 'f'; a++) {
        for (char b = (char) (a + 1); b <= 'f'; b++) {
          troubled.take("" + a + b);
          try (Vault vault = fixture.openReadOnly()) {
            checkAll(vault, "without " + a + " and " + b);
            StatusReport status = vault.status(100);
            assertEquals(java.util.Set.of(0), status.stripesByRedundancyLeft().keySet());
            assertEquals(SIZES.length + 1, status.atRiskTotal());
          }
          troubled.bringBack();
        }
      }
    }
  }

  @Test
  void archivesMayVanishWhileTheVaultIsOpen() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2");
        Vault vault = fixture.open()) {
      putAll(vault);
      troubled.take("ce");
      checkAll(vault, "c and e vanished");
      troubled.bringBack();
      troubled.take("af");
      checkAll(vault, "then a and f");
    }
  }

  @Test
  void withThreeOfSixGoneTheErrorNamesTheFileAndNothingIsLost() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      try (Vault vault = fixture.open()) {
        putAll(vault);
      }
      troubled.take("bdf");
      try (Vault vault = fixture.open()) {
        assertEquals(SIZES.length, vault.list(path("/")).size(), "names come from the index");
        int readable = 0;
        for (int size : SIZES) {
          try {
            assertArrayEquals(bytes(size, size), read(vault, "/f" + size));
            readable++; // all its blocks lie in data shards that are there
          } catch (UnrecoverableException e) {
            assertTrue(e.toString().contains("/f" + size), e.toString());
          }
        }
        assertTrue(readable >= 1, "an empty file needs no shard");
        assertThrows(
            UnrecoverableException.class,
            () -> read(vault, "/f" + SIZES[SIZES.length - 1]),
            "the largest lies in every data shard");
        assertThrows(
            ArchiveUnavailableException.class,
            () -> vault.put(path("/new"), Source.of(new byte[10])));
        StatusReport status = vault.status(3);
        assertEquals(java.util.Set.of(-1), status.stripesByRedundancyLeft().keySet());
        assertEquals(3, status.atRisk().size());
        troubled.bringBack();
        checkAll(vault, "all are back");
        vault.put(path("/new"), Source.of(bytes(9, 10)));
      }
      try (Vault vault = fixture.openReadOnly()) {
        checkAll(vault, "after all");
        assertArrayEquals(bytes(9, 10), read(vault, "/new"));
        assertEquals(SIZES.length + 1, vault.list(path("/")).size());
      }
    }
  }

  @Test
  void oneArchiveMayFailDuringAnIngestAndItsShardsAreRepairedLater() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2");
        Vault vault = fixture.open()) {
      List<Integer> degraded = new ArrayList<>();
      try (Ingest ingest = vault.ingest((where, attributes, missing) -> degraded.add(missing))) {
        ingest.file(path("/a"), Source.of(bytes(1, 100_000)), NewAttributes.ofMode(0644));
        ingest.flush();
        troubled.take("c");
        ingest.file(path("/b"), Source.of(bytes(2, 1 << 20)), NewAttributes.ofMode(0644));
        ingest.flush();
      }
      assertEquals(List.of(0, 2), degraded, "one shard of the data, one of the manifest");
      troubled.bringBack();
      troubled.take("af");
      assertThrows(UnrecoverableException.class, () -> read(vault, "/b"));
      troubled.bringBack();
      RepairReport report = vault.repair(Progress.NONE);
      assertEquals(2, report.shardsRestored());
      assertEquals(0, report.pending());
      troubled.take("af");
      assertArrayEquals(bytes(2, 1 << 20), read(vault, "/b"));
      troubled.bringBack();
      assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
    }
  }

  @Test
  void twoFailingArchivesEndAnIngestAndWhatWasAcknowledgedStays() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2");
        Vault vault = fixture.open()) {
      List<String> acknowledged = new ArrayList<>();
      try (Ingest ingest =
          vault.ingest((where, attributes, missing) -> acknowledged.add(where.toString()))) {
        ingest.file(path("/a"), Source.of(bytes(1, 100_000)), NewAttributes.ofMode(0644));
        ingest.flush();
        troubled.fill("bd");
        ArchiveUnavailableException failure =
            assertThrows(
                ArchiveUnavailableException.class,
                () -> {
                  ingest.file(
                      path("/b"), Source.of(bytes(2, 20 << 20)), NewAttributes.ofMode(0644));
                  ingest.flush();
                });
        assertTrue(failure.toString().contains("no room"), failure.toString());
        assertInstanceOf(ArchiveFullException.class, failure.getSuppressed()[0]);
      }
      assertEquals(List.of("/a"), acknowledged);
      troubled.bringBack();
      assertArrayEquals(bytes(1, 100_000), read(vault, "/a"));
      vault.put(path("/b"), Source.of(bytes(3, 100)));
      ScrubReport scrub = vault.scrub(new ScrubOptions(true), Progress.NONE);
      assertEquals(List.of(), scrub.unrecoverable());
      assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
    }
  }

  @Test
  void aLostArchiveIsReplacedAndRebuilt() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2");
        Vault vault = fixture.open()) {
      putAll(vault);
      dev.kintsugi.core.archive.MemoryBackend.drop(fixture.place(2));
      String fresh = "memory:" + fixture.place(2) + "-fresh-g";
      vault.addArchive(ArchiveSpec.of("c", fresh), false);
      assertTrue(vault.archives().get(2).missing() > 0);
      checkAll(vault, "before rebuild");
      RepairReport report = vault.rebuild("c", Progress.NONE);
      assertTrue(report.shardsRestored() > 0);
      assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean());
      troubled.take("ad");
      checkAll(vault, "two others gone after rebuild");
      assertEquals(Map.of(0, report.stripes()), vault.status(0).stripesByRedundancyLeft());
      dev.kintsugi.core.archive.MemoryBackend.drop(fresh.substring("memory:".length()));
    }
  }

  @Test
  @Timeout(120)
  void anIngestEndsWhoseVaultWasClosed() throws IOException {
    try (VaultFixture fixture = fixture("rs:4+2")) {
      Vault vault = fixture.open();
      Ingest ingest = vault.ingest((where, attributes, degraded) -> {});
      ingest.file(path("/a"), Source.of(bytes(1, 1000)), NewAttributes.ofMode(0644));
      vault.close();
      IllegalStateException failure = assertThrows(IllegalStateException.class, ingest::close);
      assertTrue(failure.toString().contains("closed during the ingest"), failure.toString());
      try (Vault again = fixture.open()) {
        assertEquals(List.of(), again.list(path("/")));
        assertTrue(again.scrub(new ScrubOptions(true), Progress.NONE).unrecoverable().isEmpty());
      }
    }
  }
}
