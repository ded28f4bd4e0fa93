package dev.kintsugi.core.internal.recovery;

import com.google.common.collect.Lists;
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

  private final Mending mending;
  private final int most;
  private final Object lock = new Object();
  private final List<Orphan> candidates = new ArrayList<>(); // guarded by lock
  private final List<Orphan> found = new ArrayList<>(); // guarded by lock
  private final Set<String> unlisted = new ConcurrentSkipListSet<>();
  private final Set<String> reasons = new LinkedHashSet<>();
  private boolean more; // guarded by lock; whether some were found and not remembered

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
          List<Orphan> left = new ArrayList<>();
          for (Orphan orphan : certain) {
            Optional<ShardHeader> header = header(orphan, prefix);
            boolean takenBack = adopt && header.isPresent() && adopt(orphan, header.get());
            if (takenBack) {
              adopted.increment();
            } else {
              left.add(orphan);
            }
            log.add(describe(orphan, header, takenBack));
          }
          remember(left);
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
    Archives archives = mending.archives();
    List<Integer> numbers =
        archives.numbers().stream().filter(a -> archives.unavailable(a).isEmpty()).toList();
    try (Sweep sweep = new Sweep(Math.max(1, numbers.size()))) {
      for (int archive : numbers) {
        sweep.submit(
            () -> {
              try {
                list(archive, settle);
              } catch (IOException e) {
                LOG.warn("archive {} cannot be listed: {}", archives.name(archive), e.toString());
                unlisted.add(archives.name(archive));
              }
            });
      }
      sweep.finish();
    }
    settle.accept(unknown(candidates(0)));
  }

  private void list(int archive, Consumer<List<Orphan>> settle) throws IOException {
    List<Orphan> batch = new ArrayList<>();
    mending
        .archives()
        .backend(archive)
        .list(
            info -> {
              batch.add(new Orphan(archive, info));
              if (batch.size() == Math.min(BATCH, most)) {
                keepUnknown(batch, settle);
              }
            });
    keepUnknown(batch, settle);
  }

  private void keepUnknown(List<Orphan> batch, Consumer<List<Orphan>> settle) {
    List<Orphan> strange = unknown(batch);
    batch.clear();
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

  private void remember(List<Orphan> orphans) {
    synchronized (lock) {
      int room = Math.min(orphans.size(), most - found.size());
      found.addAll(orphans.subList(0, room));
      more |= room < orphans.size();
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
   * Removes what was found, unless the index has come to know it, or it could be needed: see {@link
   * Retention}. What cannot be read stays too. Writers are kept out for a batch at a time; if they
   * do not come to an end, the rest stays.
   *
   * <p>If more was found than is remembered, archives are listed again, until nothing can be
   * removed of what is remembered; what is left then is for the next scrub.
   *
   * @return how many were removed
   * @throws IntegrityException if the index has no root directory: nothing is removed on its word
   */
  long remove() {
    long removed = 0;
    while (true) {
      long now = removeFound();
      removed += now;
      synchronized (lock) {
        found.clear();
        if (!more || now == 0) {
          return removed;
        }
        more = false;
      }
      list(this::remember);
    }
  }

  private long removeFound() {
    List<Orphan> orphans;
    synchronized (lock) {
      orphans = List.copyOf(found);
    }
    if (orphans.isEmpty()) {
      return 0;
    }
    if (mending.index().read(reader -> reader.inode(NamespaceReader.ROOT)).isEmpty()) {
      throw new IntegrityException(
          "the index has no root directory, so nothing that it does not know is removed; recover"
              + " the vault with its kit");
    }
    LongAdder removed = new LongAdder();
    byte[] prefix = new byte[ShardPrefix.LENGTH];
    for (List<Orphan> batch : Lists.partition(orphans, BATCH)) {
      boolean quiet = mending.gate().quietly(() -> remove(unknown(batch), prefix, removed));
      if (!quiet) {
        reasons.add(
            "something is being stored and does not come to an end, so they cannot be told from"
                + " shards on their way; scrub again later");
        break;
      }
    }
    return removed.sum();
  }

  private void remove(List<Orphan> batch, byte[] prefix, LongAdder removed) {
    Retention retention = new Retention(mending, unlisted);
    batch.forEach(orphan -> removeUseless(orphan, prefix, retention, removed));
  }

  private void removeUseless(Orphan orphan, byte[] prefix, Retention retention, LongAdder removed) {
    ShardName name = orphan.info.name();
    try {
      Backend backend = mending.archives().backend(orphan.archive);
      Optional<ShardHeader> header =
          ShardSurvey.readHeader(backend, mending.keys().shards(), orphan.info, prefix);
      Optional<String> reason = retention.reason(header);
      if (reason.isPresent()) {
        LOG.debug("orphan {} stays: {}", name, reason.get());
        reasons.add(reason.get());
      } else if (backend.delete(name)) {
        removed.increment();
      }
    } catch (IOException e) {
      LOG.warn("orphan {} stays: {}", name, e.toString());
      reasons.add(
          "archive "
              + mending.archives().name(orphan.archive)
              + " does not let them be read or removed");
    }
  }

  /** Returns why {@link #remove} left what it left; empty if it left nothing. */
  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
