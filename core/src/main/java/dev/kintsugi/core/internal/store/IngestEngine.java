package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.namespace.NamespaceEditor;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.VaultPath;
import dev.kintsugi.crypto.LeafKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** What one ingest uses of the vault; its buffers are its own, so that ingests cannot starve. */
final class IngestEngine implements IngestSession.Engine {
  /** One being read into, one being packed, and enough to keep the processors busy. */
  private static final int BUFFERS = 3 + Runtime.getRuntime().availableProcessors();

  private final Scheme scheme;
  private final StripeStore stripes;
  private final Committer committer;
  private final LeafKeys leaves;
  private final DurableCounter inodes;
  private final Executor executor;
  private final WriteGate gate;
  private final BufferPool buffers;
  private final FileLimit limit;

  IngestEngine(
      Scheme scheme,
      StripeStore stripes,
      Committer committer,
      LeafKeys leaves,
      DurableCounter inodes,
      WriteGate gate,
      Executor executor) {
    this.scheme = scheme;
    this.stripes = stripes;
    this.committer = committer;
    this.leaves = leaves;
    this.inodes = inodes;
    this.gate = gate;
    this.executor = executor;
    this.limit = FileLimit.of(scheme);
    this.buffers = new BufferPool(BUFFERS, scheme.capacity());
  }

  @Override
  public void enter() {
    gate.enter();
  }

  @Override
  public FileLimit fileLimit() {
    return limit;
  }

  @Override
  public DraftStripe draft() throws InterruptedException {
    return new DraftStripe(
        buffers.take(), new StripeFill(scheme.dataShards(), scheme.fullShardLength()));
  }

  @Override
  public void discard(DraftStripe draft) {
    buffers.giveBack(draft.takeBuffer());
  }

  @Override
  public void store(DraftStripe draft) {
    stripes.store(draft, buffers);
  }

  @Override
  public long inode() {
    return inodes.reserve(1);
  }

  @Override
  public long leaf() {
    return leaves.allocate(1);
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the vault was closed during the ingest", e);
    }
  }

  @Override
  public IngestSession.Outcome commit(Batch batch, Set<VaultPath> dated)
      throws InterruptedException {
    try {
      return commitEntered(batch, dated);
    } finally {
      gate.leave();
    }
  }

  private IngestSession.Outcome commitEntered(Batch batch, Set<VaultPath> dated)
      throws InterruptedException {
    Map<DraftStripe, StoredStripe> stored = new LinkedHashMap<>();
    RuntimeException failure = await(batch, stored);
    if (failure != null) {
      discard(stored, failure);
      throw failure;
    }
    if (batch.items().isEmpty()) {
      committer.discard(stored.values());
      return new IngestSession.Outcome(List.of(), List.of());
    }
    List<NamespaceException> refused = new ArrayList<>();
    Committer.Committed<List<Applied>> committed =
        committer.commit(
            stored.values(),
            batch.items().size(),
            dated::contains,
            editor -> {
              refused.clear();
              return apply(batch.items(), editor, refused);
            });
    List<IngestSession.Stored> done = new ArrayList<>();
    for (Applied applied : committed.value()) {
      int missing = committed.missing();
      for (DraftStripe stripe : applied.item.stripes()) {
        StoredStripe its = stored.get(stripe);
        missing += its == null ? 0 : its.missing();
      }
      done.add(new IngestSession.Stored(applied.item.path(), applied.attributes, missing));
    }
    return new IngestSession.Outcome(done, refused);
  }

  @Override
  public void abandon(Batch batch) {
    Map<DraftStripe, StoredStripe> stored = new LinkedHashMap<>();
    RuntimeException failure = new IllegalStateException("the batch is abandoned");
    try {
      await(batch, stored);
      discard(stored, failure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is not waited for stays as orphans
      discard(stored, failure);
    } finally {
      gate.leave();
    }
  }

  /** Waits for all stripes, also when one has failed, so that none is left under way. */
  private static @Nullable RuntimeException await(
      Batch batch, Map<DraftStripe, StoredStripe> stored) throws InterruptedException {
    RuntimeException failure = null;
    for (DraftStripe stripe : batch.stripes()) {
      try {
        stored.put(stripe, stripe.await());
      } catch (RuntimeException e) {
        failure = Failures.firstOf(failure, e);
      }
    }
    return failure;
  }

  private void discard(Map<DraftStripe, StoredStripe> stored, RuntimeException cause) {
    try {
      committer.discard(stored.values());
    } catch (RuntimeException e) {
      cause.addSuppressed(e); // scrub finds the shards as orphans
    }
  }

  private record Applied(Item item, Attributes attributes) {}

  private static List<Applied> apply(
      List<Item> items, NamespaceEditor editor, List<NamespaceException> refused) {
    List<Applied> done = new ArrayList<>();
    for (Item item : items) {
      try {
        done.add(new Applied(item, apply(item, editor)));
      } catch (NamespaceException e) {
        refused.add(e);
      }
    }
    return done;
  }

  private static Attributes apply(Item item, NamespaceEditor editor) {
    if (item instanceof Item.File file) {
      List<ContentRecord.Extent> extents =
          file.extents().stream().map(DraftExtent::placed).toList();
      return editor.file(file.path(), file.attributes(), file.ino(), file.size(), extents);
    }
    if (item instanceof Item.Link link) {
      return editor.symlink(link.path(), link.attributes(), link.target());
    }
    return editor.directory(item.path(), item.attributes());
  }
}
