package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.KintsugiException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Ingest;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.NewAttributes;
import dev.kintsugi.core.store.Source;
import dev.kintsugi.core.store.VaultPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Reads sources on the caller's thread while other threads seal, code and write the stripes before,
 * and one more commits the batch before.
 *
 * <p>Large files are cut into extents that fill a stripe each; what is left of them and small files
 * are packed into shared stripes. Memory is bounded by the pool of plaintext buffers: reading waits
 * while all are in use. At most two batches exist: one being committed, one being filled.
 */
final class IngestSession implements Ingest {
  private static final int READ_LENGTH = 1 << 20;

  /** An item that is durable. */
  record Stored(VaultPath path, Attributes attributes, int degraded) {}

  /**
   * What the commit of a batch came to.
   *
   * @param stored the items that are durable, in the order they were given
   * @param refused why other items were left out
   */
  record Outcome(List<Stored> stored, List<NamespaceException> refused) {}

  /** What an ingest needs of the engine. */
  interface Engine {
    /** Takes the way in of a batch, before anything of it is written; see {@link WriteGate}. */
    void enter();

    /** Returns how long a file can be. */
    FileLimit fileLimit();

    /** Makes an empty draft, waiting for memory. */
    DraftStripe draft() throws InterruptedException;

    /** Gives back the buffer of a draft that will not be stored. */
    void discard(DraftStripe draft);

    /** Starts to store a stripe; gives back its buffer whatever happens. */
    void store(DraftStripe draft);

    /** Returns a fresh inode number. */
    long inode();

    /** Returns a fresh leaf. */
    long leaf();

    /**
     * Commits a batch after all its stripes were stored, and gives its way in back whatever
     * happens. An item that the namespace refuses is left out, the others are committed.
     *
     * @param dated directories whose modification time this ingest has set, so that entries made
     *     below do not change it
     */
    Outcome commit(Batch batch, Set<VaultPath> dated) throws InterruptedException;

    /**
     * Sees to it that the shards of a batch that will not be committed are removed, and gives its
     * way in back.
     */
    void abandon(Batch batch);

    /** Runs a task on another thread. */
    void execute(Runnable task);
  }

  private record Committing(Batch batch, FutureTask<Outcome> outcome) {}

  private final Engine engine;
  private final Listener listener;
  private final PathGuard guard;
  private final Set<VaultPath> dated = ConcurrentHashMap.newKeySet(); // also read by commits
  private Batch batch = new Batch();
  private @Nullable DraftStripe shared;
  private @Nullable DraftStripe scratch;
  private @Nullable Committing committing;
  private @Nullable NamespaceException refused;
  private boolean ended;

  IngestSession(Engine engine, PathGuard guard, Listener listener) {
    this.engine = engine;
    this.guard = guard;
    this.listener = listener;
  }

  @Override
  public void file(VaultPath path, Source source, NewAttributes attributes) throws IOException {
    proceed();
    guard.checkFile(path, pending());
    FileLimit limit = engine.fileLimit();
    limit.check(path, source.size());
    List<DraftExtent> extents = new ArrayList<>();
    Set<DraftStripe> stripes = new LinkedHashSet<>();
    long ino = engine.inode();
    long size = 0;
    int tail;
    try (InputStream in = source.open()) {
      while (true) {
        DraftStripe draft = scratch();
        boolean last = extents.size() == limit.extents();
        int count = fill(in, draft.plain(), last ? 1 : draft.capacity());
        if (last && count > 0) {
          throw limit.exceeded(path);
        }
        if (count < draft.capacity()) {
          tail = count;
          break;
        }
        if (!draft.reserve(count)) {
          throw new IllegalStateException("a full extent does not fill a stripe");
        }
        extents.add(draft.add(ino, engine.leaf(), size));
        scratch = null;
        stripes.add(draft);
        store(draft);
        size += count;
        proceed(); // a file may be long, and its archives may have failed
      }
    }
    // Only a file that was read to its end gets a place in a stripe that others share.
    if (tail > 0) {
      DraftStripe draft = packed(tail);
      extents.add(draft.add(ino, engine.leaf(), size));
      stripes.add(draft);
      size += tail;
    }
    batch.add(new Item.File(path, attributes, ino, size, extents, stripes), Kind.FILE);
    commitIfFull();
  }

  @Override
  public void directory(VaultPath path, NewAttributes attributes) {
    proceed();
    guard.checkDirectory(path, pending());
    if (attributes.modified().isPresent()) {
      dated.add(path);
    }
    batch.add(new Item.Directory(path, attributes), Kind.DIRECTORY);
    commitIfFull();
  }

  @Override
  public void symlink(VaultPath path, byte[] target, NewAttributes attributes) {
    proceed();
    PathGuard.checkTarget(target);
    guard.checkFile(path, pending());
    batch.add(new Item.Link(path, attributes, target.clone()), Kind.SYMLINK);
    commitIfFull();
  }

  @Override
  public void flush() {
    proceed();
    drain();
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    try {
      drain();
    } finally {
      end();
    }
  }

  /**
   * Reads until so many bytes are in the buffer or the source ends; acknowledges meanwhile what it
   * can.
   */
  private int fill(InputStream in, byte[] buffer, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int read = in.read(buffer, count, Math.min(READ_LENGTH, length - count));
      if (read < 0) {
        break;
      }
      count += read;
      acknowledgeIfDone(); // a source may be slow
    }
    return count;
  }

  private DraftStripe scratch() {
    DraftStripe draft = scratch;
    if (draft == null) {
      try {
        draft = engine.draft();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      scratch = draft;
    }
    return draft;
  }

  /** Moves the bytes at the start of the scratch buffer to where they are packed with others. */
  private DraftStripe packed(int count) {
    DraftStripe source = scratch();
    DraftStripe target = shared;
    if (target != null && target.reserve(count)) {
      System.arraycopy(source.plain(), 0, target.plain(), target.used(), count);
      return target;
    }
    dispatchShared();
    if (!source.reserve(count)) {
      throw new IllegalStateException("an empty stripe has no room for " + count + " bytes");
    }
    shared = source;
    scratch = null;
    return source;
  }

  private void dispatchShared() {
    DraftStripe draft = shared;
    if (draft != null) {
      shared = null;
      store(draft);
    }
  }

  private void enter() {
    if (batch.enter()) {
      engine.enter();
    }
  }

  private void store(DraftStripe draft) {
    enter();
    batch.addStripe(draft);
    engine.store(draft);
  }

  private Collection<Batch> pending() {
    Committing current = committing;
    return current == null ? List.of(batch) : List.of(current.batch, batch);
  }

  /** Ends the ingest as soon as it is known to have failed, and acknowledges what can be. */
  private void proceed() {
    if (ended) {
      throw new IllegalStateException("the ingest has ended");
    }
    acknowledgeIfDone();
    if (batch.failed()) {
      drain();
    }
  }

  private void acknowledgeIfDone() {
    Committing current = committing;
    if (current != null && current.outcome.isDone()) {
      acknowledge();
    }
  }

  private void commitIfFull() {
    if (batch.isFull()) {
      acknowledge();
      startCommit();
    }
  }

  private void drain() {
    acknowledge();
    if (!batch.isEmpty()) {
      startCommit();
      acknowledge();
    }
    NamespaceException refusal = refused;
    if (refusal != null) {
      refused = null;
      throw refusal;
    }
  }

  private void startCommit() {
    enter();
    dispatchShared();
    Batch full = batch;
    FutureTask<Outcome> task = new FutureTask<>(() -> engine.commit(full, dated));
    batch = new Batch();
    try {
      engine.execute(task);
    } catch (RuntimeException e) { // nobody will run it, so nobody may wait for it
      try {
        engine.abandon(full);
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      end();
      throw e;
    }
    committing = new Committing(full, task);
  }

  /** Waits for the commit under way, if any, and tells the listener. */
  private void acknowledge() {
    Committing current = committing;
    if (current == null) {
      return;
    }
    Outcome outcome;
    try {
      outcome = current.outcome.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      end();
      throw Failures.rethrow(e.getCause());
    }
    committing = null;
    guard.forget();
    for (Stored item : outcome.stored()) {
      listener.stored(item.path(), item.attributes(), item.degraded());
    }
    // Not the fault of the call that happens to be under way: flush and close tell it.
    for (NamespaceException refusal : outcome.refused()) {
      refused = Failures.firstOf(refused, refusal);
    }
  }

  private KintsugiException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    end();
    return new KintsugiException(
        "interrupted; what was acknowledged is stored, nothing else is promised", cause);
  }

  /** Gives everything back; what was not committed is removed from the archives. */
  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    committing = null;
    for (DraftStripe draft : new DraftStripe[] {shared, scratch}) {
      if (draft != null) {
        engine.discard(draft);
      }
    }
    shared = null;
    scratch = null;
    if (!batch.isEmpty()) {
      enter();
      engine.abandon(batch);
    }
    batch = new Batch();
  }
}
