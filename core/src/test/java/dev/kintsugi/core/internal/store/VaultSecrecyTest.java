package dev.kintsugi.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.Argon2Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plays whoever searches the vault's directory and the archives for what was stored. */
final class VaultSecrecyTest {
  private static final String NAME = "secret-name-4711";
  private static final String FOLDER = "secret-folder-4712";
  private static final String TARGET = "secret-target-4713";
  private static final String CONTENT = "secret-content-4714 ";
  private static final List<String> WORDS = List.of(NAME, FOLDER, TARGET, CONTENT);

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"rs:4+2, 6", "replicate:3, 3"})
  void neitherArchivesNorIndexHoldNamesOrContentInPlain(String scheme, int count)
      throws IOException {
    Path vault = temp.resolve("vault");
    List<ArchiveSpec> archives = new ArrayList<>();
    for (char name = 'a'; name < 'a' + count; name++) {
      archives.add(ArchiveSpec.of("" + name, "file:" + temp.resolve("archive-" + name)));
    }
    VaultStore store =
        new VaultStore(
            new Session.Environment(
                dev.kintsugi.core.internal.archive.Backends::open,
                new Argon2Parameters(64, 1, 1),
                java.time.InstantSource.system(),
                java.util.function.UnaryOperator.identity()));
    try (Unlock unlock = VaultFixture.unlock()) {
      store.create(vault, VaultOptions.of(archives, scheme), unlock);
      try (Vault open = store.open(vault, unlock, false);
          Ingest ingest = open.ingest((where, attributes, degraded) -> {})) {
        NewAttributes attributes = NewAttributes.ofMode(0600);
        VaultPath folder = VaultPath.parse("/" + FOLDER);
        ingest.directory(folder, attributes);
        ingest.file(
            folder.resolve(NAME), Source.of(CONTENT.repeat(20_000).getBytes(UTF_8)), attributes);
        ingest.symlink(folder.resolve("link"), TARGET.getBytes(UTF_8), attributes);
      }
    }
    Set<String> names = new HashSet<>();
    for (Path file : filesBelow(temp)) {
      byte[] bytes = Files.readAllBytes(file);
      for (String word : WORDS) {
        assertFalse(contains(bytes, word.getBytes(UTF_8)), file + " holds " + word);
        assertFalse(file.toString().contains(word), file + " is named " + word);
      }
      if (file.toString().contains("shards")) {
        assertTrue(names.add(file.getFileName().toString()), "two archives share a shard's name");
      }
    }
    assertTrue(names.size() >= 2 * count, "too few shards were searched: " + names.size());
    noCommonValue(count);

    // The search finds what is there to be found.
    Path planted = Files.write(temp.resolve("planted"), ("x" + NAME + "y").getBytes(UTF_8));
    assertTrue(contains(Files.readAllBytes(planted), NAME.getBytes(UTF_8)));
  }

  /** No 16 bytes at an aligned place of one archive's files are found in those of another. */
  private void noCommonValue(int count) throws IOException {
    Set<String> others = new HashSet<>();
    int common = 0;
    for (char name = 'a'; name < 'a' + count; name++) {
      Set<String> own = new HashSet<>();
      for (Path file : filesBelow(temp.resolve("archive-" + name))) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 16; at + 16 <= bytes.length; at += 16) {
          own.add(new String(bytes, at, 16, java.nio.charset.StandardCharsets.ISO_8859_1));
        }
      }
      assertFalse(own.isEmpty());
      for (String value : own) {
        common += others.contains(value) ? 1 : 0;
      }
      others.addAll(own);
    }
    assertEquals(0, common);
  }

  private static List<Path> filesBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static boolean contains(byte[] bytes, byte[] word) {
    outer:
    for (int at = 0; at + word.length <= bytes.length; at++) {
      for (int i = 0; i < word.length; i++) {
        if (bytes[at + i] != word[i]) {
          continue outer;
        }
      }
      return true;
    }
    return false;
  }
}
