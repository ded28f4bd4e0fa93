package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.archive.ArchiveGoneException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.archive.vault.ArchivedConfig;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The archives of an open vault, in the order of their numbers.
 *
 * <p>Opening never fails because of an archive: one that is not there is UNAVAILABLE, one that has
 * no marker or another vault's is FOREIGN, and {@link #recheck} looks again. Thread-safe.
 */
public final class ArchiveSet implements AutoCloseable {
  private final Secret markerKey;
  private final BackendOpener opener;
  private volatile List<AttachedArchive> archives;

  private ArchiveSet(Secret markerKey, BackendOpener opener, List<AttachedArchive> archives) {
    this.markerKey = markerKey;
    this.opener = opener;
    this.archives = archives;
  }

  /**
   * Opens archives side by side.
   *
   * @param configs with distinct numbers and names
   * @param markerKey is copied; see {@link dev.kintsugi.core.internal.format.v1.RootKeys#markerKey}
   * @param opener {@code Backends::open}, or what a test puts in its place
   */
  public static ArchiveSet open(
      Collection<ArchiveConfig> configs, Secret markerKey, BackendOpener opener) {
    Secret key = markerKey.copy();
    List<AttachedArchive> archives = new ArrayList<>();
    for (ArchiveConfig config : configs) {
      archives.add(new AttachedArchive(config, key, opener));
    }
    ArchiveSet set = new ArchiveSet(key, opener, ordered(archives));
    set.recheck();
    return set;
  }

  private static List<AttachedArchive> ordered(List<AttachedArchive> archives) {
    List<AttachedArchive> ordered = new ArrayList<>(archives);
    ordered.sort((a, b) -> Integer.compare(a.number(), b.number()));
    for (int i = 1; i < ordered.size(); i++) {
      if (ordered.get(i).number() == ordered.get(i - 1).number()) {
        throw new IllegalArgumentException("two archives have number " + ordered.get(i).number());
      }
    }
    return List.copyOf(ordered);
  }

  /** Returns every archive, in the order of their numbers. */
  public List<AttachedArchive> all() {
    return archives;
  }

  /** Returns the archives that were available when last checked, in the order of their numbers. */
  public List<AttachedArchive> available() {
    return archives.stream().filter(AttachedArchive::isAvailable).toList();
  }

  /**
   * Returns the archive with a number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public AttachedArchive get(int number) {
    for (AttachedArchive archive : archives) {
      if (archive.number() == number) {
        return archive;
      }
    }
    throw new IllegalArgumentException("no archive has number " + number);
  }

  /** Returns the archive with a name, if there is one. */
  public Optional<AttachedArchive> named(String name) {
    return archives.stream().filter(archive -> archive.name().equals(name)).findFirst();
  }

  /** Looks again at every archive, side by side. */
  public void recheck() {
    List<AttachedArchive> current = archives;
    if (current.isEmpty()) {
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            current.size(),
            task -> {
              Thread thread = new Thread(task, "archive check");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> checks = new ArrayList<>();
      for (AttachedArchive archive : current) {
        checks.add(threads.submit(archive::recheck));
      }
      for (Future<?> check : checks) {
        check.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ArchiveUnavailableException("interrupted while looking for the archives", e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("checking an archive must not fail", e);
    } finally {
      threads.shutdown();
    }
  }

  /**
   * Attaches an archive and checks it; it takes the place of one with the same number, which is
   * closed.
   *
   * @return the archive, whatever its state
   */
  public synchronized AttachedArchive attach(ArchiveConfig config) {
    AttachedArchive fresh = new AttachedArchive(config, markerKey, opener);
    List<AttachedArchive> next = new ArrayList<>();
    List<AttachedArchive> replaced = new ArrayList<>();
    for (AttachedArchive archive : archives) {
      (archive.number() == config.number() ? replaced : next).add(archive);
    }
    next.add(fresh);
    archives = ordered(next);
    replaced.forEach(AttachedArchive::close);
    fresh.recheck();
    return fresh;
  }

  /**
   * Makes a place ready to be an archive and writes its marker.
   *
   * @param markerKey stays the caller's
   * @return the marker, with a fresh id
   * @throws PathExistsException if the place has a marker
   * @throws ArchiveUnavailableException if the place cannot be used
   */
  public static ArchiveMarker initialise(ArchiveSpec spec, Secret markerKey, BackendOpener opener) {
    ArchiveMarker marker = ArchiveMarker.create(markerKey);
    try (Backend backend = opener.open(spec.url(), true)) {
      if (backend.readRecord(ArchiveMarker.RECORD).isPresent()) {
        throw taken(spec, backend);
      }
      deleteRecords(backend); // left by another vault, whose marker somebody has removed
      backend.writeRecord(ArchiveMarker.RECORD, marker.encode());
      return marker;
    } catch (IOException e) {
      throw unusable(spec, e);
    }
  }

  private static void deleteRecords(Backend backend) throws IOException {
    backend.deleteRecord(ArchivedConfig.RECORD);
    backend.deleteRecord(ArchiveHead.HEAD);
    backend.deleteRecord(ArchiveHead.INTENT);
  }

  private static PathExistsException taken(ArchiveSpec spec, Backend backend) throws IOException {
    return new PathExistsException(
        "archive "
            + spec.name()
            + " ("
            + backend.url()
            + ") already belongs to a vault; choose an empty place"
            + (isEmpty(backend)
                ? ", or, if an init that was interrupted has left it, remove this one: it holds"
                    + " a vault's marker and no shard"
                : ""));
  }

  private static boolean isEmpty(Backend backend) throws IOException {
    AtomicBoolean empty = new AtomicBoolean(true);
    backend.list(shard -> empty.set(false));
    return empty.get();
  }

  /**
   * Takes back {@link #initialise}: removes the marker if it is this one, with what whoever has
   * begun to write has left, and the place if nothing else is there.
   */
  public static void undoInitialise(ArchiveSpec spec, ArchiveMarker marker, BackendOpener opener) {
    // Opened with "create" so that closing removes what was made for an archive that never was.
    try (Backend backend = opener.open(spec.url(), true)) {
      Optional<byte[]> found = backend.readRecord(ArchiveMarker.RECORD);
      if (found.isPresent() && ArchiveMarker.parse(found.get()).equals(marker)) {
        deleteRecords(backend);
        backend.deleteRecord(ArchiveMarker.RECORD);
      }
    } catch (IOException e) {
      throw unusable(spec, e);
    }
  }

  /**
   * Reads the marker of a place that may not be an archive yet.
   *
   * @return this vault's marker, or empty if the place has none or is not there
   * @throws PathExistsException if the marker is another vault's, or none that can be read
   * @throws ArchiveUnavailableException if the place cannot be reached
   */
  public static Optional<ArchiveMarker> visit(
      ArchiveSpec spec, Secret markerKey, BackendOpener opener) {
    try (Backend backend = opener.open(spec.url(), false)) {
      Optional<byte[]> record = backend.readRecord(ArchiveMarker.RECORD);
      Optional<ArchiveMarker> own =
          record.flatMap(ArchiveSet::parse).filter(marker -> marker.madeWith(markerKey));
      if (record.isPresent() && own.isEmpty()) {
        throw taken(spec, backend);
      }
      return own;
    } catch (ArchiveGoneException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(spec, e);
    }
  }

  /**
   * Reads a place's marker.
   *
   * @return the marker, or empty if the place has none or it was made with another key
   * @throws ArchiveUnavailableException if the place cannot be reached
   */
  public static Optional<ArchiveMarker> identify(
      ArchiveSpec spec, Secret markerKey, BackendOpener opener) {
    try (Backend backend = opener.open(spec.url(), false)) {
      return backend
          .readRecord(ArchiveMarker.RECORD)
          .flatMap(ArchiveSet::parse)
          .filter(marker -> marker.madeWith(markerKey));
    } catch (IOException e) {
      throw unusable(spec, e);
    }
  }

  private static Optional<ArchiveMarker> parse(byte[] record) {
    try {
      return Optional.of(ArchiveMarker.parse(record));
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  private static ArchiveUnavailableException unusable(ArchiveSpec spec, IOException e) {
    return new ArchiveUnavailableException("archive " + spec.name() + ": " + Reasons.of(e), e);
  }

  /** Closes every archive; the first failure is thrown after all were tried. */
  @Override
  public synchronized void close() {
    archives.forEach(AttachedArchive::close);
    markerKey.close();
  }
}
