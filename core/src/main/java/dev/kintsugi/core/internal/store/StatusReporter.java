package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.archive.AttachedArchive;
import dev.kintsugi.core.internal.archive.vault.VaultConfig;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.InodeRecord;
import dev.kintsugi.core.internal.index.IndexReader;
import dev.kintsugi.core.internal.index.RecoveryGaps;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.internal.namespace.NamespaceReader;
import dev.kintsugi.core.store.ArchiveStatus;
import dev.kintsugi.core.store.StatusReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells how a vault is, from its index and its archives' markers. */
final class StatusReporter {
  private static final int PAGE = 1000;

  private final Session session;

  StatusReporter(Session session) {
    this.session = session;
  }

  /** What the tree holds. */
  private static final class Totals {
    long files;
    long directories;
    long symlinks;
    long bytes;

    void add(InodeRecord inode) {
      switch (inode.kind()) {
        case FILE -> {
          files++;
          bytes += inode.size();
        }
        case DIRECTORY -> directories++;
        case SYMLINK -> symlinks++;
      }
    }
  }

  /** Returns every archive, having looked at it again. */
  List<ArchiveStatus> archives() {
    session.archives().recheck();
    return session.gate().read(this::archives);
  }

  /** Returns the whole report. */
  StatusReport report(int atRiskLimit) {
    session.archives().recheck();
    return session.gate().read(index -> report(index, atRiskLimit));
  }

  private List<ArchiveStatus> archives(IndexReader index) {
    List<ArchiveStatus> found = new ArrayList<>();
    for (AttachedArchive archive : session.archives().all()) {
      IndexReader.ArchiveTotals totals = index.archiveTotals(archive.number());
      found.add(
          new ArchiveStatus(
              archive.spec(),
              archive.config().id(),
              archive.state(),
              archive.detail(),
              totals.shards(),
              totals.payloadBytes(),
              totals.missing(),
              archive.free()));
    }
    return found;
  }

  private StatusReport report(IndexReader index, int atRiskLimit) {
    VaultConfig config = session.directory().config();
    Map<Integer, Long> byRedundancy = new TreeMap<>();
    Set<Long> atRisk = new TreeSet<>();
    Set<Integer> available = new HashSet<>();
    session.archives().available().forEach(archive -> available.add(archive.number()));
    Map<String, Scheme> schemes = new HashMap<>();
    StripeId after = null;
    for (List<Rows.Stripe> page = index.stripes(null, PAGE);
        !page.isEmpty();
        page = index.stripes(after, PAGE)) {
      for (Rows.Stripe stripe : page) {
        after = stripe.id();
        if (stripe.retired()) {
          continue;
        }
        Scheme scheme = schemes.computeIfAbsent(stripe.scheme(), Scheme::parse);
        List<Integer> there =
            index.shards(stripe.id()).stream()
                .filter(shard -> !shard.missing() && available.contains(shard.archive()))
                .map(Rows.Shard::index)
                .toList();
        int left = scheme.redundancyLeft(there);
        byRedundancy.merge(left, 1L, Long::sum);
        if (left <= 0) {
          atRisk.addAll(index.inodesIn(stripe.id()));
        }
      }
    }
    Totals totals = new Totals();
    index.inodes(row -> totals.add(session.seals().openInode(row)));
    return new StatusReport(
        config.vaultId(),
        config.scheme(),
        config.margin(),
        archives(index),
        totals.files,
        totals.directories,
        totals.symlinks,
        totals.bytes,
        byRedundancy,
        paths(index, atRisk, atRiskLimit),
        atRisk.size(),
        RecoveryGaps.of(index).lostCommits());
  }

  private List<String> paths(IndexReader index, Set<Long> inodes, int limit) {
    NamespaceReader tree = new NamespaceReader(index, session.seals());
    List<String> paths = new ArrayList<>();
    for (long ino : inodes) {
      if (paths.size() >= limit) {
        break;
      }
      tree.pathsOf(ino).stream().limit(1).forEach(path -> paths.add(path.toString()));
    }
    return paths;
  }
}
