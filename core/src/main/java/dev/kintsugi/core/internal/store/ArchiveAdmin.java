package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.PathExistsException;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.archive.BackendOpener;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.ArchiveChange;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds archives to a vault, gives lost ones a new place, and follows those that have moved. */
final class ArchiveAdmin {
  private static final int PAGE = 1000;

  private final Session session;

  ArchiveAdmin(Session session) {
    this.session = session;
  }

  /**
   * Adds an archive, replaces the one of that name, or takes its new place.
   *
   * <p>A replaced archive keeps its number and gets a new id; every shard it should hold is marked
   * missing first, so that a crash leaves at worst shards that are thought lost and are not. An
   * archive that has moved keeps both.
   *
   * @param replace allow the name of an archive that can still be reached
   */
  ArchiveChange add(ArchiveSpec spec, boolean replace) {
    session.claim().verify();
    ArchiveChange change = plan(spec, replace);
    VaultConfig config = session.directory().config();
    Optional<ArchiveConfig> old = config.archive(spec.name());
    ArchiveConfig now;
    if (old.isPresent() && change.kind() == ArchiveChange.Kind.MOVED) {
      now = moved(old.get(), spec);
      configure(now);
      session.claim().forget(now.id());
    } else {
      now = replace(config, old, spec);
    }
    session.archives().attach(now);
    session.claim().verify();
    if (session.claim().isClaimedByMost()) {
      session.claim().renew(); // archives may have a configuration of the last claim
    }
    session.publishConfig();
    return change;
  }

  /**
   * Returns what {@link #add} would do; changes nothing.
   *
   * @throws PathExistsException if it would refuse
   */
  ArchiveChange plan(ArchiveSpec spec, boolean replace) {
    VaultConfig config = session.directory().config();
    Optional<ArchiveConfig> old = config.archive(spec.name());
    old.ifPresent(archive -> requireReplaceable(archive, replace));
    for (ArchiveConfig other : config.archives()) {
      if (!other.name().equals(spec.name()) && other.spec().url().equals(spec.url())) {
        throw new PathExistsException(
            "archive " + other.name() + " is at " + spec.url() + " already");
      }
    }
    Optional<ArchiveMarker> marker =
        ArchiveSet.visit(spec, session.markerKey(), session.environment().opener());
    if (marker.isPresent()) {
      ArchiveConfig found = found(config, spec, marker.get());
      return new ArchiveChange(
          ArchiveChange.Kind.MOVED, found.spec().url(), hasMissedWrites(moved(found, spec)));
    }
    return old.map(
            archive -> new ArchiveChange(ArchiveChange.Kind.REPLACED, archive.spec().url(), false))
        .orElseGet(() -> new ArchiveChange(ArchiveChange.Kind.ADDED, "", false));
  }

  /** Looks at the head of an archive at its new place, before anything is changed. */
  private boolean hasMissedWrites(ArchiveConfig moved) {
    try (ArchiveSet place =
        ArchiveSet.open(List.of(moved), session.markerKey(), session.environment().opener())) {
      return session.claim().hasMissedWrites(place.get(moved.number()));
    }
  }

  /** Returns the archive that was found at a place, as it is configured, if it may be taken. */
  private static ArchiveConfig found(VaultConfig config, ArchiveSpec spec, ArchiveMarker marker) {
    String id = HexFormat.of().formatHex(marker.id());
    ArchiveConfig found =
        config.archives().stream()
            .filter(archive -> archive.id().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    new PathExistsException(
                        spec.url()
                            + " holds an archive of this vault that the vault does not use: it was"
                            + " replaced, or added after the recovery kit was made; choose an empty"
                            + " place"));
    if (!found.name().equals(spec.name())) {
      throw new PathExistsException(
          "%s holds archive %s of this vault, not %s; if it has moved there, run 'kintsugi archive add %s=%s'"
              .formatted(spec.url(), found.name(), spec.name(), found.name(), spec.url()));
    }
    if (found.spec().url().equals(spec.url())) {
      throw new PathExistsException("archive " + spec.name() + " is at " + spec.url() + " already");
    }
    return found;
  }

  /** Returns an archive at its new place, in its old failure domain unless another is given. */
  private static ArchiveConfig moved(ArchiveConfig old, ArchiveSpec spec) {
    boolean none = spec.domain().equals(spec.name());
    String domain = none ? old.spec().domain() : spec.domain();
    return new ArchiveConfig(
        old.number(), new ArchiveSpec(spec.name(), spec.url(), domain), old.id());
  }

  private ArchiveConfig replace(VaultConfig config, Optional<ArchiveConfig> old, ArchiveSpec spec) {
    BackendOpener opener = session.environment().opener();
    ArchiveMarker marker = ArchiveSet.initialise(spec, session.markerKey(), opener);
    int number = old.map(ArchiveConfig::number).orElse(config.nextArchiveNumber());
    ArchiveConfig fresh = ArchiveConfig.of(number, spec, marker);
    try {
      old.ifPresent(archive -> markLost(number));
      configure(fresh);
      return fresh;
    } catch (Throwable e) {
      try {
        ArchiveSet.undoInitialise(spec, marker, opener);
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  private void configure(ArchiveConfig fresh) {
    VaultConfig config = session.directory().config();
    List<ArchiveConfig> archives = new ArrayList<>(config.archives());
    archives.removeIf(archive -> archive.number() == fresh.number());
    archives.add(fresh);
    session.directory().replaceConfig(config.withArchives(archives));
  }

  private void requireReplaceable(ArchiveConfig archive, boolean replace) {
    AttachedArchive attached = session.archives().get(archive.number());
    if (attached.recheck() == ArchiveStatus.State.AVAILABLE && !replace) {
      throw new PathExistsException(
          "archive "
              + archive.name()
              + " is there and works; to give its name to another place, ask to replace it");
    }
  }

  /** Marks every shard of an archive missing; those of retired stripes are gone with it. */
  private void markLost(int archive) {
    @Nullable StripeId after = null;
    while (true) {
      StripeId from = after;
      List<Rows.Stripe> page = session.index().read(reader -> reader.stripes(from, PAGE));
      if (page.isEmpty()) {
        return;
      }
      session.index().write(writer -> markLost(writer, page, archive));
      after = page.get(page.size() - 1).id();
    }
  }

  private static long markLost(IndexWriter writer, List<Rows.Stripe> page, int archive) {
    long lost = 0;
    for (Rows.Stripe stripe : page) {
      for (Rows.Shard shard : writer.shards(stripe.id())) {
        if (shard.archive() != archive) {
          continue;
        }
        lost++;
        if (stripe.retired()) {
          writer.removeShard(stripe.id(), shard.index());
        } else {
          writer.putShard(
              new Rows.Shard(shard.stripe(), shard.index(), archive, shard.name(), true));
        }
      }
    }
    return lost;
  }
}
