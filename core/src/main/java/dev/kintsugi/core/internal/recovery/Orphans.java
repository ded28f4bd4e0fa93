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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
    Optional<ShardHeader> header = header(orphan, prefix);
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
   * Takes back what the index misses: a shard of a live stripe takes the place of its row if that
   * is missing, as when an archive returns after a recovery without it. Whether its content is
   * right is for a check of the stripe to tell.
   *
   * @return names of the shards that have a row now
   */
  Set<String> adopt() {
    Set<String> adopted = new TreeSet<>();
    byte[] prefix = new byte[ShardPrefix.LENGTH];
    for (Orphan orphan : found) {
      header(orphan, prefix)
          .filter(header -> adopt(orphan, header))
          .ifPresent(header -> adopted.add(orphan.info.name().toString()));
    }
    return adopted;
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
   * Removes what was found, unless the index has come to know it, or could need it: a shard of a
   * live stripe stays as long as any shard of the stripe is missing or cannot be reached. What
   * cannot be read stays, for it may be such a shard.
   *
   * @return how many were removed
   * @throws IntegrityException if the index has no root directory: nothing is removed on its word
   */
  long remove() {
    LongAdder removed = new LongAdder();
    if (!found.isEmpty()) {
      if (mending.index().read(reader -> reader.inode(NamespaceReader.ROOT)).isEmpty()) {
        throw new IntegrityException(
            "the index has no root directory, so nothing that it does not know is removed; recover"
                + " the vault with its kit");
      }
      byte[] prefix = new byte[ShardPrefix.LENGTH];
      mending
          .gate()
          .quietly(() -> unknown(found).forEach(orphan -> removeUseless(orphan, prefix, removed)));
    }
    return removed.sum();
  }

  private boolean isUseless(ShardHeader header) {
    Archives archives = mending.archives();
    return mending
        .index()
        .read(reader -> StripeMender.load(reader, header.stripe()))
        .map(Stripe::shards)
        .orElse(List.of())
        .stream()
        .allMatch(shard -> !shard.missing() && archives.unavailable(shard.archive()).isEmpty());
  }

  private void removeUseless(Orphan orphan, byte[] prefix, LongAdder removed) {
    ShardName name = orphan.info.name();
    try {
      Backend backend = mending.archives().backend(orphan.archive);
      Optional<ShardHeader> header =
          ShardSurvey.readHeader(backend, mending.keys().shards(), orphan.info, prefix);
      if (!header.map(this::isUseless).orElse(true)) {
        LOG.info("orphan {} stays: its stripe is not whole", name);
      } else if (backend.delete(name)) {
        removed.increment();
      }
    } catch (IOException e) {
      LOG.warn("orphan {} stays: {}", name, e.toString());
    }
  }
}
