package dev.kintsugi.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.internal.dispersal.ArchivePool;
import dev.kintsugi.core.internal.dispersal.Archives;
import dev.kintsugi.core.internal.dispersal.Scheme;
import dev.kintsugi.core.internal.dispersal.StripeFill;
import dev.kintsugi.core.internal.dispersal.StripeWriter;
import dev.kintsugi.core.internal.format.v1.GroupKeys;
import dev.kintsugi.core.internal.format.v1.RootKeys;
import dev.kintsugi.crypto.DerivedLeafKeys;
import dev.kintsugi.crypto.LeafReservation;
import dev.kintsugi.crypto.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is under way, or waits for its turn, when a vault is closed. */
@Timeout(30)
final class SessionEndTest {
  private final ExecutorService threads = Executors.newSingleThreadExecutor();

  @Test
  void whatWasGivenComesToItsEnd() {
    CountDownLatch ran = new CountDownLatch(2);
    threads.execute(ran::countDown);
    threads.execute(ran::countDown);
    assertTrue(Session.end(Duration.ofSeconds(30), threads));
    assertTrue(ran.getCount() == 0);
  }

  @Test
  void aStripeThatWaitsBehindOneThatHangsIsWaitedForByNobody() throws InterruptedException {
    assertCancelled(() -> assertFalse(Session.end(Duration.ofMillis(10), threads)));
  }

  @Test
  void whoeverIsInterruptedWhileClosingLeavesNobodyWaiting() throws InterruptedException {
    assertCancelled(
        () -> {
          Thread.currentThread().interrupt();
          assertFalse(Session.end(Duration.ofMinutes(10), threads));
          assertTrue(Thread.interrupted(), "it stays noted");
        });
  }

  private void assertCancelled(Runnable end) throws InterruptedException {
    CountDownLatch hung = new CountDownLatch(1);
    threads.execute(
        () -> {
          try {
            hung.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Scheme scheme = Scheme.parse("rs:4+2");
    BufferPool buffers = new BufferPool(1, scheme.capacity());
    byte[] buffer = buffers.take();
    DraftStripe draft =
        new DraftStripe(buffer, new StripeFill(scheme.dataShards(), scheme.fullShardLength()));
    try (Secret root = Secret.random(32);
        GroupKeys keys = GroupKeys.derive(root, 0, 1);
        Secret leafRoot = RootKeys.leafRoot(root);
        DerivedLeafKeys leaves = new DerivedLeafKeys(leafRoot, new NoLeaves());
        ArchivePool pool = new ArchivePool(1)) {
      StripeWriter writer = new StripeWriter(new NoArchives(), pool, scheme, 1, keys, 1);
      new StripeStore(new byte[16], keys, leaves, writer, threads).store(draft, buffers);
      end.run();
      IllegalStateException e = assertThrows(IllegalStateException.class, draft::await);
      assertTrue(e.toString().contains("closed during the ingest"), e.toString());
      assertSame(buffer, buffers.take(), "nobody waits for its buffer either");
    }
  }

  private static final class NoLeaves implements LeafReservation {
    @Override
    public long reserve(int count) {
      throw new AssertionError("no leaf is needed");
    }

    @Override
    public long limit() {
      return 0;
    }
  }

  private static final class NoArchives implements Archives {
    @Override
    public List<Integer> numbers() {
      return List.of();
    }

    @Override
    public String name(int number) {
      return "";
    }

    @Override
    public String domain(int number) {
      return "";
    }

    @Override
    public Optional<String> unavailable(int number) {
      return Optional.empty();
    }

    @Override
    public Backend backend(int number) throws IOException {
      throw new IOException("there is none");
    }
  }
}
