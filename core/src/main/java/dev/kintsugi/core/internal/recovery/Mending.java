package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeAuditor;
import dev.kintsugi.core.internal.dispersal.StripeRestorer;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RepairReport;
import dev.kintsugi.core.store.ScrubOptions;
import dev.kintsugi.core.store.ScrubReport;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Scrub, repair and rebuild of one open vault. Thread-safe. */
public final class Mending {
  /** How many stripes are worked on at once: each takes up to n whole shards of memory. */
  static final int STRIPES_AT_ONCE = 4;

  private static final int PAGE = 512;

  /** Tells shards that are on their way into the index from shards that nothing refers to. */
  public interface Gate {
    /** Takes a way in, before a shard is written of which the index does not know. */
    void enter();

    /** Gives back a way in, when the index knows the shard. */
    void leave();

    /**
     * Waits for writes under way, keeps others out, runs the action.
     *
     * @return whether it was run; not if writes did not come to an end
     */
    boolean quietly(Runnable action);
  }

  private final Index index;
  private final Archives archives;
  private final GroupKeys keys;
  private final RecordSeals seals;
  private final StripeAuditor auditor;
  private final StripeRestorer restorer;
  private final Consumer<Stripe> restored;
  private final Gate gate;
  private final Runnable retryDeletions;

  /**
   * Puts the parts together; all stay the caller's.
   *
   * @param restored is told of every stripe of which a shard was restored; any thread
   * @param gate see {@link Gate}
   * @param retryDeletions tries again to delete shards of retired stripes
   */
  public Mending(
      Index index,
      Archives archives,
      ArchivePool pool,
      GroupKeys keys,
      RecordSeals seals,
      Consumer<Stripe> restored,
      Gate gate,
      Runnable retryDeletions) {
    this.index = index;
    this.archives = archives;
    this.keys = keys;
    this.seals = seals;
    this.auditor = new StripeAuditor(archives, pool, keys);
    this.restorer = new StripeRestorer(archives, pool, keys);
    this.restored = restored;
    this.gate = gate;
    this.retryDeletions = retryDeletions;
  }

  /**
   * Checks every shard of every stripe that is not retired, and looks for shards that the index
   * does not know. What is found wrong is marked in the index, so that a repair mends it, unless
   * the index is read only.
   *
   * @param readOnly leave the index alone
   */
  public ScrubReport scrub(ScrubOptions options, boolean readOnly, Progress progress) {
    if (options.repair() && readOnly) {
      throw new IllegalArgumentException("a vault that is open for reading cannot be repaired");
    }
    return new Scrubber(this, options, readOnly, progress).run();
  }

  /**
   * Restores the shards marked missing, those of the riskiest stripes first, and tries again to
   * delete what should be gone.
   */
  public RepairReport repair(Progress progress) {
    return new Repairer(this, progress).run();
  }

  /** Looks for every shard that an archive should hold, and restores those that are not there. */
  public RepairReport rebuild(int archive, Progress progress) {
    return new Rebuilder(this, archive, progress).run();
  }

  Index index() {
    return index;
  }

  Archives archives() {
    return archives;
  }

  GroupKeys keys() {
    return keys;
  }

  StripeAuditor auditor() {
    return auditor;
  }

  Gate gate() {
    return gate;
  }

  void retryDeletions() {
    retryDeletions.run();
  }

  StripeRestorer restorer() {
    return restorer;
  }

  StripeMender mender() {
    return new StripeMender(index, archives, restorer, gate, restored);
  }

  /** Visits every stripe that is not retired, in pages, each a snapshot of its own. */
  void forEachStripe(Consumer<Stripe> visitor) {
    StripeId last = null;
    while (true) {
      @Nullable StripeId after = last;
      List<Rows.Stripe> page = index.read(reader -> reader.stripes(after, PAGE));
      if (page.isEmpty()) {
        return;
      }
      last = page.get(page.size() - 1).id();
      for (Rows.Stripe row : page) {
        if (!row.retired()) {
          // Asked anew, since it may have been retired after the page was read.
          index.read(reader -> StripeMender.load(reader, row.id())).ifPresent(visitor);
        }
      }
    }
  }

  /** Returns the paths of objects that need any of the stripes. */
  List<String> pathsIn(Collection<StripeId> stripes) {
    return index.read(
        reader -> {
          NamespaceReader names = new NamespaceReader(reader, seals);
          Set<Long> inodes = new LinkedHashSet<>();
          stripes.forEach(stripe -> inodes.addAll(reader.inodesIn(stripe)));
          Set<String> paths = new LinkedHashSet<>();
          inodes.forEach(ino -> paths.addAll(ObjectPaths.of(names, ino)));
          return List.copyOf(paths);
        });
  }
}
