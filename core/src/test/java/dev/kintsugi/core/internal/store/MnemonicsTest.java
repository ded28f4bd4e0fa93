package dev.kintsugi.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.UnrecognizedFormatException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.internal.archive.vault.ArchivedConfig;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.mnemonic.Slip39;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A vault from words on paper and archives. */
@Timeout(300)
final class MnemonicsTest {
  private static final VaultPath FILE = VaultPath.parse("/file");
  private static final byte[] CONTENT = {1, 2, 3, 4, 5};

  @TempDir Path temp;
  private final TroubledArchives troubles = new TroubledArchives();
  private VaultFixture fixture;

  @BeforeEach
  void make() throws IOException {
    fixture = new VaultFixture(temp.resolve("vault"), 6, troubles).create("rs:4+2");
    try (Vault vault = fixture.open()) {
      vault.put(FILE, Source.of(CONTENT));
    }
  }

  private List<String> mnemonics() {
    try (Vault vault = fixture.openReadOnly()) {
      return vault.exportMnemonics(1, List.of(new Slip39.Group(2, 3))).get(0);
    }
  }

  private Path recover(String to, List<String> mnemonics, String given) {
    Path made = temp.resolve(to);
    try (Unlock unlock = VaultFixture.unlock()) {
      fixture.store.recover(
          made,
          mnemonics,
          fixture.archives.stream().filter(archive -> given.contains(archive.name())).toList(),
          unlock,
          Progress.NONE);
    }
    return made;
  }

  private void assertReadable(Path made) throws IOException {
    try (Vault vault = fixture.open(made, true);
        InputStream in = vault.get(FILE)) {
      assertArrayEquals(CONTENT, in.readAllBytes());
    }
  }

  private byte[] record(int archive) throws IOException {
    try (Backend backend = fixture.backend(archive)) {
      return backend.readRecord(ArchivedConfig.RECORD).orElseThrow();
    }
  }

  private void write(int archive, byte[] record) throws IOException {
    try (Backend backend = fixture.backend(archive)) {
      backend.writeRecord(ArchivedConfig.RECORD, record);
    }
  }

  private static List<String> names(Vault vault) {
    return vault.archives().stream().map(status -> status.spec().name()).sorted().toList();
  }

  @Test
  void anyTwoOfThreeAndFourArchivesSuffice() throws IOException {
    List<String> words = mnemonics();
    assertEquals(3, words.size());
    assertReadable(recover("one", List.of(words.get(0), words.get(2)), "abef"));
    assertReadable(recover("two", List.of(words.get(2), words.get(1)), "cdef"));
    assertReadable(recover("three", words, "abcdef"));
  }

  @Test
  void whatDoesNotSufficeIsNamedAndLeavesNothing() {
    List<String> words = mnemonics();
    assertThrows(
        AccessDeniedException.class, () -> recover("made", List.of(words.get(0)), "abcdef"));
    String wrong = words.get(1).replaceFirst("[a-z]+ ([a-z]+) ", "academic $1 ");
    UnrecognizedFormatException bad =
        assertThrows(
            UnrecognizedFormatException.class,
            () -> recover("made", List.of(words.get(0), wrong), "abcdef"));
    assertTrue(String.valueOf(bad.getMessage()).contains("mnemonic 2"), bad.toString());
    assertThrows(
        AccessDeniedException.class,
        () -> recover("made", List.of(words.get(0), mnemonics().get(1)), "abcdef"));
    assertThrows(UnrecoverableException.class, () -> recover("made", words, "abc"));
    VaultFixture other = new VaultFixture(temp.resolve("other"), 6, troubles).create("rs:4+2");
    fixture = other;
    UnrecoverableException foreign =
        assertThrows(UnrecoverableException.class, () -> recover("made", words, "abcdef"));
    assertTrue(foreign.toString().contains("is not this vault's"), foreign.toString());
    assertFalse(Files.exists(temp.resolve("made")));
  }

  @Test
  void archivesShowEachOtherNothingEqual() throws IOException {
    List<Set<Long>> seen = new ArrayList<>();
    for (int archive = 0; archive < 6; archive++) {
      byte[] record = record(archive);
      assertEquals(6 + 1024 + 28, record.length, "padded, whatever is inside");
      Set<Long> values = new HashSet<>();
      for (int at = 0; at + 8 <= record.length; at++) {
        values.add(java.nio.ByteBuffer.wrap(record).getLong(at));
      }
      for (Set<Long> other : seen) {
        Set<Long> common = new HashSet<>(other);
        common.retainAll(values);
        assertEquals(Set.of(), common);
      }
      seen.add(values);
    }
  }

  @Test
  void theNewestConfigurationCountsAndAForgedOneDoesNot() throws IOException {
    List<String> words = mnemonics();
    troubles.take("ab");
    String place = fixture.place(0) + "-g";
    ArchiveSpec added = ArchiveSpec.of("g", "memory:" + place);
    try (Vault vault = fixture.open()) {
      vault.addArchive(added, false);
    }
    troubles.bringBack();
    byte[] old = record(0);
    byte[] forged = record(2);
    forged[forged.length / 2] ^= 1;
    write(2, forged);
    write(4, record(3));
    Path made = recover("made", words, "abcdef");
    try (Vault vault = fixture.open(made, true)) {
      assertEquals(List.of("a", "b", "c", "d", "e", "f", "g"), names(vault));
    }
    // Negative control: where only the old ones can be read, the vault is as they say.
    write(3, forged);
    write(5, old);
    try (Vault vault = fixture.open(recover("older", words, "abcdef"), true)) {
      assertEquals(List.of("a", "b", "c", "d", "e", "f"), names(vault));
    }
    MemoryBackend.drop(place);
  }

  @Test
  void noWordsAreGivenWhileSurvivingArchivesMightNotTellHowTheVaultIsBuilt() throws IOException {
    for (int archive = 0; archive < 6; archive++) {
      try (Backend backend = fixture.backend(archive)) {
        backend.deleteRecord(ArchivedConfig.RECORD);
      }
    }
    ArchiveUnavailableException e =
        assertThrows(ArchiveUnavailableException.class, this::mnemonics);
    assertTrue(e.toString().contains("0 of 6 archives"), e.toString());
    try (Vault vault = fixture.open()) {
      vault.put(VaultPath.parse("/other"), Source.of(CONTENT));
    }
    troubles.take("adef");
    assertThrows(ArchiveUnavailableException.class, this::mnemonics);
    troubles.bringBack();
    troubles.take("ade");
    List<String> words = mnemonics();
    troubles.bringBack();
    assertReadable(recover("made", words, "adef"));
  }

  @Test
  void aConfigurationThatCannotBeReadKeepsNoWordsBack() throws IOException {
    troubles.garble("b");
    assertReadable(recover("made", mnemonics(), "abcdef"));
    troubles.garble("acd");
    assertThrows(ArchiveUnavailableException.class, this::mnemonics, "the control");
  }

  @Test
  void aConfigurationThatCannotBeReadIsReplaced() {
    troubles.garble("b");
    try (Vault vault = fixture.open()) {
      vault.put(VaultPath.parse("/other"), Source.of(CONTENT));
    }
    assertEquals(Set.of(), troubles.garbled());
  }

  @Test
  void aWriterReadsAllConfigurationsAtOnce() {
    troubles.letReadersMeet(6);
    try (Vault vault = fixture.open()) {
      vault.put(VaultPath.parse("/other"), Source.of(CONTENT));
    }
    assertTrue(troubles.readersMet());
  }

  @Test
  void ofTwoConfigurationsOfOneWriterTheLaterCounts() throws IOException {
    List<String> words = mnemonics();
    String place = fixture.place(0);
    try (Vault vault = fixture.open()) {
      vault.addArchive(ArchiveSpec.of("g", "memory:" + place + "-g"), false);
      troubles.take("a");
      vault.addArchive(ArchiveSpec.of("h", "memory:" + place + "-h"), false);
    }
    troubles.bringBack();
    try (Vault vault = fixture.open(recover("made", words, "abcdef"), true)) {
      assertEquals(List.of("a", "b", "c", "d", "e", "f", "g", "h"), names(vault));
    }
    MemoryBackend.drop(place + "-g");
    MemoryBackend.drop(place + "-h");
  }
}
