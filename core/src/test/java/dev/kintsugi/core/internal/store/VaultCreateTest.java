package dev.kintsugi.core.internal.store;

import static dev.kintsugi.core.internal.store.VaultFixture.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VaultCreateTest {
  @TempDir Path temp;

  @Test
  void aCreationThatFailsLeavesNothing() throws IOException {
    TroubledArchives troubled = new TroubledArchives();
    Path directory = temp.resolve("v");
    try (VaultFixture fixture = new VaultFixture(directory, 6, troubled)) {
      troubled.fill("ef");
      assertThrows(ArchiveUnavailableException.class, () -> fixture.create("rs:4+2"));
      assertFalse(Files.exists(directory));
      for (int archive = 0; archive < 6; archive++) {
        assertEquals(List.of(), fixture.shards(archive), "shards of archive " + archive);
        try (Backend backend = fixture.backend(archive)) {
          for (String record : List.of("marker", "head", "intent")) {
            assertTrue(backend.readRecord(record).isEmpty(), record + " of archive " + archive);
          }
        }
      }
      troubled.bringBack();
      fixture.create("rs:4+2");
      try (Vault vault = fixture.open()) {
        assertEquals(List.of(), vault.list(path("/")));
      }
    }
  }

  @Test
  void anArchiveOfAnotherVaultIsRefusedAndKept() throws IOException {
    try (VaultFixture first = new VaultFixture(temp.resolve("v1"), 3).create("rs:2+1");
        VaultFixture second = new VaultFixture(temp.resolve("v2"), 3)) {
      second.archives.set(2, ArchiveSpec.of("c", first.archives.get(2).url()));
      assertThrows(PathExistsException.class, () -> second.create("rs:2+1"));
      assertFalse(Files.exists(second.directory));
      try (Backend backend = second.backend(0)) {
        assertTrue(backend.readRecord("marker").isEmpty());
      }
      try (Vault vault = first.open()) {
        vault.put(path("/f"), () -> InputStream.nullInputStream());
      }
    }
  }

  @Test
  void optionsThatCannotBeKeptAreRefusedBeforeAnythingIsTouched() {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6)) {
      List<ArchiveSpec> six = fixture.archives;
      List<ArchiveSpec> together =
          six.stream().map(a -> new ArchiveSpec(a.name(), a.url(), "one")).toList();
      List<VaultOptions> bad =
          List.of(
              VaultOptions.of(six, "rs:5+2"),
              VaultOptions.of(six, "nonsense"),
              VaultOptions.of(together, "rs:4+2"),
              new VaultOptions(six, "rs:4+2", 3),
              new VaultOptions(six, "rs:4+2", -1),
              VaultOptions.of(List.of(six.get(0), six.get(0), six.get(1)), "rs:2+1"));
      for (VaultOptions options : bad) {
        try (Unlock unlock = VaultFixture.unlock()) {
          assertThrows(
              IllegalArgumentException.class,
              () -> fixture.store.create(fixture.directory, options, unlock),
              options.toString());
        }
        assertFalse(Files.exists(fixture.directory));
      }
    }
  }

  @Test
  void aWrongPassphraseOpensNothingAndAnExistingVaultIsNotReplaced() {
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 3).create("rs:2+1");
        Unlock wrong = Unlock.passphrase("wrong horse".toCharArray())) {
      assertThrows(
          AccessDeniedException.class, () -> fixture.store.open(fixture.directory, wrong, false));
      assertThrows(PathExistsException.class, () -> fixture.create("rs:2+1"));
      try (Vault vault = fixture.open()) {
        assertEquals(1, vault.status(0).directories());
      }
    }
  }

  @Test
  void aTrialLeavesNothingAndNamesWhatIsWrong() throws IOException {
    TroubledArchives troubled = new TroubledArchives();
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 1, troubled)) {
      fixture.store.validate(fixture.archives.get(0));
      assertEquals(List.of(), fixture.shards(0));
      troubled.fill("a");
      KintsugiException failure =
          assertThrows(
              ArchiveUnavailableException.class,
              () -> fixture.store.validate(fixture.archives.get(0)));
      assertTrue(failure.toString().contains("no room"), failure.toString());
    }
  }

  @Test
  void aFileOfMoreThanAHundredMebibytesComesBackWithBoundedMemory() throws IOException {
    int length = (101 << 20) + 17;
    try (VaultFixture fixture = new VaultFixture(temp.resolve("v"), 6).create("rs:4+2");
        Vault vault = fixture.open()) {
      vault.put(path("/large"), () -> new Noise(length));
      assertEquals(length, vault.stat(path("/large")).size());
      try (InputStream expected = new Noise(length);
          InputStream found = vault.get(path("/large"))) {
        byte[] left = new byte[1 << 20];
        byte[] right = new byte[1 << 20];
        for (int n = 1; n > 0; ) {
          n = expected.readNBytes(left, 0, left.length);
          assertEquals(n, found.readNBytes(right, 0, right.length));
          assertTrue(java.util.Arrays.equals(left, 0, n, right, 0, n));
        }
      }
    }
  }

  /** Pseudorandom bytes without an array of them. */
  private static final class Noise extends InputStream {
    private final Random random = new Random(99);
    private final byte[] block = new byte[4096];
    private int left;
    private int position = block.length;

    Noise(int length) {
      this.left = length;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      if (position == block.length) {
        random.nextBytes(block);
        position = 0;
      }
      int count = Math.min(Math.min(length, left), block.length - position);
      System.arraycopy(block, position, target, offset, count);
      position += count;
      left -= count;
      return count;
    }
  }
}
