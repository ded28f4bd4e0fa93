package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.vault.RecoveryKit;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.archive.vault.VaultDirectory;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.Lineage;
import dev.kintsugi.core.internal.index.sqlite.SqliteIndex;
import dev.kintsugi.core.internal.recovery.Recoverer;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.core.store.Unlock;
import dev.kintsugi.crypto.DerivedLeafKeys;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a new vault from a recovery kit and the archives that survive. */
final class VaultRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(VaultRecovery.class);
  private static final int THREADS_PER_ARCHIVE = 4;
  private static final int LONGEST_NAME = 32;

  /** Nothing is known yet of which leaves were allocated, so every id has a key; none is given. */
  private static final LeafReservation UNKNOWN =
      new LeafReservation() {
        @Override
        public long reserve(int count) {
          throw new IllegalStateException("a recovery needs no new leaves");
        }

        @Override
        public long limit() {
          return Long.MAX_VALUE;
        }
      };

  private final Session.Environment environment;
  private final RecoveryKit kit;

  /**
   * Prepares a recovery.
   *
   * @param kit stays the caller's
   */
  VaultRecovery(Session.Environment environment, RecoveryKit kit) {
    this.environment = environment;
    this.kit = kit;
  }

  /**
   * Makes the vault, or nothing. Archives are only read.
   *
   * @param given archives under any names, in any order; those that cannot be reached, or are not
   *     this vault's, count as missing
   */
  RecoverReport run(Path directory, List<ArchiveSpec> given, Unlock unlock, Progress progress) {
    try (Secret markerKey = RootKeys.markerKey(kit.root())) {
      VaultConfig config = kit.config().withArchives(recognise(given, markerKey));
      VaultDirectory made =
          VaultDirectory.create(directory, config, kit.root(), unlock.chars(), environment.cost());
      try {
        RecoverReport report = fill(made, markerKey, progress);
        made.complete();
        made.close();
        return report;
      } catch (Throwable e) {
        try {
          made.discard();
        } catch (RuntimeException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
    }
  }

  private RecoverReport fill(VaultDirectory made, Secret markerKey, Progress progress) {
    VaultConfig config = made.config();
    try (Index index = SqliteIndex.create(made.indexFile());
        GroupKeys keys = GroupKeys.derive(kit.root(), Session.GROUP, Session.KEY_VERSION);
        Secret leafRoot = RootKeys.leafRoot(kit.root());
        LeafKeys leaves = new DerivedLeafKeys(leafRoot, UNKNOWN);
        ArchiveSet archives = ArchiveSet.open(config.archives(), markerKey, environment.opener());
        ArchivePool pool = new ArchivePool(THREADS_PER_ARCHIVE)) {
      List<ArchiveHead> heads = heads(archives, pool);
      Recoverer.Recovery recovery =
          new Recoverer(
                  config.vaultIdBytes(),
                  Scheme.parse(config.scheme()),
                  config.margin(),
                  new VaultArchives(archives),
                  pool,
                  keys,
                  leaves,
                  new SecureRandom())
              .recover(index, progress);
      if (!recovery.rootFound()) {
        throw new UnrecoverableException(
            "the root directory was not found in the archives given: "
                + recovery.report().archivesUsed()
                + "; "
                + recovery.report().shards()
                + " shards were examined, missing archives are "
                + recovery.report().archivesMissing());
      }
      index.write(
          writer -> {
            Lineage.recovered(writer, heads);
            return null;
          });
      return recovery.report();
    }
  }

  /**
   * Reads who has written to the archives, before anything else is read of them: whoever writes
   * meanwhile is then found out, because its claim is not known.
   */
  private List<ArchiveHead> heads(ArchiveSet archives, ArchivePool pool) {
    List<ArchiveHead> heads = new ArrayList<>();
    try (Secret key = RootKeys.headKey(kit.root())) {
      HeadRecords records = new HeadRecords(key, pool);
      for (String record : List.of(ArchiveHead.HEAD, ArchiveHead.INTENT)) {
        records
            .read(
                archives.available(),
                record,
                (archive, failure) ->
                    LOG.warn("archive {}: its head cannot be read: {}", archive.name(), failure))
            .values()
            .forEach(head -> head.ifPresent(heads::add));
      }
    }
    return heads;
  }

  /** Finds out by their markers which archives were given, and lists the others as they were. */
  private List<ArchiveConfig> recognise(List<ArchiveSpec> given, Secret markerKey) {
    Map<String, ArchiveSpec> found = new LinkedHashMap<>();
    List<String> unusable = new ArrayList<>();
    for (ArchiveSpec spec : given) {
      Optional<String> id = identify(spec, markerKey, unusable);
      if (id.isPresent()) {
        ArchiveSpec other = found.putIfAbsent(id.get(), spec);
        if (other != null) {
          throw new PathExistsException(
              "archives " + other.name() + " and " + spec.name() + " are the same archive");
        }
      }
    }
    int needed = Scheme.parse(kit.config().scheme()).dataShards();
    if (found.size() < needed) {
      throw new UnrecoverableException(
          ("recovery needs at least %d archives (%s), %d of those given are this vault's; give more of"
                  + " them%s")
              .formatted(
                  needed,
                  kit.config().scheme(),
                  found.size(),
                  unusable.isEmpty() ? "" : ". " + String.join("; ", unusable)));
    }
    unusable.forEach(why -> LOG.warn("not used: {}", why));
    Set<String> names = new HashSet<>();
    found.values().forEach(spec -> names.add(spec.name()));
    List<ArchiveConfig> archives = new ArrayList<>();
    for (ArchiveConfig known : kit.config().archives()) {
      ArchiveSpec spec = found.remove(known.id());
      archives.add(
          new ArchiveConfig(
              known.number(),
              spec == null ? renamed(known.spec(), names) : withDomain(spec, known.spec()),
              known.id()));
    }
    // Archives that were added after the kit was made.
    int next = kit.config().nextArchiveNumber();
    for (Map.Entry<String, ArchiveSpec> added : found.entrySet()) {
      archives.add(new ArchiveConfig(next++, added.getValue(), added.getKey()));
    }
    return archives;
  }

  private Optional<String> identify(ArchiveSpec spec, Secret markerKey, List<String> unusable) {
    try {
      Optional<ArchiveMarker> marker = ArchiveSet.identify(spec, markerKey, environment.opener());
      if (marker.isEmpty()) {
        unusable.add("archive " + spec.name() + " (" + spec.url() + ") is not this vault's");
      }
      return marker.map(found -> HexFormat.of().formatHex(found.id()));
    } catch (ArchiveUnavailableException e) {
      unusable.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Keeps the failure domain that an archive had, unless another one is given. */
  private static ArchiveSpec withDomain(ArchiveSpec given, ArchiveSpec known) {
    boolean none = given.domain().equals(given.name());
    return new ArchiveSpec(given.name(), given.url(), none ? known.domain() : given.domain());
  }

  /** Gives a missing archive another name if its own is taken by one that was given. */
  private static ArchiveSpec renamed(ArchiveSpec missing, Set<String> taken) {
    String name = missing.name();
    for (int i = 1; !taken.add(name); i++) {
      String suffix = "-lost" + i;
      int keep = Math.min(missing.name().length(), LONGEST_NAME - suffix.length());
      name = missing.name().substring(0, keep) + suffix;
    }
    return new ArchiveSpec(name, missing.url(), missing.domain());
  }
}
