package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ShardInfo;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.store.ShardFinding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds and removes shards that archives hold and the index does not know. */
final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final int BATCH = 1024;

  private final Mending mending;
  private final List<Orphan> found = new ArrayList<>(); // guarded by itself

  private record Orphan(int archive, ShardInfo info) {}

  Orphans(Mending mending) {
    this.mending = mending;
  }

  /**
   * Lists all archives side by side. Shards that a writer is just about to enter into the index
   * look like orphans, so what is found is looked up once more at the end.
   *
   * @param unavailable names of archives that are not asked; those that fail are added
   */
  List<ShardFinding> find(Set<String> unavailable) {
    Archives archives = mending.archives();
    List<Integer> numbers =
        archives.numbers().stream().filter(a -> archives.unavailable(a).isEmpty()).toList();
    try (Sweep sweep = new Sweep(Math.max(1, numbers.size()))) {
      for (int archive : numbers) {
        sweep.submit(
            () -> {
              try {
                list(archive);
              } catch (IOException e) {
                LOG.warn("archive {} cannot be listed: {}", archives.name(archive), e.toString());
                synchronized (unavailable) {
                  unavailable.add(archives.name(archive));
                }
              }
            });
      }
      sweep.finish();
    }
    List<Orphan> certain = unknown(found);
    found.clear();
    found.addAll(certain);
    byte[] prefix = new byte[ShardPrefix.LENGTH];
    return certain.stream().map(orphan -> describe(orphan, prefix)).toList();
  }

  private void list(int archive) throws IOException {
    List<Orphan> batch = new ArrayList<>();
    mending
        .archives()
        .backend(archive)
        .list(
            info -> {
              batch.add(new Orphan(archive, info));
              if (batch.size() == BATCH) {
                keepUnknown(batch);
              }
            });
    keepUnknown(batch);
  }

  private void keepUnknown(List<Orphan> batch) {
    List<Orphan> strange = unknown(batch);
    batch.clear();
    synchronized (found) {
      found.addAll(strange);
    }
  }

  private List<Orphan> unknown(List<Orphan> candidates) {
    return mending
        .index()
        .read(
            reader ->
                candidates.stream()
                    .filter(o -> reader.shardNamed(o.archive, o.info.name()).isEmpty())
                    .toList());
  }

  private ShardFinding describe(Orphan orphan, byte[] prefix) {
    Optional<ShardHeader> header = Optional.empty();
    try {
      Backend backend = mending.archives().backend(orphan.archive);
      header = ShardSurvey.header(backend, mending.keys().shards(), orphan.info, prefix);
    } catch (IOException e) {
      LOG.debug("orphan {}: {}", orphan.info.name(), e.toString());
    }
    return new ShardFinding(
        mending.archives().name(orphan.archive),
        orphan.info.name().toString(),
        header.map(h -> h.stripe().toString()).orElse(""),
        header.map(ShardHeader::index).orElse(-1),
        ShardFinding.Problem.ORPHAN,
        header.isPresent()
            ? "nothing refers to it: the leftover of a write that was not acknowledged, or a copy"
            : "it is not authentic, and nothing refers to it");
  }

  /**
   * Removes what was found, unless the index has come to know it.
   *
   * @return how many were removed
   */
  long remove() {
    LongAdder removed = new LongAdder();
    if (!found.isEmpty()) {
      mending.quiet().run(() -> unknown(found).forEach(orphan -> remove(orphan, removed)));
    }
    return removed.sum();
  }

  private void remove(Orphan orphan, LongAdder removed) {
    ShardName name = orphan.info.name();
    try {
      if (mending.archives().backend(orphan.archive).delete(name)) {
        removed.increment();
      }
    } catch (IOException e) {
      LOG.warn("orphan {} stays: {}", name, e.toString());
    }
  }
}
