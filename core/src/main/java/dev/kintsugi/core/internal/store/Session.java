package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.vault.ReaderLock;
import dev.kintsugi.core.internal.archive.vault.RecoveryKit;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.archive.vault.VaultDirectory;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Counters;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.internal.recovery.Mending;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.crypto.Argon2Parameters;
import dev.kintsugi.crypto.DerivedLeafKeys;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.mnemonic.Slip39;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything an open vault consists of, put together once and closed in reverse order: directory,
 * keys, index, archives, threads.
 */
final class Session implements AutoCloseable {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final int THREADS_PER_ARCHIVE = 4;
  private static final int STRIPES_IN_FLIGHT = 4 + PROCESSORS;
  private static final int READERS = 4 + PROCESSORS;
  private static final int LEAF_CHUNK = 1 << 16;
  private static final int INODE_CHUNK = 1 << 12;
  private static final int ROOT_MODE = 0755;
  private static final long QUIET_SECONDS = 60;
  static final long GROUP = 0;
  static final int KEY_VERSION = 1;

  /** What differs between tests and the rest of the world. */
  record Environment(
      BackendOpener opener,
      Argon2Parameters cost,
      InstantSource clock,
      UnaryOperator<Index> index) {}

  private final Environment environment;
  private final VaultDirectory directory;
  private final Index index;
  private final GroupKeys keys;
  private final Secret markerKey;
  private final Secret headKey;
  private final ArchiveSet archives;
  private final WriterClaim claim;
  private final ConfigRecords configs;
  private final VaultArchives dispersed;
  private final ArchivePool pool = new ArchivePool(THREADS_PER_ARCHIVE);
  private final LeafKeys leaves;
  private final RecordSeals seals;
  private final SnapshotGate gate;
  private final StripePins pins;
  private final DamageLog damage = new DamageLog();
  private final WriteGate writes = new WriteGate(QUIET_SECONDS);
  private final Mending mending;
  private final ExtentSource extents;
  private final ExecutorService sealers = threads("seal", PROCESSORS);
  private final ExecutorService readers = threads("read", READERS);
  private final ExecutorService tasks = Executors.newCachedThreadPool(named("task"));
  private final @Nullable Writing writing;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What only a writer has. */
  private record Writing(
      Scheme scheme, DurableCounter inodes, StripeStore stripes, Committer committer) {}

  /**
   * Puts a vault together.
   *
   * @param directory is closed with the session
   * @param index is closed with the session
   */
  Session(Environment environment, VaultDirectory directory, Index index) {
    this.environment = environment;
    this.directory = directory;
    this.index = environment.index().apply(index);
    Secret root = directory.root();
    byte[] vault = directory.config().vaultIdBytes();
    this.keys = GroupKeys.derive(root, GROUP, KEY_VERSION);
    this.markerKey = RootKeys.markerKey(root);
    this.headKey = RootKeys.headKey(root);
    this.archives = ArchiveSet.open(directory.config().archives(), markerKey, environment.opener());
    this.claim = new WriterClaim(this.index, archives, new HeadRecords(headKey, pool));
    this.configs = new ConfigRecords(root, pool);
    this.dispersed =
        directory.isReadOnly() ? new VaultArchives(archives) : new VaultArchives(archives, claim);
    DurableCounter leafIds =
        new DurableCounter(this.index, Counters.NEXT_LEAF, Counters.FIRST_LEAF, LEAF_CHUNK);
    try (Secret leafRoot = RootKeys.leafRoot(root)) {
      this.leaves = new DerivedLeafKeys(leafRoot, leafIds);
    }
    this.seals = new RecordSeals(vault, keys, leaves);
    this.gate = new SnapshotGate(this.index);
    ReaderLock others = directory.readers();
    this.pins =
        directory.isReadOnly() ? new StripePins(others::enter, others::leave) : new StripePins();
    StripeReader reader =
        new StripeReader(dispersed, pool, keys, damage::found, StripeReader.Patience.DEFAULT);
    this.extents = new ExtentSource(vault, keys, leaves, gate, archives, reader);
    this.mending =
        new Mending(
            this.index, dispersed, pool, keys, seals, reader::forget, writes, this::retryDeletions);
    try {
      this.writing = directory.isReadOnly() ? null : startWriting(vault);
    } catch (Throwable e) {
      abandon(e);
      throw e;
    }
  }

  private Writing startWriting(byte[] vault) {
    Scheme scheme = Scheme.parse(directory.config().scheme());
    StripeWriter writer =
        new StripeWriter(
            dispersed, pool, scheme, directory.config().margin(), keys, STRIPES_IN_FLIGHT);
    DurableCounter inodes =
        new DurableCounter(index, Counters.NEXT_INODE, Counters.FIRST_INODE, INODE_CHUNK);
    Committer committer =
        new Committer(
            index,
            claim,
            seals,
            leaves,
            inodes,
            new ManifestWriter(vault, keys, writer),
            new Graveyard(
                index, dispersed, leaves, gate, pins, directory.readers()::isQuiet, tasks),
            environment.clock());
    StripeStore stripes = new StripeStore(vault, keys, leaves, writer, sealers);
    committer.begin();
    return new Writing(scheme, inodes, stripes, committer);
  }

  /** Makes the root of a new vault. */
  void createRoot() {
    committer().commit(editor -> editor.createRoot(NewAttributes.ofMode(ROOT_MODE)));
    publishConfig();
  }

  VaultDirectory directory() {
    return directory;
  }

  Environment environment() {
    return environment;
  }

  boolean isReadOnly() {
    return writing == null;
  }

  Index index() {
    return index;
  }

  SnapshotGate gate() {
    return gate;
  }

  RecordSeals seals() {
    return seals;
  }

  ArchiveSet archives() {
    return archives;
  }

  /** See {@link VaultArchives#troubles}. */
  Map<String, String> archiveTroubles() {
    return dispersed.troubles();
  }

  Secret markerKey() {
    return markerKey;
  }

  StripePins pins() {
    return pins;
  }

  ExtentSource extents() {
    return extents;
  }

  /** Returns the threads that read ahead. */
  Executor readers() {
    return readers;
  }

  Committer committer() {
    return writing().committer;
  }

  IngestSession.Engine ingestEngine() {
    Writing parts = writing();
    return new IngestEngine(
        parts.scheme, parts.stripes, parts.committer, leaves, parts.inodes, writes, tasks);
  }

  Mending mending() {
    return mending;
  }

  WriteGate writes() {
    return writes;
  }

  private void retryDeletions() {
    committer().retryDeletions();
  }

  /** Marks shards that reads found missing or damaged, so that a repair mends them. */
  void markDamage() {
    if (!isReadOnly()) {
      damage.markIn(index);
    }
  }

  /** Returns how many different shards reads found missing or damaged. */
  int damageMet() {
    return damage.count();
  }

  private Writing writing() {
    Writing parts = writing;
    if (parts == null) {
      throw new IllegalStateException("the vault was opened for reading");
    }
    return parts;
  }

  /**
   * Looks again at archives that are not available, and at the heads of all, before something is
   * written.
   *
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the vault has written
   * @throws dev.kintsugi.core.ArchiveUnavailableException if too few archives answer
   */
  void recheckArchives() {
    for (AttachedArchive archive : archives.all()) {
      if (!archive.isAvailable()) {
        archive.recheck();
      }
    }
    claim.verify();
    claim.admit();
    publishConfig();
  }

  /** Writes the configuration to the archives that do not have it, as far as they are claimed. */
  void publishConfig() {
    claim.head().ifPresent(head -> configs.update(claim.claimed(), directory.config(), head));
  }

  /**
   * Splits the root secret into mnemonics.
   *
   * @throws ArchiveUnavailableException if any data shards' worth of archives might not tell how
   *     the vault is built
   */
  List<List<String>> exportMnemonics(int groupThreshold, List<Slip39.Group> groups) {
    VaultConfig config = directory.config();
    List<String> holders = configs.holders(archives.available(), config);
    int spare = config.archives().size() - Scheme.parse(config.scheme()).dataShards();
    if (holders.size() <= spare) {
      throw new ArchiveUnavailableException(
          "%d of %d archives tell how this vault is built, at least %d must, so that those that survive do: make sure that they can be reached, store or repair something, and try again"
              .formatted(holders.size(), config.archives().size(), spare + 1));
    }
    return Slip39.split(directory.root(), new char[0], groupThreshold, groups);
  }

  WriterClaim claim() {
    return claim;
  }

  /** Writes the recovery kit. */
  void exportKit(Path file, Unlock unlock) {
    RecoveryKit.write(
        file, directory.root(), directory.config(), unlock.chars(), environment.cost());
  }

  void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the vault is closed");
    }
  }

  private static ExecutorService threads(String what, int count) {
    return Executors.newFixedThreadPool(count, named(what));
  }

  private static ThreadFactory named(String what) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "kintsugi-" + what + "-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Ends threads. Where what is under way takes too long, or the caller is interrupted, it is
   * interrupted, and what was not begun is cancelled, for somebody may wait for it.
   *
   * @param patience how long each may take
   * @return whether all that was given to them came to its end
   */
  static boolean end(Duration patience, ExecutorService... all) {
    for (ExecutorService threads : all) {
      threads.shutdown();
    }
    boolean ended = true;
    try {
      for (ExecutorService threads : all) {
        if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          ended = false;
          cancel(threads);
        }
      }
    } catch (InterruptedException e) {
      ended = false;
      for (ExecutorService threads : all) {
        cancel(threads);
      }
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  private static void cancel(ExecutorService threads) {
    for (Runnable task : threads.shutdownNow()) {
      if (task instanceof Future<?> future) {
        future.cancel(false);
      }
    }
  }

  /** Gives back what a session that cannot start has taken, but for what it was given. */
  private void abandon(Throwable why) {
    for (ExecutorService threads : new ExecutorService[] {tasks, sealers, readers}) {
      threads.shutdown();
    }
    for (AutoCloseable part :
        new AutoCloseable[] {pool, archives, leaves, keys, markerKey, headKey}) {
      try {
        part.close();
      } catch (Exception e) {
        why.addSuppressed(e);
      }
    }
  }

  /** Ends what is under way and gives everything back; the first failure is thrown at the end. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    RuntimeException failure = null;
    try {
      markDamage();
    } catch (RuntimeException e) {
      failure = e;
    }
    boolean ended = end(Duration.ofMinutes(1), tasks, sealers, readers);
    Writing parts = writing;
    if (ended && parts != null) {
      try {
        parts.committer.end();
      } catch (RuntimeException e) {
        failure = Failures.firstOf(failure, e);
      }
    }
    for (AutoCloseable part :
        new AutoCloseable[] {pool, archives, index, leaves, keys, markerKey, headKey, directory}) {
      try {
        part.close();
      } catch (Exception e) {
        failure = Failures.firstOf(failure, Failures.rethrow(e));
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
