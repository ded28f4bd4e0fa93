package dev.kintsugi.core.internal.store;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.NamespaceException;
import dev.kintsugi.core.NoSuchPathException;
import dev.kintsugi.core.internal.dispersal.StoredStripe;
import dev.kintsugi.core.internal.dispersal.Stripe;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import dev.kintsugi.core.internal.format.v1.ContentRecord;
import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.index.Rows;
import dev.kintsugi.core.store.Attributes;
import dev.kintsugi.core.store.Kind;
import dev.kintsugi.core.store.VaultPath;
import java.io.ByteArrayOutputStream;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stores stripes in memory and commits paths to a map; counts buffers and can be made to fail. */
final class FakeEngine implements IngestSession.Engine {
  static final int CAPACITY = 8 * 65536;
  private static final int BUFFERS = 4;

  final Map<StripeId, byte[]> stripes = new ConcurrentHashMap<>();
  final Map<VaultPath, byte[]> committed = Collections.synchronizedMap(new LinkedHashMap<>());
  final Map<VaultPath, Kind> kinds = new ConcurrentHashMap<>();
  final List<Batch> abandoned = new ArrayList<>();
  final AtomicInteger commits = new AtomicInteger();
  final Set<Long> leaves = ConcurrentHashMap.newKeySet();
  volatile FileLimit limit = new FileLimit("rs:4+2", Integer.MAX_VALUE, CAPACITY);
  volatile int failAtStripe = Integer.MAX_VALUE;
  volatile VaultPath refuse = VaultPath.ROOT;
  volatile boolean closed; // no commit is begun any more
  volatile CountDownLatch hold = new CountDownLatch(0); // commits wait for it

  private final BufferPool pool = new BufferPool(BUFFERS, CAPACITY);
  private final AtomicLong inodes = new AtomicLong(2);
  private final AtomicLong nextLeaf = new AtomicLong();
  private final AtomicInteger stored = new AtomicInteger();
  final AtomicInteger entered = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();
  private final List<Thread> tasks = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(3);

  int buffersInUse() {
    return taken.get();
  }

  int stripesStored() {
    return stored.get();
  }

  @Override
  public void enter() {
    entered.incrementAndGet();
  }

  @Override
  public FileLimit fileLimit() {
    return limit;
  }

  @Override
  public DraftStripe draft() throws InterruptedException {
    byte[] buffer = pool.take();
    taken.incrementAndGet();
    return new DraftStripe(buffer, new StripeFill(4, 2 * 65552));
  }

  @Override
  public void discard(DraftStripe draft) {
    taken.decrementAndGet();
    pool.giveBack(draft.takeBuffer());
  }

  @Override
  public void store(DraftStripe draft) {
    threads.execute(
        () -> {
          int number = stored.incrementAndGet();
          byte[] plain = Arrays.copyOf(draft.plain(), draft.used());
          discard(draft);
          if (number >= failAtStripe) {
            draft.fail(new ArchiveUnavailableException("two archives are away"));
            return;
          }
          StripeId id = StripeId.random();
          stripes.put(id, plain);
          draft.extents().forEach(extent -> leaves.add(extent.leaf()));
          draft.extents().forEach(e -> e.place(id, new ExtentAddress(0, e.plainOffset())));
          draft.succeed(
              new StoredStripe(
                  new Stripe(new Rows.Stripe(id, Role.DATA, "rs:4+2", 1, 0, 0, false), List.of()),
                  Map.of()));
        });
  }

  @Override
  public long inode() {
    return inodes.getAndIncrement();
  }

  @Override
  public long leaf() {
    return nextLeaf.getAndIncrement();
  }

  @Override
  public IngestSession.Outcome commit(Batch batch, Set<VaultPath> dated)
      throws InterruptedException {
    hold.await();
    for (DraftStripe stripe : batch.stripes()) {
      stripe.await();
    }
    commits.incrementAndGet();
    List<IngestSession.Stored> done = new ArrayList<>();
    List<NamespaceException> refused = new ArrayList<>();
    for (Item item : batch.items()) {
      if (item.path().equals(refuse)) {
        refused.add(new NoSuchPathException("no parent: " + item.path()));
        continue;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Kind kind = Kind.DIRECTORY;
      if (item instanceof Item.File file) {
        kind = Kind.FILE;
        for (DraftExtent extent : file.extents()) {
          ContentRecord.Extent placed = extent.placed();
          bytes.write(stripes.get(placed.stripe()), placed.address().offset(), placed.length());
        }
      } else if (item instanceof Item.Link link) {
        kind = Kind.SYMLINK;
        bytes.writeBytes(link.target());
      }
      committed.put(item.path(), bytes.toByteArray());
      kinds.put(item.path(), kind);
      FileTime now = FileTime.fromMillis(0);
      done.add(
          new IngestSession.Stored(
              item.path(),
              new Attributes(1, kind, item.attributes().mode(), 0, 0, bytes.size(), 1, now, now),
              0));
    }
    return new IngestSession.Outcome(done, refused);
  }

  @Override
  public void abandon(Batch batch) {
    abandoned.add(batch);
  }

  @Override
  public void execute(Runnable task) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    Thread thread = new Thread(task, "commit");
    thread.setDaemon(true);
    tasks.add(thread);
    thread.start();
  }

  /** Waits until every commit that was started has come to its end. */
  void awaitCommits() throws InterruptedException {
    for (Thread task : tasks) {
      task.join(TimeUnit.SECONDS.toMillis(60));
      if (task.isAlive()) {
        throw new AssertionError("a commit does not come to its end");
      }
    }
  }

  /** Waits until every stripe was stored or failed. */
  void stop() throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
      throw new AssertionError("stripes are still being stored");
    }
  }
}
