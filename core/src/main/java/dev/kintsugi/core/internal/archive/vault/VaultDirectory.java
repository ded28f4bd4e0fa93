package dev.kintsugi.core.internal.archive.vault;

import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.UnsupportedFormatException;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.crypto.Aead;
import dev.kintsugi.crypto.Argon2Parameters;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.Keyring;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a vault on the user's machine, for its owner's eyes only:
 *
 * <pre>{@code
 * keyring    the root secret under the passphrase (Keyring)
 * config     vault id, scheme, margin and archives, sealed
 * index.db   the index
 * lock       held by the writer
 * readers    held by readers in the middle of a file
 * }</pre>
 *
 * <p>The config file is magic {@code KGcf}, version (2 bytes), length of the sealed part (4 bytes),
 * sealed part (Aead under the config key; the ten bytes before are its associated data). A
 * directory with a keyring is a vault: until it is complete, its index filled, the file is named
 * {@code keyring.unfinished}, and a directory with that one alone is as good as empty.
 *
 * <p>Thread-safe.
 */
public final class VaultDirectory implements AutoCloseable {
  private static final int MAGIC = 0x4b476366; // "KGcf"
  private static final short VERSION = 1;
  private static final int HEADER = 10;
  private static final int MAX_KEYRING = 1 << 16;
  private static final int MAX_CONFIG = 1 << 24;
  private static final String KEYRING = "keyring";
  private static final String UNFINISHED = "keyring.unfinished";
  private static final List<String> OWN_FILES =
      List.of("config", "readers", "index.db", "index.db-wal", "index.db-shm", "index.db-journal");

  private final Path directory;
  private final Secret root;
  private final @Nullable WriterLock lock;
  private final ReaderLock readers;
  private volatile VaultConfig config;

  private VaultDirectory(
      Path directory,
      Secret root,
      @Nullable WriterLock lock,
      ReaderLock readers,
      VaultConfig config) {
    this.directory = directory;
    this.root = root;
    this.lock = lock;
    this.readers = readers;
    this.config = config;
  }

  /**
   * Makes a vault's directory and leaves it open for writing. It is no vault before {@link
   * #complete}: what a crash leaves is cleared away by the next attempt.
   *
   * @param directory must not exist, be empty, or hold an unfinished vault
   * @param root is copied
   * @param passphrase stays the caller's
   * @throws PathExistsException if something is there
   */
  public static VaultDirectory create(
      Path directory, VaultConfig config, Secret root, char[] passphrase, Argon2Parameters cost) {
    byte[] keyring = new Keyring(Keyring.Purpose.VAULT).seal(root, new byte[0], passphrase, cost);
    try {
      makeReady(directory);
      WriterLock lock = WriterLock.acquire(directory);
      clearUnfinished(directory);
      VaultDirectory made =
          new VaultDirectory(directory, root.copy(), lock, ReaderLock.open(directory), config);
      try {
        PrivateFiles.create(made.file("config"), seal(root, config));
        PrivateFiles.create(made.file(UNFINISHED), keyring);
        PrivateFiles.syncDirectory(directory);
        return made;
      } catch (IOException e) {
        made.discard();
        throw e;
      }
    } catch (IOException e) {
      throw new KintsugiException("cannot make a vault in " + directory + ": " + e, e);
    }
  }

  /**
   * Fails unless a vault could be made in a directory; changes nothing.
   *
   * @throws PathExistsException if something is there
   */
  public static void requireVacant(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new PathExistsException(directory + " exists and is not a directory");
    }
    if (isUnfinished(directory)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      if (entries.iterator().hasNext()) {
        throw new PathExistsException(
            directory + " is not empty; a vault needs a directory of its own");
      }
    } catch (IOException e) {
      throw new KintsugiException("cannot make a vault in " + directory + ": " + e, e);
    }
  }

  private static boolean isUnfinished(Path directory) {
    return Files.exists(directory.resolve(UNFINISHED)) && !Files.exists(directory.resolve(KEYRING));
  }

  /** Removes what an init or recover that was interrupted has left; its lock is held. */
  private static void clearUnfinished(Path directory) throws IOException {
    if (isUnfinished(directory)) {
      for (String name : OWN_FILES) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.deleteIfExists(directory.resolve(UNFINISHED));
    }
  }

  private static void makeReady(Path directory) throws IOException {
    requireVacant(directory);
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (Files.exists(directory)) {
      Files.setPosixFilePermissions(directory, PrivateFiles.DIRECTORY);
    } else {
      Files.createDirectory(directory, PrivateFiles.asAttribute(PrivateFiles.DIRECTORY));
    }
  }

  /**
   * Opens a vault's directory.
   *
   * @param passphrase stays the caller's
   * @param readOnly needs no lock and cannot change anything
   * @throws NoSuchPathException if there is no vault
   * @throws dev.kintsugi.core.VaultLockedException if another writer has it
   * @throws dev.kintsugi.core.AccessDeniedException if the passphrase is wrong
   * @throws FormatException if keyring or configuration are damaged
   */
  public static VaultDirectory open(Path directory, char[] passphrase, boolean readOnly) {
    Path keyring = directory.resolve(KEYRING);
    if (isUnfinished(directory)) {
      throw new NoSuchPathException(
          "the making of the vault in "
              + directory
              + " was interrupted; run init or recover on that directory again");
    }
    if (!Files.exists(keyring)) {
      throw new NoSuchPathException(
          "there is no vault in " + directory + "; make one with init, or recover one");
    }
    WriterLock lock = null;
    Secret root = null;
    boolean opened = false;
    try {
      lock = readOnly ? null : WriterLock.acquire(directory);
      byte[] record = PrivateFiles.read(keyring, MAX_KEYRING);
      try (Keyring.Opened content =
          Passphrases.open(Keyring.Purpose.VAULT, keyring, record, passphrase)) {
        root = content.root().copy();
      }
      VaultConfig config = readConfig(directory.resolve("config"), root);
      VaultDirectory made =
          new VaultDirectory(directory, root, lock, ReaderLock.open(directory), config);
      opened = true;
      return made;
    } catch (IOException e) {
      throw new KintsugiException("cannot open vault " + directory + ": " + e, e);
    } finally {
      if (!opened) {
        if (root != null) {
          root.close();
        }
        release(directory, lock);
      }
    }
  }

  private static VaultConfig readConfig(Path file, Secret root) throws IOException {
    byte[] bytes;
    try {
      bytes = PrivateFiles.read(file, MAX_CONFIG);
    } catch (NoSuchFileException e) {
      throw new FormatException(file + " is missing; recover the vault with its recovery kit", e);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER || in.getInt(0) != MAGIC) {
      throw new FormatException(file + " is not a vault's configuration");
    }
    if (in.getShort(4) != VERSION) {
      throw new UnsupportedFormatException(
          file + " is of version " + in.getShort(4) + "; this program reads version " + VERSION);
    }
    if (in.getInt(6) != bytes.length - HEADER) {
      throw new FormatException(
          file + " has " + bytes.length + " bytes, expected " + (HEADER + (long) in.getInt(6)));
    }
    byte[] header = Arrays.copyOf(bytes, HEADER);
    try (Secret key = RootKeys.configKey(root)) {
      byte[] plain = Aead.open(key, header, Arrays.copyOfRange(bytes, HEADER, bytes.length));
      return VaultConfigJson.decode(file.toString(), plain);
    } catch (AuthenticationFailedException e) {
      throw new IntegrityException(
          file + " was changed by somebody without the key; recover the vault with its kit", e);
    }
  }

  private static byte[] seal(Secret root, VaultConfig config) {
    byte[] plain = VaultConfigJson.encode(config);
    int length = plain.length + Aead.OVERHEAD;
    byte[] header =
        ByteBuffer.allocate(HEADER).putInt(MAGIC).putShort(VERSION).putInt(length).array();
    try (Secret key = RootKeys.configKey(root)) {
      return ByteBuffer.allocate(HEADER + length)
          .put(header)
          .put(Aead.seal(key, header, plain))
          .array();
    }
  }

  /**
   * Makes a vault of what {@link #create} began: from now on it can be opened.
   *
   * @throws IllegalStateException if it is a vault already
   */
  public void complete() {
    if (lock == null || !isUnfinished(directory)) {
      throw new IllegalStateException(directory + " holds no unfinished vault of this object");
    }
    try {
      Files.move(file(UNFINISHED), file(KEYRING), StandardCopyOption.ATOMIC_MOVE);
      PrivateFiles.syncDirectory(directory);
    } catch (IOException e) {
      throw new KintsugiException("cannot complete the vault in " + directory + ": " + e, e);
    }
  }

  /** Returns the directory. */
  public Path path() {
    return directory;
  }

  /** Returns what tells the writer whether anybody reads. */
  public ReaderLock readers() {
    return readers;
  }

  /** Returns where the index is. */
  public Path indexFile() {
    return file("index.db");
  }

  /** Returns the root secret, which stays this object's. */
  public Secret root() {
    return root;
  }

  /** Returns the configuration. */
  public VaultConfig config() {
    return config;
  }

  /** Returns whether this was opened for reading. */
  public boolean isReadOnly() {
    return lock == null;
  }

  /**
   * Replaces the configuration atomically and durably.
   *
   * @throws IllegalStateException if this was opened for reading
   */
  public synchronized void replaceConfig(VaultConfig next) {
    if (lock == null) {
      throw new IllegalStateException("vault " + directory + " was opened for reading");
    }
    try {
      PrivateFiles.replace(file("config"), seal(root, next));
    } catch (IOException e) {
      throw new KintsugiException("cannot write " + file("config") + ": " + e, e);
    }
    config = next;
  }

  /**
   * Closes and removes a vault's directory that was just made, because what should follow failed.
   */
  public void discard() {
    if (lock == null) {
      throw new IllegalStateException("vault " + directory + " was opened for reading");
    }
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      close();
      Files.deleteIfExists(directory.resolve("lock"));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new KintsugiException("cannot remove the unfinished vault " + directory + ": " + e, e);
    }
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static void release(Path directory, @Nullable WriterLock lock) {
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        throw new KintsugiException("cannot give back the lock of " + directory + ": " + e, e);
      }
    }
  }

  /** Wipes the root secret and gives back the lock. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (!root.isClosed()) {
      root.close();
      try {
        readers.close();
      } catch (IOException e) {
        throw new KintsugiException("cannot close " + file("readers") + ": " + e, e);
      } finally {
        release(directory, lock);
      }
    }
  }
}
