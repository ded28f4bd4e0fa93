package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.bytes;
import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static dev.kintsugi.core.internal.store.VaultFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ObjectReader;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A vault does everything with every scheme. */
final class VaultSchemesTest {
  private static final byte[] LARGE = bytes(1, (1 << 20) + 3);
  private static final byte[] SMALL = bytes(2, 1000);

  @TempDir Path temp;

  private final TroubledArchives troubled = new TroubledArchives();

  private VaultFixture fixture(String scheme) throws IOException {
    VaultFixture fixture =
        new VaultFixture(temp.resolve("v"), Scheme.parse(scheme).totalShards(), troubled)
            .create(scheme);
    try (Vault vault = fixture.open()) {
      vault.put(path("/large"), Source.of(LARGE));
      vault.put(path("/small"), Source.of(SMALL));
    }
    return fixture;
  }

  private static void check(Vault vault, String when) throws IOException {
    assertArrayEquals(LARGE, read(vault, "/large"), when);
    assertArrayEquals(SMALL, read(vault, "/small"), when);
    try (ObjectReader reader = vault.openObject(path("/large"))) {
      ByteBuffer target = ByteBuffer.allocate(100_000);
      while (target.hasRemaining() && reader.read(600_001 + target.position(), target) > 0) {
        // reads on
      }
      assertArrayEquals(Arrays.copyOfRange(LARGE, 600_001, 700_001), target.array(), when);
    }
  }

  private static int promised(String scheme) {
    return Scheme.parse(scheme).code().guaranteedLosses();
  }

  /** Returns every choice of so many archives, as letters. */
  private static List<String> choices(String scheme, int count) {
    List<String> all = new ArrayList<>();
    for (int set = 0; set < 1 << Scheme.parse(scheme).totalShards(); set++) {
      if (Integer.bitCount(set) == count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 8; i++) {
          if ((set >> i & 1) != 0) {
            letters.append((char) ('a' + i));
          }
        }
        all.add(letters.toString());
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "raid6:4", "raid5:4", "lrc:4+2+2", "replicate:3"})
  void anyArchivesThatTheSchemePromisesMayBeGone(String scheme) throws IOException {
    try (VaultFixture fixture = fixture(scheme);
        Vault vault = fixture.open()) {
      assertEquals(
          Set.of(promised(scheme)), vault.status(9).stripesByRedundancyLeft().keySet(), scheme);
      for (String gone : choices(scheme, promised(scheme))) {
        troubled.take(gone);
        assertEquals(Set.of(0), vault.status(9).stripesByRedundancyLeft().keySet(), gone);
        check(vault, scheme + " without " + gone);
        assertThrows(
            ArchiveUnavailableException.class,
            () -> vault.put(path("/new"), Source.of(SMALL)),
            "the margin cannot be kept without " + gone);
        troubled.bringBack();
      }
      vault.status(0);
      vault.put(path("/new"), Source.of(SMALL));
      check(vault, "all are back");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "raid6:4", "raid5:4", "lrc:4+2+2", "replicate:3"})
  void oneMoreIsReadWhereTheCodeCanAndRefusedByNameElsewhere(String scheme) throws IOException {
    try (VaultFixture fixture = fixture(scheme);
        Vault vault = fixture.open()) {
      int read = 0;
      int refused = 0;
      for (String gone : choices(scheme, promised(scheme) + 1)) {
        troubled.take(gone);
        Set<Integer> left = vault.status(9).stripesByRedundancyLeft().keySet();
        try {
          assertArrayEquals(LARGE, read(vault, "/large"), gone);
          read++;
        } catch (UnrecoverableException e) {
          assertTrue(left.contains(-1), "status says " + left + " without " + gone);
          assertTrue(e.toString().contains("/large"), e.toString());
          refused++;
        }
        if (!left.contains(-1)) {
          check(vault, "status promises it without " + gone);
        }
        troubled.bringBack();
      }
      assertTrue(refused > 0, "nothing was refused");
      boolean mds = Scheme.parse(scheme).sufficient() == Scheme.parse(scheme).dataShards();
      assertEquals(mds, read == 0, scheme + ": " + read + " read, " + refused + " refused");
      vault.status(0);
      check(vault, "all are back");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "raid6:4", "raid5:4", "lrc:4+2+2", "replicate:3"})
  void scrubRepairRebuildAndRecoverMakeItWholeAgain(String scheme) throws IOException {
    int losses = promised(scheme);
    try (VaultFixture fixture = fixture(scheme)) {
      Path kit = temp.resolve("kit");
      try (Vault vault = fixture.open();
          Unlock unlock = VaultFixture.unlock()) {
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean(), "at first");
        int dropped = 0;
        for (int archive = 0; archive < losses; archive++) {
          try (Backend backend = fixture.backend(archive)) {
            for (ShardName name : fixture.shards(archive)) {
              assertTrue(backend.delete(name));
              dropped++;
            }
          }
        }
        ScrubReport scrub = vault.scrub(new ScrubOptions(false), Progress.NONE);
        assertEquals(dropped, scrub.findings().size());
        assertEquals(List.of(), scrub.unrecoverable());
        assertEquals(Set.of(0), vault.status(9).stripesByRedundancyLeft().keySet());
        RepairReport repair = vault.repair(Progress.NONE);
        assertEquals(dropped, repair.shardsRestored());
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean(), "after repair");

        MemoryBackend.drop(fixture.place(1));
        String fresh = "memory:" + fixture.place(1) + "-fresh-z";
        vault.addArchive(ArchiveSpec.of("b", fresh), false);
        fixture.archives.set(1, ArchiveSpec.of("b", fresh));
        assertTrue(vault.rebuild("b", Progress.NONE).shardsRestored() > 0);
        assertTrue(vault.scrub(new ScrubOptions(false), Progress.NONE).clean(), "after rebuild");
        vault.exportKit(kit, unlock);
      }
      List<ArchiveSpec> left = fixture.archives.subList(losses, fixture.archives.size());
      for (int archive = 0; archive < losses; archive++) {
        troubled.take(fixture.archives.get(archive).name());
      }
      troubled.take("z");
      Path recovered = temp.resolve("recovered");
      try (Unlock unlock = VaultFixture.unlock()) {
        List<ArchiveSpec> given = losses > 1 ? left : fixture.archives.subList(1, 5);
        if (losses == 1) {
          troubled.bringBack();
          troubled.take("a");
        }
        RecoverReport report =
            fixture.store.recover(recovered, kit, unlock, given, unlock, Progress.NONE);
        assertEquals(List.of(), report.unrecoverable());
        assertEquals(List.of(), report.lostCommits());
        assertEquals(2, report.files());
        try (Vault vault = fixture.store.open(recovered, unlock, false)) {
          check(vault, "recovered from " + given);
        }
      }
      MemoryBackend.drop(fixture.archives.get(1).url().substring("memory:".length()));
    }
  }

  @Test
  void aWriteOfAnLrcVaultNeedsWhatSufficesAndTheMargin() throws IOException {
    try (VaultFixture fixture = fixture("lrc:4+2+2");
        Vault vault = fixture.open()) {
      troubled.take("ah");
      vault.status(0);
      vault.put(path("/six"), Source.of(SMALL));
      troubled.take("c");
      vault.status(0);
      ArchiveUnavailableException e =
          assertThrows(
              ArchiveUnavailableException.class, () -> vault.put(path("/five"), Source.of(SMALL)));
      assertTrue(e.toString().contains("6 are needed"), e.toString());
    }
  }

  @Test
  void schemesThatCannotBeKeptAreRefusedBeforeAnythingIsTouched() {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 8)) {
      for (VaultOptions options :
          List.of(
              VaultOptions.of(fixture.archives, "replicate:1"),
              VaultOptions.of(fixture.archives, "replicate:9"),
              new VaultOptions(fixture.archives, "replicate:3", 3),
              VaultOptions.of(fixture.archives, "lrc:6+2+2"),
              new VaultOptions(fixture.archives, "lrc:4+2+2", 4))) {
        try (Unlock unlock = VaultFixture.unlock()) {
          assertThrows(
              IllegalArgumentException.class,
              () -> fixture.store.create(fixture.directory, options, unlock),
              options.toString());
        }
        assertFalse(Files.exists(fixture.directory));
      }
      try (Unlock unlock = VaultFixture.unlock()) {
        fixture.store.create(
            fixture.directory, new VaultOptions(fixture.archives, "lrc:4+2+2", 3), unlock);
      }
      assertTrue(Files.exists(fixture.directory), "negative control: all eight archives, always");
    }
  }
}
