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
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.core.store.ArchiveStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds archives to a vault and gives lost ones a new place. */
final class ArchiveAdmin {
  private static final int PAGE = 1000;

  private final Session session;

  ArchiveAdmin(Session session) {
    this.session = session;
  }

  /**
   * Adds an archive, or replaces the one of that name.
   *
   * <p>A replaced archive keeps its number and gets a new id; every shard it should hold is marked
   * missing first, so that a crash leaves at worst shards that are thought lost and are not.
   *
   * @param replace allow the name of an archive that can still be reached
   */
  void add(ArchiveSpec spec, boolean replace) {
    VaultConfig config = session.directory().config();
    Optional<ArchiveConfig> old = config.archive(spec.name());
    old.ifPresent(archive -> requireReplaceable(archive, replace));
    for (ArchiveConfig other : config.archives()) {
      if (!other.name().equals(spec.name()) && other.spec().url().equals(spec.url())) {
        throw new PathExistsException(
            "archive " + other.name() + " is at " + spec.url() + " already");
      }
    }
    BackendOpener opener = session.environment().opener();
    ArchiveMarker marker = ArchiveSet.initialise(spec, session.markerKey(), opener);
    int number = old.map(ArchiveConfig::number).orElse(config.nextArchiveNumber());
    ArchiveConfig fresh = ArchiveConfig.of(number, spec, marker);
    try {
      old.ifPresent(archive -> markLost(number));
      List<ArchiveConfig> archives = new ArrayList<>(config.archives());
      archives.removeIf(archive -> archive.number() == number);
      archives.add(fresh);
      session.directory().replaceConfig(config.withArchives(archives));
    } catch (Throwable e) {
      try {
        ArchiveSet.undoInitialise(spec, marker, opener);
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    session.archives().attach(fresh);
    session.claim().admit();
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
