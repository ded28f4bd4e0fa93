package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.Argon2Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A vault over archives in memory that a test can take away, and everything around it. */
final class VaultFixture implements AutoCloseable {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Argon2Parameters CHEAP = new Argon2Parameters(64, 1, 1);

  final Path directory;
  final List<ArchiveSpec> archives = new ArrayList<>();
  final VaultStore store;
  private final List<String> places = new ArrayList<>();

  /** Prepares a vault over so many archives in memory. */
  VaultFixture(Path directory, int count) {
    this(directory, count, Backends::open);
  }

  /** Prepares a vault whose archives are opened in another way. */
  VaultFixture(Path directory, int count, BackendOpener opener) {
    this.directory = directory;
    this.store = store(opener, UnaryOperator.identity());
    int test = NEXT.incrementAndGet();
    for (int i = 0; i < count; i++) {
      String place = "store-test-" + test + "-" + (char) ('a' + i);
      places.add(place);
      archives.add(ArchiveSpec.of(String.valueOf((char) ('a' + i)), "memory:" + place));
    }
  }

  static VaultStore store(BackendOpener opener, UnaryOperator<Index> index) {
    return new VaultStore(environment(opener, index));
  }

  static Session.Environment environment(BackendOpener opener, UnaryOperator<Index> index) {
    return new Session.Environment(opener, CHEAP, InstantSource.system(), index);
  }

  /** Returns the name under which an archive lies in memory. */
  String place(int archive) {
    return places.get(archive);
  }

  static Unlock unlock() {
    return Unlock.passphrase("correct horse".toCharArray());
  }

  VaultFixture create(String scheme) {
    try (Unlock unlock = unlock()) {
      store.create(directory, VaultOptions.of(archives, scheme), unlock);
    }
    return this;
  }

  Vault open() {
    return open(directory, false);
  }

  Vault openReadOnly() {
    return open(directory, true);
  }

  /** Opens a copy of the vault's directory, or a vault that was recovered. */
  Vault open(Path from, boolean readOnly) {
    try (Unlock unlock = unlock()) {
      return store.open(from, unlock, readOnly);
    }
  }

  /** Copies the vault's directory. */
  Path copy(Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(directory.relativize(path)));
      }
    }
    return to;
  }

  /**
   * Recovers the vault.
   *
   * @param kit is made if it is not there
   * @param given the names of the archives that survive
   */
  Path recover(Path made, Path kit, String given) {
    try (Unlock unlock = unlock()) {
      if (!Files.exists(kit)) {
        try (Vault vault = openReadOnly()) {
          vault.exportKit(kit, unlock);
        }
      }
      store.recover(
          made,
          kit,
          unlock,
          archives.stream().filter(archive -> given.contains(archive.name())).toList(),
          unlock,
          Progress.NONE);
    }
    return made;
  }

  /** Returns an archive's backend, past everything that a test puts in between. */
  Backend backend(int archive) throws IOException {
    return MemoryBackend.open(places.get(archive), true);
  }

  /** Returns the names of all shards of an archive. */
  List<ShardName> shards(int archive) throws IOException {
    List<ShardName> names = new ArrayList<>();
    try (Backend backend = backend(archive)) {
      backend.list(info -> names.add(info.name()));
    }
    return names;
  }

  static VaultPath path(String text) {
    return VaultPath.parse(text);
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[] read(Vault vault, String path) throws IOException {
    try (InputStream in = vault.get(path(path))) {
      return in.readAllBytes();
    }
  }

  @Override
  public void close() {
    places.forEach(MemoryBackend::drop);
  }
}
