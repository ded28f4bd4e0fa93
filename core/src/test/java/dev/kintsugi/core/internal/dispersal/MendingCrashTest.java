package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Backend;
import dev.kintsugi.core.archive.ForwardingBackend;
import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stripe of which every shard is damaged is mended, and the process ends at any step of it. */
@Timeout(300)
final class MendingCrashTest {
  private static final int CHUNK_BITS = 8 * ShardRecord.CHUNK;
  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3, 4, 5);

  /** Archives that nothing reaches any more once so many changes were begun. */
  private static final class Mortal implements Archives {
    private final Fixture fixture;
    private final int end;
    private final boolean replacesAtomically;
    private final AtomicInteger steps = new AtomicInteger();
    final AtomicBoolean dead = new AtomicBoolean();

    Mortal(Fixture fixture, int end, boolean replacesAtomically) {
      this.fixture = fixture;
      this.end = end;
      this.replacesAtomically = replacesAtomically;
    }

    private void step() throws IOException {
      if (steps.incrementAndGet() >= end) {
        dead.set(true);
        throw new IOException("the process has ended");
      }
    }

    @Override
    public Backend backend(int number) throws IOException {
      return new ForwardingBackend(fixture.backend(number)) {
        @Override
        public void write(ShardName name, ByteBuffer... content) throws IOException {
          step();
          super.write(name, content);
          step();
        }

        @Override
        public void replace(ShardName name, ByteBuffer... content) throws IOException {
          step();
          if (replacesAtomically) {
            super.replace(name, content);
          } else {
            super.delete(name);
            step();
            super.write(name, content);
          }
          step();
        }

        @Override
        public boolean delete(ShardName name) throws IOException {
          step();
          boolean there = super.delete(name);
          step();
          return there;
        }
      };
    }

    @Override
    public List<Integer> numbers() {
      return fixture.numbers();
    }

    @Override
    public String name(int number) {
      return fixture.name(number);
    }

    @Override
    public String domain(int number) {
      return fixture.domain(number);
    }

    @Override
    public Optional<String> unavailable(int number) {
      return Optional.empty();
    }
  }

  /** Returns how many crashes there were before mending came to its end. */
  private static int crashAtEveryStep(boolean replacesAtomically) throws IOException {
    for (int end = 1; ; end++) {
      try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
        Stripe stripe = fixture.store(new Random(end), 3 << 20).stripe();
        byte[][] before = new byte[6][];
        for (int i = 0; i < 6; i++) {
          before[i] = fixture.shard(stripe, i);
          // Each run is damaged in two shards, as many as can be done without.
          byte[] once = Fixture.flip(before[i], CHUNK_BITS * i + 5, false);
          fixture.change(stripe, i, Fixture.flip(once, CHUNK_BITS * ((i + 1) % 6) + 7, false));
        }
        Mortal archives = new Mortal(fixture, end, replacesAtomically);
        StripeRestorer.Restoration first =
            new StripeRestorer(archives, fixture.pool, fixture.keys).restore(stripe, ALL);
        assertEquals(archives.dead.get(), !first.pending().isEmpty());
        fixture.restorer.restore(stripe, ALL);
        for (int i = 0; i < 6; i++) {
          assertArrayEquals(before[i], fixture.shard(stripe, i), "step " + end + ", shard " + i);
        }
        if (!archives.dead.get()) {
          return end - 1;
        }
      }
    }
  }

  @Test
  void nothingIsLostAtWhateverStepTheProcessEnds() throws IOException {
    int crashes = crashAtEveryStep(true);
    assertTrue(crashes >= 3 * 6, "only " + crashes + " steps");
  }

  @Test
  void theTestNoticesShardsThatAreDeletedBeforeTheyAreWritten() {
    assertThrows(UnrecoverableException.class, () -> crashAtEveryStep(false));
  }
}
