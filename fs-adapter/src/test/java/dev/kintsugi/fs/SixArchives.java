package dev.kintsugi.fs;

import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A vault over six directories as archives, of which any two may be gone. */
final class SixArchives {
  private static final String NAMES = "abcdef";

  private final Path scratch;

  /** Makes the vault. */
  SixArchives(Path scratch) {
    this.scratch = scratch;
    List<ArchiveSpec> specs = new ArrayList<>();
    for (int i = 0; i < NAMES.length(); i++) {
      specs.add(ArchiveSpec.of(NAMES.substring(i, i + 1), "file:" + archive(i)));
    }
    try (Unlock unlock = unlock()) {
      Vault.create(scratch.resolve("vault"), VaultOptions.of(specs, "rs:4+2"), unlock);
    }
  }

  /** Opens it for reading; a writer may be at work. */
  Vault openReadOnly() {
    try (Unlock unlock = unlock()) {
      return Vault.openReadOnly(scratch.resolve("vault"), unlock);
    }
  }

  /** Opens it for reading and writing. */
  Vault open() {
    try (Unlock unlock = unlock()) {
      return Vault.open(scratch.resolve("vault"), unlock);
    }
  }

  /** Stores what is in a directory. */
  void store(Path tree) throws IOException {
    try (Vault vault = open();
        Ingest ingest = vault.ingest((path, attributes, degraded) -> {})) {
      TestTree.walk(
          tree,
          VaultPath.ROOT,
          new TestTree.Visitor() {
            @Override
            public void directory(VaultPath path, NewAttributes attributes) {
              ingest.directory(path, attributes);
            }

            @Override
            public void file(VaultPath path, Path source, NewAttributes attributes)
                throws IOException {
              ingest.file(path, Source.of(source), attributes);
            }

            @Override
            public void symlink(VaultPath path, byte[] target, NewAttributes attributes) {
              ingest.symlink(path, target, attributes);
            }
          });
    }
  }

  /** Takes an archive away. */
  void lose(int archive) throws IOException {
    Files.move(archive(archive), scratch.resolve("lost-" + archive));
  }

  /** Brings an archive back that was taken away. */
  void bringBack(int archive) throws IOException {
    Files.move(scratch.resolve("lost-" + archive), archive(archive));
  }

  private Path archive(int archive) {
    return scratch.resolve("archive-" + NAMES.charAt(archive));
  }

  private static Unlock unlock() {
    return Unlock.passphrase("open sesame".toCharArray());
  }
}
