package dev.kintsugi.core.internal.archive;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.FormatException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.BackendOperation;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configured archive and, while it can be reached and is the vault's own, the backend behind it.
 *
 * <p>Its state changes by {@link #recheck} alone: what an operation makes of a failure is the
 * caller's affair. Thread-safe.
 */
public final class AttachedArchive implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AttachedArchive.class);

  private final ArchiveConfig config;
  private final Secret markerKey;
  private final BackendOpener opener;
  private volatile Condition condition =
      new Condition(ArchiveStatus.State.UNAVAILABLE, "not opened yet", null);

  private record Condition(
      ArchiveStatus.State state, String detail, @Nullable MeteredBackend backend) {}

  /**
   * Makes an archive that is not opened yet; {@link #recheck} opens it.
   *
   * @param markerKey stays the caller's and must live as long as this archive
   */
  AttachedArchive(ArchiveConfig config, Secret markerKey, BackendOpener opener) {
    this.config = config;
    this.markerKey = markerKey;
    this.opener = opener;
  }

  /** Returns how it is configured. */
  public ArchiveConfig config() {
    return config;
  }

  /** Returns what the index calls it. */
  public int number() {
    return config.number();
  }

  /** Returns how the user named it. */
  public ArchiveSpec spec() {
    return config.spec();
  }

  /** Returns its name. */
  public String name() {
    return config.spec().name();
  }

  /** Returns its failure domain. */
  public String domain() {
    return config.spec().domain();
  }

  /** Returns whether it was usable when last checked. */
  public ArchiveStatus.State state() {
    return condition.state;
  }

  /** Returns why it is not usable, or an empty string. */
  public String detail() {
    return condition.detail;
  }

  /** Returns whether it was reached and recognised when last checked. */
  public boolean isAvailable() {
    return condition.backend != null;
  }

  /**
   * Returns the backend.
   *
   * @throws ArchiveUnavailableException if the archive is not available; the message says why
   */
  public Backend backend() {
    return metered();
  }

  /**
   * Returns the usual time of an operation, in nanoseconds; empty before the first one.
   *
   * @throws ArchiveUnavailableException if the archive is not available
   */
  public OptionalLong usualNanos(BackendOperation operation) {
    return metered().metrics(operation).usualNanos();
  }

  private MeteredBackend metered() {
    Condition now = condition;
    if (now.backend == null) {
      throw new ArchiveUnavailableException("archive " + name() + ": " + now.detail);
    }
    return now.backend;
  }

  /** Returns the free room in bytes, where the backend can tell. */
  public OptionalLong free() {
    MeteredBackend backend = condition.backend;
    if (backend == null) {
      return OptionalLong.empty();
    }
    try {
      Capacity capacity = backend.capacity();
      return capacity.free();
    } catch (IOException e) {
      LOG.debug("archive {} does not tell its room: {}", name(), e.toString());
      return OptionalLong.empty();
    }
  }

  /**
   * Opens the archive, or looks again whether an open one is still there and still the vault's.
   *
   * @return the state found
   */
  public synchronized ArchiveStatus.State recheck() {
    MeteredBackend backend = condition.backend;
    try {
      if (backend == null) {
        backend =
            new MeteredBackend(
                new RetryingBackend(opener.open(config.spec().url(), false), RetryPolicy.DEFAULT));
      }
      Optional<String> foreign = foreign(backend);
      if (foreign.isEmpty()) {
        condition = new Condition(ArchiveStatus.State.AVAILABLE, "", backend);
      } else {
        condition = new Condition(ArchiveStatus.State.FOREIGN, foreign.get(), null);
        closeQuietly(backend);
      }
    } catch (IOException e) {
      condition = new Condition(ArchiveStatus.State.UNAVAILABLE, reason(e), null);
      closeQuietly(backend);
    }
    return condition.state;
  }

  /** Returns why the archive is not the one configured, or empty if it is. */
  private Optional<String> foreign(Backend backend) throws IOException {
    Optional<byte[]> record = backend.readRecord(ArchiveMarker.RECORD);
    if (record.isEmpty()) {
      return Optional.of("it has no marker: emptied, replaced or never part of a vault");
    }
    ArchiveMarker marker;
    try {
      marker = ArchiveMarker.parse(record.get());
    } catch (FormatException e) {
      return Optional.of("its marker cannot be read: " + e.getMessage());
    }
    if (!marker.madeWith(markerKey)) {
      return Optional.of("its marker is of another vault");
    }
    String found = HexFormat.of().formatHex(marker.id());
    return found.equals(config.id())
        ? Optional.empty()
        : Optional.of(
            "it is another archive of this vault: expected " + config.id() + ", found " + found);
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  private void closeQuietly(@Nullable Backend backend) {
    if (backend != null) {
      try {
        backend.close();
      } catch (IOException e) {
        LOG.debug("closing archive {}: {}", name(), e.toString());
      }
    }
  }

  @Override
  public synchronized void close() {
    MeteredBackend backend = condition.backend;
    condition = new Condition(ArchiveStatus.State.UNAVAILABLE, "closed", null);
    closeQuietly(backend);
  }

  @Override
  public String toString() {
    return "archive " + name() + " (" + condition.state + ")";
  }
}
