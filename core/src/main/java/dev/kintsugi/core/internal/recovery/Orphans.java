package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.IntegrityException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.ShardFinding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and removes shards that archives hold and the index does not know. However many there are,
 * only so many are remembered at a time.
 */
final class Orphans {
  /** How many are remembered at a time. */
  static final int MOST_AT_ONCE = 1 << 16;

  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final int BATCH = 1024;

  /** After so many failures in a row an archive is asked to remove no more. */
  private static final int MOST_FAILURES = 8;

  private final Mending mending;
  private final int most;
  private final Object lock = new Object();
  private final List<Orphan> candidates = new ArrayList<>(); // guarded by lock
  private final Set<String> unlisted = new ConcurrentSkipListSet<>();
  private final Set<String> reasons = new LinkedHashSet<>();
  private boolean busy; // whether writes did not come to an end

  private record Orphan(int archive, ShardInfo info) {}

  /**
   * Makes a search.
   *
   * @param most how many are remembered at a time
   */
  Orphans(Mending mending, int most) {
    this.mending = mending;
    this.most = most;
  }

  /**
   * Lists all archives side by side. Shards that a writer is just about to enter into the index
   * look like orphans, so what is found is looked up once more at the end, or when it has become
   * much.
   *
   * @param unavailable names of archives that are not asked; those that fail are added
   * @param adopt whether to take back what the index misses: a shard of a live stripe takes the
   *     place of its row if that is missing, as when an archive returns after a recovery without
   *     it. Whether its content is right is for a check of the stripe to tell
   * @param log is told of each
   * @return how many were taken back
   */
  long find(Set<String> unavailable, boolean adopt, FindingLog log) {
    LongAdder adopted = new LongAdder();
    list(
        certain -> {
          byte[] prefix = new byte[ShardPrefix.LENGTH];
          for (Orphan orphan : certain) {
            Optional<ShardHeader> header = header(orphan, prefix);
            boolean takenBack = adopt && header.isPresent() && adopt(orphan, header.get());
            if (takenBack) {
              adopted.increment();
            }
            log.add(describe(orphan, header, takenBack));
          }
        });
    unavailable.addAll(unlisted);
    return adopted.sum();
  }

  /**
   * Lists all archives that are there.
   *
   * @param settle is handed what the index does not know, in parts; any thread
   */
  private void list(Consumer<List<Orphan>> settle) {
    List<Integer> numbers = present();
    try (Sweep sweep = new Sweep(Math.max(1, numbers.size()))) {
      for (int archive : numbers) {
        sweep.submit(() -> list(archive, strange -> keep(strange, settle)));
      }
      sweep.finish();
    }
    settle.accept(unknown(candidates(0)));
  }

  private List<Integer> present() {
    Archives archives = mending.archives();
    return archives.numbers().stream().filter(a -> archives.unavailable(a).isEmpty()).toList();
  }

  /** Lists an archive; one that fails is noted in {@link #unlisted}. */
  private void list(int archive, Consumer<List<Orphan>> strange) {
    try {
      List<Orphan> batch = new ArrayList<>();
      mending
          .archives()
          .backend(archive)
          .list(
              info -> {
                batch.add(new Orphan(archive, info));
                if (batch.size() == Math.min(BATCH, most)) {
                  strange.accept(unknown(batch));
                  batch.clear();
                }
              });
      strange.accept(unknown(batch));
    } catch (IOException e) {
      String name = mending.archives().name(archive);
      LOG.warn("archive {} cannot be listed: {}", name, e.toString());
      unlisted.add(name);
    }
  }

  private void keep(List<Orphan> strange, Consumer<List<Orphan>> settle) {
    synchronized (lock) {
      candidates.addAll(strange);
    }
    List<Orphan> many = candidates(most);
    if (!many.isEmpty()) {
      settle.accept(unknown(many));
    }
  }

  /** Takes all candidates away if there are at least so many. */
  private List<Orphan> candidates(int atLeast) {
    synchronized (lock) {
      if (candidates.size() < atLeast) {
        return List.of();
      }
      List<Orphan> taken = List.copyOf(candidates);
      candidates.clear();
      return taken;
    }
  }

  private List<Orphan> unknown(List<Orphan> some) {
    return mending
        .index()
        .read(
            reader ->
                some.stream()
                    .filter(o -> reader.shardNamed(o.archive, o.info.name()).isEmpty())
                    .toList());
  }

  private ShardFinding describe(Orphan orphan, Optional<ShardHeader> header, boolean takenBack) {
    String detail = "it is not authentic, and nothing refers to it";
    if (takenBack) {
      detail = "the index missed it, as after a recovery without this archive; taken back";
    } else if (header.isPresent()) {
      detail = "nothing refers to it: the leftover of a write that was not acknowledged, or a copy";
    }
    return new ShardFinding(
        mending.archives().name(orphan.archive),
        orphan.info.name().toString(),
        header.map(h -> h.stripe().toString()).orElse(""),
        header.map(ShardHeader::index).orElse(-1),
        ShardFinding.Problem.ORPHAN,
        detail);
  }

  private boolean adopt(Orphan orphan, ShardHeader header) {
    return mending
        .index()
        .write(
            writer -> {
              List<Rows.Shard> shards =
                  StripeMender.load(writer, header.stripe()).map(Stripe::shards).orElse(List.of());
              boolean wanted =
                  header.index() < shards.size()
                      && shards.get(header.index()).missing()
                      && shards.stream()
                          .allMatch(other -> other.archive() != orphan.archive || other.missing());
              if (wanted) {
                writer.putShard(
                    new Rows.Shard(
                        header.stripe(),
                        header.index(),
                        orphan.archive,
                        orphan.info.name(),
                        false));
              }
              return wanted;
            });
  }

  private Optional<ShardHeader> header(Orphan orphan, byte[] prefix) {
    try {
      Backend backend = mending.archives().backend(orphan.archive);
      return ShardSurvey.header(backend, mending.keys().shards(), orphan.info, prefix);
    } catch (IOException e) {
      LOG.debug("orphan {}: {}", orphan.info.name(), e.toString());
      return Optional.empty();
    }
  }

  /**
   * What became of the orphans.
   *
   * @param removed how many were removed
   * @param left how many were found to be there still
   */
  record Removal(long removed, long left) {}

  /**
   * Lists the archives again, one after another, and removes what the index does not know, unless
   * it could be needed: see {@link Retention}. What cannot be read stays too. Writers are kept out
   * for a batch at a time; if they do not come to an end, the rest stays.
   *
   * @param unavailable names of archives that fail are added
   * @throws IntegrityException if the index has no root directory: nothing is removed on its word
   */
  Removal remove(Set<String> unavailable) {
    if (mending.index().read(reader -> reader.inode(NamespaceReader.ROOT)).isEmpty()) {
      throw new IntegrityException(
          "the index has no root directory, so nothing that it does not know is removed; recover"
              + " the vault with its kit");
    }
    long removed = 0;
    long left = 0;
    for (int archive : present()) {
      ArchiveRemoval here = new ArchiveRemoval(archive);
      list(archive, here::remove);
      removed += here.removed;
      left += here.left;
    }
    unavailable.addAll(unlisted);
    return new Removal(removed, left);
  }

  /** The removal from one archive. */
  private final class ArchiveRemoval {
    private final int archive;
    private final byte[] prefix = new byte[ShardPrefix.LENGTH];
    private int failures; // in a row
    private long removed;
    private long left;

    ArchiveRemoval(int archive) {
      this.archive = archive;
    }

    void remove(List<Orphan> batch) {
      if (batch.isEmpty()) {
        return;
      }
      if (!busy && !mending.gate().quietly(() -> removeUseless(unknown(batch)))) {
        busy = true;
        reasons.add(
            "something is being stored and does not come to an end, so they cannot be told from"
                + " shards on their way; scrub again later");
      }
      if (busy) {
        left += batch.size();
      }
    }

    private void removeUseless(List<Orphan> batch) {
      Retention retention = new Retention(mending, unlisted);
      for (Orphan orphan : batch) {
        try {
          if (failures < MOST_FAILURES && removeUseless(orphan, retention)) {
            removed++;
          } else {
            left++;
          }
        } catch (IOException e) {
          failures++;
          left++;
          LOG.warn("orphan {} stays: {}", orphan.info.name(), e.toString());
          reasons.add(
              "archive "
                  + mending.archives().name(archive)
                  + " does not let them be read or removed");
        }
      }
    }

    /** Returns whether it is gone. */
    private boolean removeUseless(Orphan orphan, Retention retention) throws IOException {
      ShardName name = orphan.info.name();
      Backend backend = mending.archives().backend(archive);
      Optional<ShardHeader> header =
          ShardSurvey.readHeader(backend, mending.keys().shards(), orphan.info, prefix);
      Optional<String> reason = retention.reason(header);
      if (reason.isPresent()) {
        LOG.debug("orphan {} stays: {}", name, reason.get());
        reasons.add(reason.get());
        return false;
      }
      backend.delete(name);
      failures = 0;
      return true;
    }
  }

  /** Returns why {@link #remove} left what it left; empty if it left nothing. */
  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
