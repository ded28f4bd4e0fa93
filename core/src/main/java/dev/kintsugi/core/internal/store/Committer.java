package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.index.Counters;
import dev.kintsugi.core.internal.index.Incarnations;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.IndexWriter;
import dev.kintsugi.core.internal.namespace.Changes;
import dev.kintsugi.core.internal.namespace.NamespaceEditor;
import dev.kintsugi.core.internal.namespace.RecordSeals;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.LeafKeys;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes durable, one commit after another: first on the archives, as a manifest, then in
 * the index, in one transaction that spans both.
 *
 * <p>If the manifest cannot be stored the transaction is rolled back, and everything written for it
 * is queued for deletion. A manifest that was stored, while its transaction was not, is outranked:
 * the next commit has the same sequence number and a higher incarnation, and every commit from then
 * on tells where the lower one ended, for the one that outranks it may be gone one day while what
 * it outranks is still on some archive. Lock order: the commit lock before the index's write lock.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final int RETIRED_PER_COMMIT = 1000;

  /**
   * A commit that is durable.
   *
   * @param value what the edit returned
   * @param missing shards of its manifest that could not be written and wait for repair
   */
  record Committed<T>(T value, int missing) {}

  private record Attempt<T>(T value, int missing, Changes changes, Collection<StripeId> retired) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Index index;
  private final WriterClaim claim;
  private final RecordSeals seals;
  private final ManifestWriter manifests;
  private final Graveyard graveyard;
  private final InstantSource clock;
  private final NumberStock leafStock;
  private final NumberStock inodeStock;
  private boolean outranked = true; // whether the incarnation must grow before the next commit

  Committer(
      Index index,
      WriterClaim claim,
      RecordSeals seals,
      LeafKeys leaves,
      DurableCounter inodes,
      ManifestWriter manifests,
      Graveyard graveyard,
      InstantSource clock) {
    this.index = index;
    this.claim = claim;
    this.seals = seals;
    this.manifests = manifests;
    this.graveyard = graveyard;
    this.clock = clock;
    this.leafStock = new NumberStock(leaves::allocate);
    this.inodeStock = new NumberStock(inodes::reserve);
  }

  /**
   * Notes that nothing is left behind, and claims the vault once more. Call it last, if everything
   * that was begun came to its end.
   *
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the vault has claimed it
   */
  void end() {
    lock.lock();
    try {
      if (!outranked) {
        index.write(
            writer -> {
              writer.setCounter(
                  Counters.CLOSED, writer.counter(Counters.INCARNATION).orElseThrow());
              return null;
            });
        claim.renew();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims the vault and starts a new incarnation, so that it outranks whatever a crashed writer
   * left behind; with too few archives both are left to the first commit.
   *
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the vault has written
   */
  void begin() {
    lock.lock();
    try {
      claim.verify();
      if (claim.isClaimedByMost()) {
        outrank();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Commits an edit that brings no data and keeps no directory's times. */
  <T> Committed<T> commit(Function<NamespaceEditor, T> edit) {
    return commit(List.of(), 1, path -> false, edit);
  }

  /**
   * Commits an edit.
   *
   * @param data data stripes that were stored for it; those that nothing refers to in the end are
   *     deleted
   * @param size about how many inodes it touches; a wrong guess costs time only
   * @param keepsTimes see {@link NamespaceEditor}
   * @param edit may be run more than once
   * @throws dev.kintsugi.core.VaultSupersededException if another copy of the vault has written
   * @throws dev.kintsugi.core.ArchiveUnavailableException if too few archives answer
   */
  <T> Committed<T> commit(
      Collection<StoredStripe> data,
      int size,
      Predicate<VaultPath> keepsTimes,
      Function<NamespaceEditor, T> edit) {
    lock.lock();
    try {
      claim.admit();
      if (outranked) {
        outrank();
      }
      for (int stock = 64 + 4 * size; ; stock = Math.multiplyExact(stock, 4)) {
        leafStock.fill(stock);
        inodeStock.fill(64 + size);
        try {
          return commitOnce(data, keepsTimes, edit);
        } catch (NumberStock.ExhaustedException e) {
          LOG.debug("a commit needs more than {} leaves", stock);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Queues stripes that nothing will refer to for deletion, and tries to delete them. */
  void discard(Collection<StoredStripe> stripes) {
    if (stripes.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      Collection<StripeId> retired =
          index.write(
              writer -> {
                stripes.forEach(
                    stripe -> writer.putStripe(stripe.stripe().row(), stripe.stripe().shards()));
                return writer.retireDead();
              });
      graveyard.bury(retired, List.of());
    } finally {
      lock.unlock();
    }
  }

  /** Tries again to delete shards of retired stripes. */
  void retryDeletions() {
    lock.lock();
    try {
      graveyard.bury(List.of(), List.of());
    } finally {
      lock.unlock();
    }
  }

  private <T> Committed<T> commitOnce(
      Collection<StoredStripe> data,
      Predicate<VaultPath> keepsTimes,
      Function<NamespaceEditor, T> edit) {
    List<StoredStripe> written = new ArrayList<>();
    Attempt<T> done;
    try {
      done = index.write(writer -> attempt(writer, data, keepsTimes, edit, written));
    } catch (NumberStock.ExhaustedException e) {
      throw e; // thrown before anything was written
    } catch (Throwable e) {
      rollBack(data, written, e);
      throw e;
    }
    graveyard.bury(done.retired, done.changes.deadLeaves());
    return new Committed<>(done.value, done.missing);
  }

  private <T> Attempt<T> attempt(
      IndexWriter writer,
      Collection<StoredStripe> data,
      Predicate<VaultPath> keepsTimes,
      Function<NamespaceEditor, T> edit,
      List<StoredStripe> written) {
    long sequence = writer.counter(Counters.SEQUENCE).orElse(0) + 1;
    data.forEach(stripe -> writer.putStripe(stripe.stripe().row(), stripe.stripe().shards()));
    NamespaceEditor editor =
        new NamespaceEditor(
            writer, seals, inodeStock::take, leafStock::take, clock, sequence, keepsTimes);
    T value = edit.apply(editor);
    Changes changes = editor.finish();
    Collection<StripeId> retired = writer.retireDead();
    int missing = 0;
    if (!changes.isEmpty()) {
      writer.setCounter(Counters.SEQUENCE, sequence);
      ManifestWriter.Commit commit =
          new ManifestWriter.Commit(
              sequence,
              writer.counter(Counters.INCARNATION).orElseThrow(),
              writer.counter(Counters.NEXT_LEAF).orElse(Counters.FIRST_LEAF),
              writer.counter(Counters.NEXT_INODE).orElse(Counters.FIRST_INODE),
              changes,
              writer.retiredStripes(RETIRED_PER_COMMIT),
              Incarnations.ended(writer));
      for (ManifestWriter.Part part : manifests.write(commit, written)) {
        writer.putStripe(part.stripe().stripe().row(), part.stripe().stripe().shards());
        writer.putRecords(part.records());
        missing += part.stripe().missing();
      }
    }
    return new Attempt<>(value, missing, changes, retired);
  }

  private void outrank() {
    index.write(
        writer -> {
          Incarnations.next(writer);
          return null;
        });
    outranked = false;
  }

  /** Queues what a failed commit has left on the archives for deletion, the manifest first. */
  private void rollBack(
      Collection<StoredStripe> data, List<StoredStripe> written, Throwable cause) {
    outranked = outranked || !written.isEmpty();
    try {
      if (outranked) {
        outrank();
        discard(written);
      }
      discard(data);
    } catch (RuntimeException e) {
      // Scrub finds them as orphans.
      LOG.warn("shards of a failed commit could not be queued for deletion: {}", e.toString());
      cause.addSuppressed(e);
    }
  }
}
