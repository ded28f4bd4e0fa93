package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.AccessDeniedException;
import dev.kintsugi.core.UnrecognizedFormatException;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.Backends;
import dev.kintsugi.core.internal.archive.vault.RecoveryKit;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.archive.vault.VaultDirectory;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.core.store.Vault;
import dev.kintsugi.core.store.VaultOptions;
import dev.kintsugi.core.store.VaultProvider;
import dev.kintsugi.crypto.Argon2Parameters;
import dev.kintsugi.crypto.AuthenticationFailedException;
import dev.kintsugi.crypto.MalformedRecordException;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import dev.kintsugi.crypto.mnemonic.Slip39;
import dev.kintsugi.crypto.split.TooFewSharesException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Makes, opens and recovers vaults. */
public final class VaultStore implements VaultProvider {
  private static final int ROOT_LENGTH = 32;
  private static final int VAULT_ID_LENGTH = 16;

  private final Session.Environment environment;

  /** Used by {@link java.util.ServiceLoader}. */
  public VaultStore() {
    this(
        new Session.Environment(
            Backends::open,
            Argon2Parameters.DEFAULT,
            InstantSource.system(),
            UnaryOperator.identity()));
  }

  /** Makes a store with other backends, costs or clock, for tests. */
  VaultStore(Session.Environment environment) {
    this.environment = environment;
  }

  /**
   * Makes a vault, or nothing: when something fails, markers, shards and files are removed again.
   *
   * @throws IllegalArgumentException if the scheme is not known or does not go with the archives
   */
  @Override
  public void create(Path directory, VaultOptions options, Unlock unlock) {
    check(options);
    VaultDirectory.requireVacant(directory);
    List<Runnable> undo = new ArrayList<>();
    try (Secret root = Secret.takeOver(RandomBytes.next(ROOT_LENGTH));
        Secret markerKey = RootKeys.markerKey(root)) {
      try {
        List<ArchiveConfig> archives = new ArrayList<>();
        for (ArchiveSpec spec : options.archives()) {
          ArchiveMarker marker = ArchiveSet.initialise(spec, markerKey, environment.opener());
          undo.add(() -> ArchiveSet.undoInitialise(spec, marker, environment.opener()));
          archives.add(ArchiveConfig.of(archives.size(), spec, marker));
        }
        VaultConfig config =
            new VaultConfig(
                HexFormat.of().formatHex(RandomBytes.next(VAULT_ID_LENGTH)),
                options.scheme(),
                options.margin(),
                archives);
        VaultDirectory made =
            VaultDirectory.create(directory, config, root, unlock.chars(), environment.cost());
        undo.add(made::discard);
        fill(made);
      } catch (Throwable e) {
        for (int i = undo.size() - 1; i >= 0; i--) {
          try {
            undo.get(i).run();
          } catch (RuntimeException left) {
            e.addSuppressed(left);
          }
        }
        throw e;
      }
    }
  }

  private void fill(VaultDirectory made) {
    Index index;
    try {
      index = SqliteIndex.create(made.indexFile());
    } catch (Throwable e) {
      made.close();
      throw e;
    }
    try (Session session = start(made, index)) {
      session.createRoot();
      made.complete();
    }
  }

  private static void check(VaultOptions options) {
    Scheme scheme = Scheme.parse(options.scheme());
    int spare = scheme.totalShards() - scheme.sufficient();
    if (options.margin() < 0 || options.margin() > spare) {
      throw new IllegalArgumentException(
          "margin (%d) must be in 0..%d with %s".formatted(options.margin(), spare, scheme));
    }
    if (options.archives().size() < scheme.totalShards()) {
      throw new IllegalArgumentException(
          "%s needs at least %d archives, %d are given"
              .formatted(scheme, scheme.totalShards(), options.archives().size()));
    }
    requireDistinct("names", options.archives(), ArchiveSpec::name);
    requireDistinct("URLs", options.archives(), ArchiveSpec::url);
    long domains = options.archives().stream().map(ArchiveSpec::domain).distinct().count();
    if (domains < scheme.sufficient() + options.margin()) {
      throw new IllegalArgumentException(
          "%s with margin %d needs archives in %d failure domains, %d are given"
              .formatted(
                  scheme, options.margin(), scheme.sufficient() + options.margin(), domains));
    }
  }

  private static void requireDistinct(
      String what, List<ArchiveSpec> archives, Function<ArchiveSpec, String> property) {
    Set<String> seen = new HashSet<>();
    for (ArchiveSpec archive : archives) {
      if (!seen.add(property.apply(archive))) {
        throw new IllegalArgumentException(
            "archives need different %s; two have %s".formatted(what, property.apply(archive)));
      }
    }
  }

  @Override
  public Vault open(Path directory, Unlock unlock, boolean readOnly) {
    VaultDirectory opened = VaultDirectory.open(directory, unlock.chars(), readOnly);
    try {
      Index index =
          readOnly
              ? SqliteIndex.openReadOnly(opened.indexFile())
              : SqliteIndex.open(opened.indexFile());
      return new OpenVault(start(opened, index));
    } catch (Throwable e) {
      opened.close();
      throw e;
    }
  }

  private Session start(VaultDirectory opened, Index index) {
    try {
      return new Session(environment, opened, index);
    } catch (Throwable e) {
      index.close();
      throw e;
    }
  }

  @Override
  public RecoverReport recover(
      Path directory,
      Path kit,
      Unlock kitUnlock,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    VaultDirectory.requireVacant(directory);
    try (RecoveryKit opened = RecoveryKit.read(kit, kitUnlock.chars())) {
      return new VaultRecovery(environment, opened).run(directory, archives, unlock, progress);
    }
  }

  @Override
  public RecoverReport recover(
      Path directory,
      List<String> mnemonics,
      List<ArchiveSpec> archives,
      Unlock unlock,
      Progress progress) {
    VaultDirectory.requireVacant(directory);
    try (Secret root = combine(mnemonics)) {
      VaultConfig config = ConfigRecords.find(root, archives, environment.opener());
      RecoveryKit kit = new RecoveryKit(root, config);
      return new VaultRecovery(environment, kit).run(directory, archives, unlock, progress);
    }
  }

  private static Secret combine(List<String> mnemonics) {
    Secret root;
    try {
      root = Slip39.combine(mnemonics, new char[0]);
    } catch (MalformedRecordException e) {
      throw new UnrecognizedFormatException(
          "the words are not as they were written down: " + e.getMessage(), e);
    } catch (TooFewSharesException | AuthenticationFailedException e) {
      throw new AccessDeniedException("the words do not open a vault: " + e.getMessage(), e);
    }
    if (root.length() != ROOT_LENGTH) {
      root.close();
      throw new AccessDeniedException("the words are no vault's");
    }
    return root;
  }

  @Override
  public void validate(ArchiveSpec archive) {
    ArchiveTrial.run(archive, environment.opener());
  }
}
