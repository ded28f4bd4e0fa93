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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stripe of which every shard is damaged is mended, and the process ends at any step of it. */
@Timeout(300)
final class MendingCrashTest {
  private static final int CHUNK_BITS = 8 * ShardRecord.CHUNK;

  /**
   * Archives that nothing reaches any more once so many steps of replacements were made. One is
   * made after the other, so that it is known what a step does.
   */
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
          if (dead.get()) {
            throw new IOException("the process has ended");
          }
          super.write(name, content);
        }

        @Override
        public void replace(ShardName name, ByteBuffer... content) throws IOException {
          synchronized (Mortal.this) {
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
  private static int crashAtEveryStep(String scheme, boolean replacesAtomically)
      throws IOException {
    int total = Scheme.parse(scheme).totalShards();
    Set<Integer> all = IntStream.range(0, total).boxed().collect(Collectors.toSet());
    for (int end = 1; ; end++) {
      try (Fixture fixture = new Fixture(scheme, total, 1)) {
        Stripe stripe = fixture.store(new Random(end), 3 << 20).stripe();
        byte[][] before = new byte[total][];
        for (int i = 0; i < total; i++) {
          before[i] = fixture.shard(stripe, i);
          // Each run is damaged in two shards, as many as can be done without.
          byte[] once = Fixture.flip(before[i], CHUNK_BITS * i + 5, false);
          fixture.change(stripe, i, Fixture.flip(once, CHUNK_BITS * ((i + 1) % total) + 7, false));
        }
        Mortal archives = new Mortal(fixture, end, replacesAtomically);
        StripeRestorer.Restoration first =
            new StripeRestorer(archives, fixture.pool, fixture.keys).restore(stripe, all);
        assertEquals(archives.dead.get(), !first.pending().isEmpty());
        fixture.restorer.restore(stripe, all);
        for (int i = 0; i < total; i++) {
          assertArrayEquals(before[i], fixture.shard(stripe, i), "step " + end + ", shard " + i);
        }
        if (!archives.dead.get()) {
          return end - 1;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "replicate:3"})
  void nothingIsLostAtWhateverStepTheProcessEnds(String scheme) throws IOException {
    int crashes = crashAtEveryStep(scheme, true);
    int least = 2 * Scheme.parse(scheme).totalShards();
    assertTrue(crashes >= least, "only " + crashes + " steps");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "replicate:3"})
  void theTestNoticesShardsThatAreDeletedBeforeTheyAreWritten(String scheme) {
    assertThrows(UnrecoverableException.class, () -> crashAtEveryStep(scheme, false));
  }
}
