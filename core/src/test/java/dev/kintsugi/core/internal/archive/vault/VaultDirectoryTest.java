package dev.kintsugi.core.internal.archive.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.ChildJvm;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.VaultLockedException;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.crypto.Argon2Parameters;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultDirectoryTest {
  static final Argon2Parameters CHEAP = new Argon2Parameters(64, 1, 1);
  private static final char[] PASSPHRASE = "correct horse".toCharArray();

  @TempDir Path temp;
  private final Secret root = Secret.random(32);

  @AfterEach
  void wipe() {
    root.close();
  }

  static VaultConfig config(String... names) {
    List<ArchiveConfig> archives = new java.util.ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      archives.add(
          new ArchiveConfig(
              i,
              new ArchiveSpec(names[i], "file:/disks/ü/" + names[i], "house-" + i % 2),
              String.format("%032x", i)));
    }
    return new VaultConfig("0123456789abcdef0123456789abcdef", "rs:4+2", 1, archives);
  }

  private Path vault() {
    return temp.resolve("some/where/vault");
  }

  private VaultDirectory create() {
    VaultDirectory made = unfinished();
    made.complete();
    return made;
  }

  private VaultDirectory unfinished() {
    return VaultDirectory.create(vault(), config("a", "b", "c"), root, PASSPHRASE, CHEAP);
  }

  @Test
  void whatWasNotCompletedIsNoVaultAndIsClearedAwayByTheNextAttempt() throws IOException {
    try (VaultDirectory made = unfinished()) {
      Files.writeString(made.indexFile(), "half an index");
      assertThrows(VaultLockedException.class, this::unfinished);
    }
    NoSuchPathException e =
        assertThrows(
            NoSuchPathException.class, () -> VaultDirectory.open(vault(), PASSPHRASE, true));
    assertTrue(e.toString().contains("interrupted"), e.toString());
    try (VaultDirectory again = unfinished()) {
      assertFalse(Files.exists(again.indexFile()));
      again.complete();
    }
    VaultDirectory.open(vault(), PASSPHRASE, false).close();
    // Control: what is complete is not cleared away.
    assertThrows(PathExistsException.class, this::unfinished);
  }

  @Test
  void whatWasCreatedIsOpened() {
    try (VaultDirectory made = create()) {
      assertEquals(root, made.root());
      assertFalse(made.isReadOnly());
    }
    for (boolean readOnly : new boolean[] {false, true}) {
      try (VaultDirectory opened = VaultDirectory.open(vault(), PASSPHRASE, readOnly)) {
        assertEquals(root, opened.root());
        assertEquals(config("a", "b", "c"), opened.config());
        assertEquals(readOnly, opened.isReadOnly());
      }
    }
  }

  @Test
  void onlyTheOwnerMayLook() throws IOException {
    try (VaultDirectory made = create()) {
      made.replaceConfig(config("a"));
      assertEquals("rwx------", PosixFilePermissions.toString(mode(vault())));
      for (String file : List.of("keyring", "config", "lock")) {
        assertEquals("rw-------", PosixFilePermissions.toString(mode(vault().resolve(file))), file);
      }
    }
  }

  private static java.util.Set<java.nio.file.attribute.PosixFilePermission> mode(Path path)
      throws IOException {
    return Files.getPosixFilePermissions(path);
  }

  @Test
  void namesAndUrlsOfArchivesAreNotReadable() throws IOException {
    create().close();
    for (String file : List.of("keyring", "config")) {
      String bytes =
          new String(Files.readAllBytes(vault().resolve(file)), StandardCharsets.ISO_8859_1);
      assertFalse(bytes.contains("disks") || bytes.contains("rs:4"), file);
    }
  }

  @Test
  void aWrongPassphraseIsDeniedAndTheLockGivenBack() {
    create().close();
    for (boolean readOnly : new boolean[] {false, true}) {
      assertThrows(
          AccessDeniedException.class,
          () -> VaultDirectory.open(vault(), "wrong".toCharArray(), readOnly).close());
    }
    VaultDirectory.open(vault(), PASSPHRASE, false).close();
  }

  @Test
  void createRefusesWhatIsNotEmpty() throws IOException {
    create().close();
    byte[] before = Files.readAllBytes(vault().resolve("keyring"));
    assertThrows(PathExistsException.class, this::create);
    assertArrayEquals(before, Files.readAllBytes(vault().resolve("keyring")));
    Path file = Files.writeString(temp.resolve("file"), "x");
    assertThrows(
        PathExistsException.class,
        () -> VaultDirectory.create(file, config("a"), root, PASSPHRASE, CHEAP).close());
    Path empty = Files.createDirectory(temp.resolve("empty"));
    VaultDirectory.create(empty, config("a"), root, PASSPHRASE, CHEAP).close();
  }

  @Test
  void discardLeavesNothing() {
    create().discard();
    assertFalse(Files.exists(vault()));
    create().close();
  }

  @Test
  void aDirectoryWithoutKeyringIsNoVault() throws IOException {
    assertThrows(
        NoSuchPathException.class, () -> VaultDirectory.open(vault(), PASSPHRASE, true).close());
    create().close();
    Files.delete(vault().resolve("config"));
    assertThrows(
        FormatException.class, () -> VaultDirectory.open(vault(), PASSPHRASE, true).close());
  }

  @Test
  void aConfigurationIsReplacedWhole() {
    try (VaultDirectory made = create()) {
      made.replaceConfig(config("a", "b", "c", "d"));
      assertEquals(config("a", "b", "c", "d"), made.config());
      try (VaultDirectory reader = VaultDirectory.open(vault(), PASSPHRASE, true)) {
        assertEquals(config("a", "b", "c", "d"), reader.config());
        assertThrows(IllegalStateException.class, () -> reader.replaceConfig(config("a")));
      }
    }
  }

  @Test
  void everyFlippedBitOfTheConfigurationIsNoticed() throws IOException {
    create().close();
    Path file = vault().resolve("config");
    byte[] good = Files.readAllBytes(file);
    for (int bit = 0; bit < 8 * good.length; bit += bit < 80 ? 1 : 13) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, bad);
      KintsugiException e =
          assertThrows(
              KintsugiException.class,
              () -> VaultDirectory.open(vault(), PASSPHRASE, true).close(),
              "bit " + bit);
      Class<?> expected =
          bit < 32
              ? FormatException.class
              : bit < 48
                  ? UnsupportedFormatException.class
                  : bit < 80 ? FormatException.class : IntegrityException.class;
      assertEquals(expected, e.getClass(), "bit " + bit);
    }
    Files.write(file, java.util.Arrays.copyOf(good, good.length - 1));
    assertThrows(
        FormatException.class, () -> VaultDirectory.open(vault(), PASSPHRASE, true).close());
    Files.write(file, good);
    VaultDirectory.open(vault(), PASSPHRASE, true).close();
  }

  @Test
  void aSecondWriterOfThisProcessIsRefusedAndReadersGoOn() {
    try (VaultDirectory first = create()) {
      VaultLockedException e =
          assertThrows(
              VaultLockedException.class,
              () -> VaultDirectory.open(vault(), PASSPHRASE, false).close());
      assertTrue(e.toString().contains("this very process"), e.toString());
      VaultDirectory.open(vault(), PASSPHRASE, true).close();
      assertFalse(first.root().isClosed());
    }
    VaultDirectory.open(vault(), PASSPHRASE, false).close();
  }

  @Test
  void aSecondWriterOfAnotherProcessIsToldWhoHoldsTheVaultUntilThatDies() throws Exception {
    create().close();
    Process holder = ChildJvm.start(LockHolder.class, vault().toString());
    try {
      String line = holder.inputReader().readLine();
      assertEquals("locked", line);
      VaultLockedException e =
          assertThrows(
              VaultLockedException.class,
              () -> VaultDirectory.open(vault(), PASSPHRASE, false).close());
      assertTrue(e.toString().contains("process " + holder.pid() + " on "), e.toString());
      assertTrue(e.toString().contains("LockHolder"), e.toString());
      VaultDirectory.open(vault(), PASSPHRASE, true).close();
      // Being refused, and reading who holds it, must not have taken the lock from its holder.
      assertThrows(
          VaultLockedException.class,
          () -> VaultDirectory.open(vault(), PASSPHRASE, false).close());
    } finally {
      holder.destroyForcibly();
      assertTrue(holder.waitFor(20, TimeUnit.SECONDS));
    }
    VaultDirectory.open(vault(), PASSPHRASE, false).close();
  }

  @Test
  void theWriterSeesReadersOfOtherProcessesUntilTheyDie() throws Exception {
    try (VaultDirectory writer = create()) {
      assertTrue(writer.readers().isQuiet());
      Process holder = ChildJvm.start(ReaderHolder.class, vault().toString());
      try {
        assertEquals("reading", holder.inputReader().readLine());
        assertFalse(writer.readers().isQuiet());
        // Neither asking nor another reader of this process takes the lock from its holder.
        try (VaultDirectory reader = VaultDirectory.open(vault(), PASSPHRASE, true)) {
          reader.readers().enter();
          reader.readers().leave();
        }
        assertFalse(writer.readers().isQuiet());
      } finally {
        holder.destroyForcibly();
        assertTrue(holder.waitFor(20, TimeUnit.SECONDS));
      }
      assertTrue(writer.readers().isQuiet());
    }
  }

  @Test
  void readersOfTheSameProcessAreSeenAndCounted() throws Exception {
    try (VaultDirectory writer = create();
        VaultDirectory reader = VaultDirectory.open(vault(), PASSPHRASE, true)) {
      reader.readers().enter();
      reader.readers().enter();
      reader.readers().leave();
      assertFalse(writer.readers().isQuiet());
      reader.readers().leave();
      assertTrue(writer.readers().isQuiet());
    }
  }

  @Test
  void configurationsWithAmbiguousArchivesAreRefused() {
    ArchiveConfig a = config("a").archives().get(0);
    ArchiveConfig sameNumber = new ArchiveConfig(0, ArchiveSpec.of("b", "file:/b"), "1".repeat(32));
    ArchiveConfig sameName = new ArchiveConfig(1, ArchiveSpec.of("a", "file:/b"), "1".repeat(32));
    ArchiveConfig sameId = new ArchiveConfig(1, ArchiveSpec.of("b", "file:/b"), a.id());
    for (ArchiveConfig other : List.of(sameNumber, sameName, sameId)) {
      assertThrows(
          IllegalArgumentException.class, () -> config("a").withArchives(List.of(a, other)));
    }
    assertEquals(3, config("a", "b", "c").nextArchiveNumber());
    assertEquals(0, config().nextArchiveNumber());
  }

  @Test
  void kitsGiveBackSecretAndArchives() throws IOException {
    Path file = temp.resolve("vault.kit");
    RecoveryKit.write(file, root, config("a", "b"), PASSPHRASE, CHEAP);
    assertEquals("rw-------", PosixFilePermissions.toString(mode(file)));
    try (RecoveryKit kit = RecoveryKit.read(file, PASSPHRASE)) {
      assertEquals(root, kit.root());
      assertEquals(config("a", "b"), kit.config());
      assertFalse(kit.toString().contains("root=["), kit.toString());
    }
    byte[] before = Files.readAllBytes(file);
    assertThrows(
        PathExistsException.class,
        () -> RecoveryKit.write(file, root, config("c"), PASSPHRASE, CHEAP));
    assertArrayEquals(before, Files.readAllBytes(file));
    assertThrows(
        AccessDeniedException.class, () -> RecoveryKit.read(file, "no".toCharArray()).close());
    assertThrows(
        NoSuchPathException.class,
        () -> RecoveryKit.read(temp.resolve("none"), PASSPHRASE).close());
    before[60] ^= 1;
    Files.write(file, before);
    assertThrows(FormatException.class, () -> RecoveryKit.read(file, PASSPHRASE).close());
  }

  @Test
  void aKeyringIsNoKitAndAKitNoKeyring() throws IOException {
    create().close();
    Path keyring = vault().resolve("keyring");
    assertThrows(FormatException.class, () -> RecoveryKit.read(keyring, PASSPHRASE).close());
    Path kit = temp.resolve("kit");
    RecoveryKit.write(kit, root, config("a"), PASSPHRASE, CHEAP);
    Files.write(keyring, Files.readAllBytes(kit));
    assertThrows(
        FormatException.class, () -> VaultDirectory.open(vault(), PASSPHRASE, true).close());
  }

  @Test
  void twoKitsOfOneVaultHaveNothingInCommon() throws IOException {
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    RecoveryKit.write(one, root, config("a"), PASSPHRASE, CHEAP);
    RecoveryKit.write(two, root, config("a"), PASSPHRASE, CHEAP);
    assertNotEquals(
        new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1).substring(40),
        new String(Files.readAllBytes(two), StandardCharsets.ISO_8859_1).substring(40));
  }
}
