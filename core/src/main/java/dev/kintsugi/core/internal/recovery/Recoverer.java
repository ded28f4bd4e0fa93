package dev.kintsugi.core.internal.recovery;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StripeReader;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.v1.CommitHeader;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RecordKind;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.index.RecoveryGaps;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.store.Progress;
import dev.kintsugi.core.store.RecoverReport;
import dev.kintsugi.crypto.LeafKeys;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the index of a vault from archives and keys alone. Reads archives, never writes to them.
 *
 * <p>One pass lists the archives and opens the header of every shard; then the headers of all
 * manifest stripes are read, which tells what commits there are; then the newest records of every
 * inode that lives are read and written to the index. Data shards are not read. What was deleted,
 * or was never acknowledged, does not come back: tombstones, retirements and incarnations are
 * honoured, and stripes that nothing live refers to are left out of the index, so that a scrub
 * finds them as orphans.
 *
 * <p>Memory: about 64 bytes a shard, 40 bytes a record, 80 bytes a file, and a few stripes.
 */
public final class Recoverer {
  private static final Logger LOG = LoggerFactory.getLogger(Recoverer.class);
  private static final int HEADERS_AT_ONCE = 4;
  private static final int RECORDS_PER_TRANSACTION = 8192;

  private final Archives archives;
  private final GroupKeys keys;
  private final Scheme scheme;
  private final int margin;
  private final RecordSeals seals;
  private final ManifestStripe.Source source;
  private final RandomGenerator random;

  /**
   * Makes a recoverer.
   *
   * @param vault the vault's id, 16 bytes
   * @param scheme the vault's scheme
   * @param margin the vault's margin
   * @param archives all archives of the vault; those that are not available count as missing
   * @param keys the group's keys; they stay the caller's, like {@code leaves} and {@code pool}
   * @param leaves the vault's leaf keys, which must give the key of any leaf id, for nothing is
   *     known yet of which were allocated
   * @param random draws how far the counters jump
   */
  public Recoverer(
      byte[] vault,
      Scheme scheme,
      int margin,
      Archives archives,
      ArchivePool pool,
      GroupKeys keys,
      LeafKeys leaves,
      RandomGenerator random) {
    this.archives = archives;
    this.keys = keys;
    this.scheme = scheme;
    this.margin = margin;
    this.seals = new RecordSeals(vault, keys, leaves);
    StripeReader reader =
        new StripeReader(archives, pool, keys, problem -> {}, StripeReader.Patience.DEFAULT);
    this.source = new ManifestStripe.Source(vault.clone(), keys, leaves, archives, reader);
    this.random = random;
  }

  /**
   * What a recovery came to.
   *
   * @param report for the user
   * @param rootFound whether the root directory was found; without it no path leads anywhere
   */
  public record Recovery(RecoverReport report, boolean rootFound) {}

  /**
   * Fills a fresh index.
   *
   * @param index empty; after a failure it is of no use
   */
  public Recovery recover(Index index, Progress progress) {
    List<Integer> present =
        archives.numbers().stream().filter(a -> archives.unavailable(a).isEmpty()).toList();
    ShardSurvey.Findings found = new ShardSurvey(archives, keys.shards(), progress).run(present);
    return new Operation(index, progress, present, found).run();
  }

  private final class Operation {
    private final Index index;
    private final Progress progress;
    private final ShardSurvey.Findings found;
    private final List<Integer> read;
    private final int absent;
    private final StripeRows rows = new StripeRows(archives, scheme);
    private final List<FoundStripe> manifests = new ArrayList<>();
    private final CommitChoice commits = new CommitChoice(); // guarded by itself
    private final IndexFiller filler;
    private final Set<Long> damaged = new TreeSet<>();
    private long done;

    Operation(Index index, Progress progress, List<Integer> present, ShardSurvey.Findings found) {
      this.index = index;
      this.progress = progress;
      this.found = found;
      this.read = present.stream().filter(a -> !found.failed().containsKey(a)).toList();
      this.absent = archives.numbers().size() - read.size();
      this.filler = new IndexFiller(found.table(), rows, seals);
    }

    Recovery run() {
      found
          .table()
          .forEachStripe(
              stripe -> {
                if (stripe.role() == Role.MANIFEST) {
                  manifests.add(stripe);
                }
              });
      readCommits();
      boolean everythingVisible = absent < scheme.sufficient() + margin;
      CommitChoice.Decision decision = commits.decide(everythingVisible);
      List<Integer> valid = valid(decision);
      Map<Integer, BitSet> chosen = choose(valid);
      fill(valid, chosen);
      damaged.addAll(decision.lost());
      index.write(
          writer -> {
            RecoveredNumbers.set(writer, commits, random);
            new RecoveryGaps(damaged.size(), !everythingVisible).set(writer);
            return writer.retireDead();
          });
      return index.read(reader -> report(reader, List.copyOf(damaged)));
    }

    /** Reads the header of every manifest stripe, several at once. */
    private void readCommits() {
      try (Sweep sweep = new Sweep(HEADERS_AT_ONCE)) {
        for (int i = 0; i < manifests.size(); i++) {
          int ordinal = i;
          sweep.submit(() -> readCommit(ordinal));
        }
        sweep.finish();
      }
    }

    private void readCommit(int ordinal) {
      FoundStripe stripe = manifests.get(ordinal);
      Optional<CommitHeader> header = Optional.empty();
      try {
        if (IndexFiller.isReadable(stripe)) {
          header = Optional.of(open(ordinal).header());
        }
      } catch (KintsugiException e) {
        LOG.warn("manifest stripe {} cannot be read: {}", stripe.id(), e.toString());
      }
      synchronized (commits) {
        if (header.isPresent()) {
          commits.add(ordinal, header.get());
        } else {
          int most = stripe.shards().size() + absent;
          commits.addUnreadable(
              stripe.id(), stripe.sequence(), most < scheme.sufficient() + margin);
        }
        progress.update("recover", ++done, manifests.size(), "stripes");
      }
    }

    private ManifestStripe open(int ordinal) {
      return new ManifestStripe(source, rows.of(manifests.get(ordinal)));
    }

    private List<Integer> valid(CommitChoice.Decision decision) {
      List<Integer> valid = new ArrayList<>();
      for (int i = 0; i < manifests.size(); i++) {
        if (decision.ordinals().contains(i)
            && !decision.retired().contains(manifests.get(i).id())) {
          valid.add(i);
        }
      }
      return valid;
    }

    private Map<Integer, BitSet> choose(List<Integer> valid) {
      RecordChoice records = new RecordChoice();
      valid.forEach(ordinal -> records.add(ordinal, open(ordinal).header()));
      return records.choose();
    }

    private void fill(List<Integer> valid, Map<Integer, BitSet> chosen) {
      // A content map belongs to a version of its inode, so all inodes come first.
      inTransactions(
          valid,
          (writer, ordinal) -> {
            ManifestStripe stripe = open(ordinal);
            CommitHeader header = stripe.header();
            filler.putManifest(writer, stripe.stripe(), header);
            for (CommitHeader.Located record : of(header, chosen.get(ordinal), RecordKind.INODE)) {
              sealed(stripe, record).ifPresent(bytes -> filler.putInode(writer, record, bytes));
            }
            return header.entries().size();
          });
      inTransactions(
          valid,
          (writer, ordinal) -> {
            ManifestStripe stripe = open(ordinal);
            BitSet entries = chosen.get(ordinal);
            if (entries == null) {
              return 0;
            }
            List<CommitHeader.Located> records = of(stripe.header(), entries, RecordKind.CONTENT);
            for (CommitHeader.Located record : records) {
              sealed(stripe, record).ifPresent(bytes -> filler.putContent(writer, record, bytes));
            }
            return records.size();
          });
    }

    private Optional<byte[]> sealed(ManifestStripe stripe, CommitHeader.Located record) {
      try {
        return Optional.of(stripe.sealed(record));
      } catch (KintsugiException e) {
        LOG.warn("a record of inode {} is lost: {}", record.ino(), e.toString());
        damaged.add(stripe.stripe().row().sequence());
        return Optional.empty();
      }
    }

    private interface Step {
      /** Writes what a manifest stripe gives, and returns how much that was. */
      int apply(IndexWriter writer, int ordinal);
    }

    private void inTransactions(List<Integer> ordinals, Step step) {
      int[] next = {0};
      while (next[0] < ordinals.size()) {
        index.write(
            writer -> {
              int records = 0;
              while (next[0] < ordinals.size() && records < RECORDS_PER_TRANSACTION) {
                records += 1 + step.apply(writer, ordinals.get(next[0]++));
              }
              return records;
            });
        progress.update("recover", next[0], ordinals.size(), "stripes");
      }
    }

    private List<CommitHeader.Located> of(
        CommitHeader header, @Nullable BitSet entries, RecordKind kind) {
      List<CommitHeader.Located> records = new ArrayList<>();
      if (entries != null) {
        entries.stream()
            .forEach(
                i -> {
                  if (header.entries().get(i) instanceof CommitHeader.Located located
                      && located.kind() == kind) {
                    records.add(located);
                  }
                });
      }
      return records;
    }

    private Recovery report(IndexReader reader, List<Long> lost) {
      NamespaceReader names = new NamespaceReader(reader, seals);
      Set<String> unrecoverable = new LinkedHashSet<>(filler.unrecoverable(names));
      if (!lost.isEmpty()) {
        // Directories may be lost, and what is in them has no path any more.
        reader.inodes(
            inode -> {
              List<String> paths = ObjectPaths.of(names, inode.ino());
              if (!paths.get(0).startsWith("/")) {
                unrecoverable.addAll(paths);
              }
            });
      }
      RecoverReport report =
          new RecoverReport(
              read.stream().map(archives::name).toList(),
              archives.numbers().stream()
                  .filter(a -> !read.contains(a))
                  .map(archives::name)
                  .toList(),
              found.examined(),
              found.foreign(),
              filler.files(),
              filler.directories(),
              filler.symlinks(),
              filler.bytes(),
              List.copyOf(unrecoverable),
              lost);
      return new Recovery(report, reader.inode(NamespaceReader.ROOT).isPresent());
    }
  }
}
