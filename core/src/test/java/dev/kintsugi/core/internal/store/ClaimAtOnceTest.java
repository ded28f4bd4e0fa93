package dev.kintsugi.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.VaultSupersededException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.MemoryBackend;
import dev.kintsugi.core.internal.archive.ArchiveConfig;
import dev.kintsugi.core.internal.archive.ArchiveSet;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.format.v1.ArchiveHead;
import dev.kintsugi.core.internal.format.v1.ArchiveMarker;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.core.internal.index.Counters;
import dev.kintsugi.core.internal.index.Index;
import dev.kintsugi.core.internal.index.Lineage;
import dev.kintsugi.core.internal.index.MemoryIndex;
import dev.kintsugi.core.store.ArchiveSpec;
import dev.kintsugi.crypto.RandomBytes;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two copies of a vault claim it at once: every order in which their operations on an archive can
 * happen.
 */
final class ClaimAtOnceTest {
  private static final String PLACE = "claim-at-once";

  /** Reads of both records, then write, read, write, read. */
  private static final int OPERATIONS = 6;

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final ArchivePool pool = new ArchivePool(2);
  private final Secret root = Secret.takeOver(RandomBytes.next(32));
  private final Secret markerKey = RootKeys.markerKey(root);
  private final Secret headKey = RootKeys.headKey(root);
  private final ArchiveSpec spec = ArchiveSpec.of("a", "memory:" + PLACE);
  private ArchiveConfig config;

  @BeforeEach
  void makeArchive() {
    ArchiveMarker marker =
        ArchiveSet.initialise(spec, markerKey, (url, create) -> MemoryBackend.open(PLACE, true));
    config = ArchiveConfig.of(0, spec, marker);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    pool.close();
    headKey.close();
    markerKey.close();
    root.close();
    MemoryBackend.drop(PLACE);
  }

  private interface Protocol {
    /** Claims, or throws. */
    void claim(Index index, ArchiveSet archives);
  }

  private void careful(Index index, ArchiveSet archives) {
    new WriterClaim(index, archives, new HeadRecords(headKey, pool)).verify();
  }

  /** The end of one that claims before the orders begin. */
  private void carefulEnd(Index index, ArchiveSet archives) {
    WriterClaim claim = new WriterClaim(index, archives, new HeadRecords(headKey, pool));
    claim.verify();
    claim.renew();
  }

  /** What one would do first at the end: look, write the head. */
  private void naiveEnd(Index index, ArchiveSet archives) {
    careful(index, archives);
    HeadRecords records = new HeadRecords(headKey, pool);
    refuseIf(index.read(Lineage::of).orElseThrow(), records, archives);
    Lineage mine = index.write(Lineage::advance);
    records.write(archives.all(), ArchiveHead.HEAD, mine.head(), (archive, failure) -> {});
  }

  /** What one would write first: look, write the head, read it back. */
  private void naive(Index index, ArchiveSet archives) {
    HeadRecords records = new HeadRecords(headKey, pool);
    Lineage before = index.read(Lineage::of).orElseThrow();
    refuseIf(before, records, archives);
    Lineage mine = index.write(Lineage::advance);
    records.write(archives.all(), ArchiveHead.HEAD, mine.head(), (archive, failure) -> {});
    refuseIf(mine, records, archives);
  }

  private static void refuseIf(Lineage mine, HeadRecords records, ArchiveSet archives) {
    records
        .read(archives.all(), ArchiveHead.HEAD, (archive, failure) -> {})
        .values()
        .forEach(
            head -> {
              if (head.filter(mine::isOvertakenBy).isPresent()) {
                throw new VaultSupersededException("overtaken");
              }
            });
  }

  @Test
  void ofTwoCopiesThatClaimAtOnceAtMostOneSucceedsInWhateverOrderTheyAct() throws Exception {
    int[] winners = runAll(this::careful, 0, OPERATIONS);
    assertTrue(winners[1] > 0, "nobody ever succeeded");
    assertTrue(winners[2] == 0, "both succeeded in " + winners[2] + " orders");
  }

  /** The negative control: these orders find a protocol that is not careful enough. */
  @Test
  void withoutTheIntentBothWouldSucceed() throws Exception {
    int[] winners = runAll(this::naive, 0, 3);
    assertTrue(winners[2] > 0, "no order in which both succeeded");
  }

  @Test
  void oneThatEndsAndACopyOfItThatBeginsDoNotBothSucceedInWhateverOrderTheyAct() throws Exception {
    int[] winners = runAll(this::carefulEnd, OPERATIONS, OPERATIONS);
    assertTrue(winners[1] > 0, "nobody ever succeeded");
    assertTrue(winners[2] == 0, "both succeeded in " + winners[2] + " orders");
  }

  /** The negative control. */
  @Test
  void ifTheEndOnlyWroteTheHeadBothWouldSucceed() throws Exception {
    int[] winners = runAll(this::naiveEnd, OPERATIONS, 2);
    assertTrue(winners[2] > 0, "no order in which both succeeded");
  }

  /**
   * Returns in how many orders nobody, one and both succeeded.
   *
   * @param protocol what the first does; the second one only claims if the first began before
   * @param began how many operations the first has done when its index is copied
   * @param operations how many it does from then on; as many as the second if it had not begun
   */
  private int[] runAll(Protocol protocol, int began, int operations) throws Exception {
    int length = operations + (began > 0 ? OPERATIONS : operations);
    int[] winners = new int[3];
    for (int order = 0; order < 1 << length; order++) {
      if (Integer.bitCount(order) == length - operations) {
        winners[run(protocol, began, order, length)]++;
      }
    }
    return winners;
  }

  private int run(Protocol protocol, int began, int order, int length) throws Exception {
    try (Backend backend = MemoryBackend.open(PLACE, false)) {
      backend.deleteRecord(ArchiveHead.HEAD);
      backend.deleteRecord(ArchiveHead.INTENT);
    }
    try (MemoryIndex first = new MemoryIndex();
        MemoryIndex second = new MemoryIndex()) {
      first.write(Lineage::advance);
      Copy one = new Copy(first, protocol);
      for (int i = 0; i < began; i++) {
        one.step();
      }
      copy(first, second);
      Copy two = new Copy(second, began > 0 ? this::careful : protocol);
      for (int i = 0; i < length; i++) {
        (((order >> i) & 1) == 0 ? one : two).step();
      }
      return (one.finish() ? 1 : 0) + (two.finish() ? 1 : 0);
    }
  }

  private static void copy(Index from, Index to) {
    to.write(
        writer -> {
          for (String name :
              List.of(Counters.LINEAGE, Counters.GENERATION, Counters.CLAIM, Counters.TOKEN)) {
            writer.setCounter(name, from.read(reader -> reader.counter(name)).orElseThrow());
          }
          return null;
        });
  }

  /** One of the copies, whose operations on the archive happen one by one when told to. */
  private final class Copy {
    private final Semaphore go = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private final CompletableFuture<Boolean> end;
    private final ArchiveSet archives;

    Copy(Index index, Protocol protocol) {
      archives =
          ArchiveSet.open(
              List.of(config),
              markerKey,
              (url, create) -> new Gated(MemoryBackend.open(PLACE, false)));
      end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  protocol.claim(index, archives);
                  return true;
                } catch (VaultSupersededException e) {
                  return false;
                } finally {
                  done.release(1000);
                }
              },
              threads);
    }

    void step() throws InterruptedException {
      go.release();
      assertTrue(done.tryAcquire(1, TimeUnit.MINUTES), "an operation hangs");
    }

    boolean finish() throws Exception {
      boolean succeeded = end.get(1, TimeUnit.MINUTES);
      archives.close();
      return succeeded;
    }

    private final class Gated extends ForwardingBackend {
      Gated(Backend delegate) {
        super(delegate);
      }

      private <T> T gated(Operation<T> operation) throws IOException {
        go.acquireUninterruptibly();
        try {
          return operation.run();
        } finally {
          done.release();
        }
      }

      @Override
      public Optional<byte[]> readRecord(String key) throws IOException {
        return key.equals(ArchiveMarker.RECORD)
            ? super.readRecord(key)
            : gated(() -> super.readRecord(key));
      }

      @Override
      public void writeRecord(String key, byte[] value) throws IOException {
        gated(
            () -> {
              super.writeRecord(key, value);
              return Boolean.TRUE;
            });
      }
    }
  }

  private interface Operation<T> {
    T run() throws IOException;
  }
}
