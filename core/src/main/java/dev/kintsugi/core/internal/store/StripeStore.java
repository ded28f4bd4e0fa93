package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.internal.dispersal.StripeBuilder;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.crypto.ExtentKey;
import dev.kintsugi.crypto.LeafKeys;
import dev.kintsugi.crypto.Secret;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/** Seals, codes and writes drafts on threads of its own, several at once. */
final class StripeStore {
  private final byte[] vault;
  private final GroupKeys keys;
  private final LeafKeys leaves;
  private final StripeWriter writer;
  private final Executor executor;

  StripeStore(
      byte[] vault, GroupKeys keys, LeafKeys leaves, StripeWriter writer, Executor executor) {
    this.vault = vault.clone();
    this.keys = keys;
    this.leaves = leaves;
    this.writer = writer;
    this.executor = executor;
  }

  /**
   * Starts to store a draft; {@link DraftStripe#await} tells what became of it.
   *
   * @param buffers gets the draft's buffer back as soon as its bytes are sealed
   */
  void store(DraftStripe draft, BufferPool buffers) {
    Task task = new Task(draft, buffers);
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.cancel(false);
    }
  }

  /** The storing of a draft; one that is cancelled before it was begun fails. */
  private final class Task extends FutureTask<Boolean> {
    private final DraftStripe draft;
    private final BufferPool buffers;

    Task(DraftStripe draft, BufferPool buffers) {
      super(
          () -> {
            try {
              seal(draft, buffers);
            } catch (Throwable e) { // whatever it is, a commit waits for it
              draft.fail(e);
            }
            return true;
          });
      this.draft = draft;
      this.buffers = buffers;
    }

    @Override
    protected void done() {
      if (isCancelled()) {
        buffers.giveBack(draft.takeBuffer());
        draft.fail(new IllegalStateException("the vault was closed during the ingest"));
      }
    }
  }

  private void seal(DraftStripe draft, BufferPool buffers) {
    StripeId id = StripeId.random();
    StripeBuilder builder;
    try {
      builder = writer.builder();
      try {
        fill(builder, draft, id);
      } catch (Throwable e) {
        builder.close();
        throw e;
      }
    } finally {
      buffers.giveBack(draft.takeBuffer());
    }
    draft.follow(writer.write(builder, id, Role.DATA, 0, 0, ManifestWriter.EPOCH));
  }

  private void fill(StripeBuilder builder, DraftStripe draft, StripeId id) {
    List<DraftExtent> extents = draft.extents();
    extents.forEach(extent -> builder.reserve(extent.length()));
    for (int i = 0; i < extents.size(); i++) {
      DraftExtent extent = extents.get(i);
      try (Secret leafKey = leaves.key(extent.leaf());
          ExtentKey key = keys.extentKey(vault, extent.ino(), extent.leaf(), leafKey)) {
        builder.seal(i, key, draft.plain(), extent.plainOffset());
      }
      extent.place(id, builder.address(i));
    }
    builder.complete();
  }
}
