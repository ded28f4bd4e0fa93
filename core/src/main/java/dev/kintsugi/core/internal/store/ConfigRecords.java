package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.vault.ArchivedConfig;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the configuration on the archives up to date, and finds it there. Thread-safe. */
final class ConfigRecords {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigRecords.class);

  private final Secret root;
  private final ArchivePool pool;
  private final Map<String, VaultConfig> known = new ConcurrentHashMap<>();

  /**
   * Makes it for a vault.
   *
   * @param root stays the caller's, like the pool
   */
  ConfigRecords(Secret root, ArchivePool pool) {
    this.root = root;
    this.pool = pool;
  }

  /**
   * Writes the configuration to those archives that have another or none. One that fails is
   * reported and tried again the next time: the others have it.
   *
   * @param archives claimed by this writer
   * @param claim this writer's
   */
  void update(Collection<AttachedArchive> archives, VaultConfig config, ArchiveHead claim) {
    List<AttachedArchive> unsure =
        archives.stream()
            .filter(archive -> !config.equals(known.get(archive.config().id())))
            .toList();
    if (unsure.isEmpty()) {
      return;
    }
    ArchivedConfig current = new ArchivedConfig(claim.generation(), claim.claim(), config);
    try (Secret key = RootKeys.configKey(root)) {
      if (current.seal(key, id(unsure.get(0))).length > Backend.MAX_RECORD_BYTES) {
        LOG.warn("the configuration is too long to be kept on archives");
        return;
      }
      ArchiveCalls.each(
              pool,
              unsure,
              archive -> {
                if (!holds(key, archive, config)) {
                  byte[] record = current.seal(key, id(archive));
                  archive.backend().writeRecord(ArchivedConfig.RECORD, record);
                }
                return Boolean.TRUE;
              },
              (archive, failure) ->
                  LOG.warn(
                      "archive {} did not take the configuration: {}",
                      archive.name(),
                      failure.getMessage()))
          .keySet()
          .forEach(archive -> known.put(archive.config().id(), config));
    }
  }

  /** Returns the names of the archives that have a configuration; one that fails has none. */
  List<String> holders(Collection<AttachedArchive> archives, VaultConfig config) {
    try (Secret key = RootKeys.configKey(root)) {
      return ArchiveCalls.each(
              pool,
              archives,
              archive -> holds(key, archive, config),
              (archive, failure) ->
                  LOG.warn("archive {}: {}", archive.name(), failure.getMessage()))
          .entrySet()
          .stream()
          .filter(Map.Entry::getValue)
          .map(entry -> entry.getKey().name())
          .toList();
    }
  }

  /** One that cannot be read, such as one that is too long, counts as none too. */
  private static boolean holds(Secret key, AttachedArchive archive, VaultConfig config) {
    try {
      return read(key, archive.backend(), id(archive), archive.name())
          .filter(found -> found.config().equals(config))
          .isPresent();
    } catch (IOException e) {
      LOG.warn("archive {}: {}", archive.name(), e.getMessage());
      return false;
    }
  }

  private static Optional<ArchivedConfig> read(
      Secret key, Backend backend, byte[] id, String archive) throws IOException {
    Optional<byte[]> record = backend.readRecord(ArchivedConfig.RECORD);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ArchivedConfig.open(key, id, record.get()));
    } catch (KintsugiException e) {
      LOG.warn("archive {}: {}", archive, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Finds the newest configuration on archives.
   *
   * @param root stays the caller's
   * @param given any places; those that are not this vault's archives are passed over
   * @throws UnrecoverableException if none of them has one
   */
  static VaultConfig find(Secret root, List<ArchiveSpec> given, BackendOpener opener) {
    List<String> reasons = new ArrayList<>();
    Optional<ArchivedConfig> newest = Optional.empty();
    try (Secret key = RootKeys.configKey(root);
        Secret markerKey = RootKeys.markerKey(root)) {
      for (ArchiveSpec spec : given) {
        try {
          Optional<ArchiveMarker> marker = ArchiveSet.identify(spec, markerKey, opener);
          if (marker.isEmpty()) {
            reasons.add("archive " + spec.name() + " (" + spec.url() + ") is not this vault's");
            continue;
          }
          try (Backend backend = opener.open(spec.url(), false)) {
            Optional<ArchivedConfig> found = read(key, backend, marker.get().id(), spec.name());
            if (found.isEmpty()) {
              reasons.add("archive " + spec.name() + " has no configuration that can be read");
            } else if (newest.isEmpty() || newest.get().compareTo(found.get()) < 0) {
              newest = found;
            }
          }
        } catch (ArchiveUnavailableException e) {
          reasons.add(String.valueOf(e.getMessage()));
        } catch (IOException e) {
          reasons.add("archive " + spec.name() + ": " + e);
        }
      }
    }
    return newest
        .map(ArchivedConfig::config)
        .orElseThrow(
            () ->
                new UnrecoverableException(
                    "none of the archives given tells how the vault of these words is built: "
                        + String.join("; ", reasons)));
  }

  private static byte[] id(AttachedArchive archive) {
    return HexFormat.of().parseHex(archive.config().id());
  }
}
