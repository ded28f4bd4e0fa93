package dev.kintsugi.core.store;

import dev.kintsugi.crypto.mnemonic.Slip39;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A vault: objects under paths, dispersed over archives.
 *
 * <p>A vault is open for writing in at most one process at a time; any number may read. Methods may
 * be called from many threads; writes run one after another. Every method throws subclasses of
 * {@link dev.kintsugi.core.KintsugiException}.
 */
public interface Vault extends AutoCloseable {
  /**
   * Makes a vault and its archives' markers, and leaves it closed.
   *
   * @param directory must not exist or be empty
   */
  static void create(Path directory, VaultOptions options, Unlock unlock) {
    provider().create(directory, options, unlock);
  }

  /**
   * Opens a vault for reading and writing. Writing needs more than half of the archives, and
   * whatever the scheme needs beyond; with fewer the vault is opened all the same, and calls that
   * write throw {@link dev.kintsugi.core.ArchiveUnavailableException} until enough have returned.
   *
   * @throws dev.kintsugi.core.VaultLockedException if another process has it open for writing; the
   *     message says which
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the directory, or a vault
   *     recovered from its archives, has been open for writing since; the same is thrown by later
   *     calls, {@link #close} included, if that is noticed while the vault is open
   * @throws dev.kintsugi.core.AccessDeniedException if the passphrase is wrong
   */
  static Vault open(Path directory, Unlock unlock) {
    return provider().open(directory, unlock, false);
  }

  /** Opens a vault for reading; a writer may be at work meanwhile. */
  static Vault openReadOnly(Path directory, Unlock unlock) {
    return provider().open(directory, unlock, true);
  }

  /**
   * Makes a new vault from archives and a recovery kit, needing neither the old index nor the old
   * vault. The archives are told apart by their markers, so their names and order do not matter.
   * Once the new vault was open for writing, the old one can only be read.
   *
   * @param directory must not exist or be empty
   * @param kit the recovery kit's file
   * @param kitUnlock opens the kit
   * @param archives any archives that survive
   * @param unlock protects the new vault
   */
  static RecoverReport recover(
      Path directory,
      Path kit,
      Unlock kitUnlock,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    return provider().recover(directory, kit, kitUnlock, archives, unlock, progress);
  }

  /**
   * Makes a new vault from archives and mnemonics, as {@link #recover(Path, Path, Unlock, List,
   * Unlock, Progress)} does from a kit.
   *
   * @param mnemonics as {@link #exportMnemonics} gave them, in any order
   * @throws dev.kintsugi.core.UnrecognizedFormatException if one has a wrong word
   * @throws dev.kintsugi.core.AccessDeniedException if they are too few or do not belong together
   * @throws dev.kintsugi.core.UnrecoverableException if the archives are not their vault's
   */
  static RecoverReport recover(
      Path directory,
      List<String> mnemonics,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    return provider().recover(directory, mnemonics, archives, unlock, progress);
  }

  /**
   * Tries whether a place can be an archive: writes, reads, lists, deletes and measures, and leaves
   * nothing behind.
   *
   * @throws dev.kintsugi.core.ArchiveUnavailableException if an obligation is not met; the message
   *     says which
   */
  static void validate(ArchiveSpec archive) {
    provider().validate(archive);
  }

  private static VaultProvider provider() {
    return ServiceLoader.load(VaultProvider.class, VaultProvider.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("the module that implements vaults is missing"));
  }

  /** Returns the attributes of what is at a path (of a link itself), if anything is. */
  Optional<Attributes> lookup(VaultPath path);

  /**
   * Returns the attributes of what is at a path (of a link itself).
   *
   * @throws dev.kintsugi.core.NoSuchPathException if nothing is there
   */
  Attributes stat(VaultPath path);

  /** Returns a directory's entries in the order of their names. */
  List<DirectoryEntry> list(VaultPath directory);

  /** Returns the target of a symbolic link. */
  byte[] readLink(VaultPath path);

  /** Returns the paths that name an inode, in no particular order. */
  List<VaultPath> pathsOf(long inode);

  /** Opens a file for random access. */
  ObjectReader openObject(VaultPath path);

  /** Opens a file's bytes from start to end, read ahead. */
  InputStream get(VaultPath path);

  /**
   * Returns how many different shards the reads since this vault was opened found missing, damaged
   * or altered, and made up for by others; at most 100,000 are counted. Shards of archives that
   * cannot be reached are not among them, nor those that the index knows to wait for repair.
   */
  int damagedShardsMet();

  /**
   * Returns why archives could not be used or took no shards since this vault was opened for
   * writing: the last reason of each, by its name. Empty if all took what they were given.
   */
  Map<String, String> archiveTroubles();

  /** Starts storing many things. */
  Ingest ingest(Ingest.Listener listener);

  /** Stores one file and returns when it is durable; owner and mode are 0:0 and 0644. */
  Attributes put(VaultPath path, Source source);

  /** Makes a directory whose parent exists. */
  Attributes makeDirectory(VaultPath path, NewAttributes attributes);

  /**
   * Gives another name to what is at {@code from}. Replaces a file by a file and an empty directory
   * by a directory, as POSIX rename does. One small transaction, however much lies below.
   */
  void move(VaultPath from, VaultPath to);

  /** Names the file at {@code existing} a second time. */
  void link(VaultPath existing, VaultPath name);

  /** Removes a file, a symbolic link or an empty directory. */
  void remove(VaultPath path);

  /** Removes whatever is at the path, and everything below. */
  void removeTree(VaultPath path);

  /** Changes mode, owner and modification time. */
  void setAttributes(VaultPath path, NewAttributes attributes);

  /**
   * Tells how the vault and its archives are.
   *
   * @param atRiskLimit how many paths at risk to name at most
   */
  StatusReport status(int atRiskLimit);

  /** Checks every shard. */
  ScrubReport scrub(ScrubOptions options, Progress progress);

  /**
   * Restores the shards known to be missing or damaged, riskiest stripes first. Always ends, never
   * gives up early.
   */
  RepairReport repair(Progress progress);

  /**
   * Refills an archive that was lost or replaced: every shard it should hold is looked for, and
   * restored if missing. May be interrupted and called again.
   */
  RepairReport rebuild(String archive, Progress progress);

  /** Returns the archives as configured. */
  List<ArchiveStatus> archives();

  /**
   * Adds an archive, or, when the name is taken by an archive that cannot be reached, gives that
   * archive a new place; {@link #rebuild} then refills it. A place that holds the archive of that
   * name itself, for instance because its disk is mounted elsewhere, is taken as it is.
   *
   * @param replace allow the name of an archive that can still be reached
   * @return what was done
   * @throws dev.kintsugi.core.PathExistsException if the place belongs to another archive or vault,
   *     or the name's archive can still be reached and {@code replace} is false
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the vault has written to
   *     the archive that was found there; nothing is changed then, and this vault may be written to
   */
  ArchiveChange addArchive(ArchiveSpec archive, boolean replace);

  /** Returns what {@link #addArchive} would do, or throws what it would; changes nothing. */
  ArchiveChange tryAddArchive(ArchiveSpec archive, boolean replace);

  /**
   * Writes the recovery kit: root secret and archive list under a passphrase of its own.
   *
   * @param file must not exist
   */
  void exportKit(Path file, Unlock kitUnlock);

  /**
   * Splits the root secret into mnemonics for people (SLIP-0039): they and any archives that
   * suffice give the vault back, without a kit and without a passphrase. Fewer than needed tell
   * nothing. The archives hold how the vault is built, sealed.
   *
   * @param groupThreshold how many groups are needed
   * @param groups the groups of people
   * @return for each group the mnemonics of its members; every call gives others, and all stay good
   * @throws dev.kintsugi.core.ArchiveUnavailableException if so few archives hold how the vault is
   *     built that those that survive might not
   */
  List<List<String>> exportMnemonics(int groupThreshold, List<Slip39.Group> groups);

  @Override
  void close();
}
