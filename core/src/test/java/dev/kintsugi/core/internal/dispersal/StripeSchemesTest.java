package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.dispersal.Fixture.Extent;
import dev.kintsugi.core.internal.dispersal.Fixture.Stored;
import dev.kintsugi.core.internal.dispersal.StripeRestorer.Restoration;
import dev.kintsugi.core.store.ShardFinding.Problem;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.RepairPlan;
import dev.kintsugi.erasure.UndecodableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every scheme: whatever its code can decode is read and mended, nothing else is. */
@Timeout(300)
final class StripeSchemesTest {
  private static final long SEED = 0x5eed_0005L;
  private static final int EXTENT = 20_000;
  private static final int SEALED = EXTENT + 16;

  private final Random random = new Random(SEED);

  private static Fixture fixture(String scheme) {
    return new Fixture(scheme, Scheme.parse(scheme).totalShards(), 1);
  }

  /** Stores a stripe with one extent in every data shard. */
  private Stored store(Fixture fixture) {
    int[] lengths = new int[fixture.scheme.dataShards()];
    Arrays.fill(lengths, EXTENT);
    Stored stored = fixture.store(random, lengths);
    for (int i = 0; i < lengths.length; i++) {
      assertEquals(i, stored.extents().get(i).address().shard());
    }
    return stored;
  }

  private static List<BitSet> allLosses(Fixture fixture) {
    List<BitSet> all = new ArrayList<>();
    for (long set = 0; set < 1L << fixture.scheme.totalShards(); set++) {
      all.add(BitSet.valueOf(new long[] {set}));
    }
    return all;
  }

  private static BitSet without(Fixture fixture, BitSet lost) {
    BitSet present = new BitSet();
    present.set(0, fixture.scheme.totalShards());
    present.andNot(lost);
    return present;
  }

  private static Optional<RepairPlan> plan(ErasureCode code, int shard, BitSet present) {
    double[] costs = new double[code.totalShards()];
    Arrays.fill(costs, 1);
    BitSet lost = new BitSet();
    lost.set(shard);
    try {
      return Optional.of(code.planRepair(lost, present, costs));
    } catch (UndecodableException e) {
      return Optional.empty();
    }
  }

  private static long bytesRead(Fixture fixture) {
    return fixture.backends.stream().mapToLong(backend -> backend.bytesRead.get()).sum();
  }

  private static Set<Integer> named(Fixture fixture, Problem problem) {
    return fixture.found.stream()
        .filter(p -> p.problem() == problem)
        .map(ShardProblem::index)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rs:4+2",
        "raid6:4",
        "raid5:4",
        "lrc:4+2+2",
        "replicate:3",
        "rs:1+2:cauchy",
        "lrc:2+2+2"
      })
  void everyPatternOfLossesIsReadAsFarAsTheCodeGoesAndTheRestRefused(String scheme) {
    try (Fixture fixture = fixture(scheme)) {
      Stored stored = store(fixture);
      ErasureCode code = fixture.scheme.code();
      int refusedStripes = 0;
      for (BitSet lost : allLosses(fixture)) {
        for (int i = 0; i < code.totalShards(); i++) {
          fixture.holder(stored.stripe(), i).down = lost.get(i) ? "unplugged" : null;
        }
        BitSet present = without(fixture, lost);
        boolean refused = false;
        for (int shard = 0; shard < code.dataShards(); shard++) {
          Extent extent = stored.extents().get(shard);
          String where = scheme + " without " + lost + ", extent in shard " + shard;
          if (present.get(shard) || plan(code, shard, present).isPresent()) {
            assertArrayEquals(
                extent.plain(), fixture.read(fixture.reader(), stored.stripe(), extent), where);
          } else {
            refused = true;
            UnrecoverableException e =
                assertThrows(
                    UnrecoverableException.class,
                    () -> fixture.read(fixture.reader(), stored.stripe(), extent),
                    where);
            assertTrue(e.toString().contains(stored.stripe().id().toString()), e.toString());
            assertTrue(e.toString().contains(scheme), e.toString());
          }
        }
        assertEquals(!code.decodable(present), refused, scheme + " without " + lost);
        refusedStripes += refused ? 1 : 0;
      }
      assertTrue(refusedStripes > 0, "no pattern was refused");
      assertEquals(Set.of(), named(fixture, Problem.TAMPERED));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rs:4+2",
        "raid6:4",
        "raid5:4",
        "lrc:4+2+2",
        "replicate:3",
        "rs:1+2:cauchy",
        "lrc:2+2+2"
      })
  void everyDecodablePatternIsMendedByteForByteAndNoOtherIsTouched(String scheme)
      throws IOException {
    try (Fixture fixture = fixture(scheme)) {
      Stripe stripe = store(fixture).stripe();
      int total = fixture.scheme.totalShards();
      byte[][] before = new byte[total][];
      for (int i = 0; i < total; i++) {
        before[i] = fixture.shard(stripe, i);
      }
      for (BitSet pattern : allLosses(fixture)) {
        Set<Integer> lost = pattern.stream().boxed().collect(Collectors.toSet());
        for (int shard : lost) {
          fixture.drop(stripe, shard);
        }
        String where = scheme + " without " + lost;
        if (fixture.scheme.code().decodable(without(fixture, pattern))) {
          Restoration done = fixture.restorer.restore(stripe, lost);
          assertEquals(lost, done.restored(), where);
        } else {
          UnrecoverableException e =
              assertThrows(
                  UnrecoverableException.class,
                  () -> fixture.restorer.restore(stripe, lost),
                  where);
          assertTrue(e.toString().contains(stripe.id().toString()), e.toString());
          for (int shard : lost) {
            assertFalse(fixture.holder(stripe, shard).names().contains(stripe.name(shard)), where);
            fixture.change(stripe, shard, before[shard]);
          }
        }
        for (int i = 0; i < total; i++) {
          assertArrayEquals(before[i], fixture.shard(stripe, i), where);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rs:4+2",
        "raid6:4",
        "raid5:4",
        "lrc:4+2+2",
        "lrc:12+2+2",
        "rs:12+4",
        "replicate:3",
        "lrc:2+2+2"
      })
  void oneLostShardIsMadeFromExactlyThePlansShards(String scheme) throws IOException {
    try (Fixture fixture = fixture(scheme)) {
      Stored stored = store(fixture);
      Stripe stripe = stored.stripe();
      for (int shard = 0; shard < fixture.scheme.totalShards(); shard++) {
        BitSet lost = new BitSet();
        lost.set(shard);
        int reads = fixture.scheme.code().planRepair(lost).reads().size();
        byte[] before = fixture.shard(stripe, shard);
        fixture.drop(stripe, shard);
        if (shard < fixture.scheme.dataShards()) {
          fixture.backends.forEach(backend -> backend.bytesRead.set(0));
          Extent extent = stored.extents().get(shard);
          assertArrayEquals(extent.plain(), fixture.read(fixture.reader(), stripe, extent));
          assertEquals((long) reads * SEALED, bytesRead(fixture), scheme + ", read of " + shard);
        }
        fixture.backends.forEach(backend -> backend.bytesRead.set(0));
        Restoration done = fixture.restorer.restore(stripe, Set.of(shard));
        assertArrayEquals(before, fixture.shard(stripe, shard));
        assertEquals((long) reads * before.length, bytesRead(fixture), scheme + ", shard " + shard);
        assertEquals(bytesRead(fixture), done.bytesRead());
        if (scheme.equals("lrc:12+2+2")) {
          assertEquals(shard < 14 ? 6 : 12, reads);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLiarInTheLocalGroupIsNamedAndTheOthersHelp(boolean lies) throws IOException {
    try (Fixture fixture = fixture("lrc:12+2+2")) {
      Stored stored = store(fixture);
      Stripe stripe = stored.stripe();
      byte[] truth = fixture.shard(stripe, 3);
      byte[] lie = Fixture.flip(fixture.shard(stripe, 5), 4711, true);
      fixture.drop(stripe, 3);
      if (lies) {
        fixture.change(stripe, 5, lie);
      }
      Extent extent = stored.extents().get(3);
      assertArrayEquals(extent.plain(), fixture.read(fixture.reader(), stripe, extent));
      assertEquals(Set.of(3), named(fixture, Problem.MISSING));
      assertEquals(lies ? Set.of(5) : Set.of(), named(fixture, Problem.TAMPERED));
      Restoration done = fixture.restorer.restore(stripe, Set.of(3));
      assertEquals(Set.of(3), done.restored());
      assertArrayEquals(truth, fixture.shard(stripe, 3), "made of truths alone");
      long shards = done.bytesRead() / truth.length;
      if (lies) {
        assertTrue(
            done.problems().stream()
                .anyMatch(p -> p.index() == 5 && p.problem() == Problem.TAMPERED),
            done.toString());
        assertArrayEquals(lie, fixture.shard(stripe, 5), "what nobody asked to mend");
        assertEquals(1 + 12, shards, "the lie, and a basis with the five of the group in it");
      } else {
        assertEquals(6, shards, "negative control: the group alone");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raid6:4", "lrc:4+2+2", "replicate:3", "lrc:2+2+2"})
  void asManyLiarsAsTheCodePromisesAreNamedAndReadsStayRight(String scheme) throws IOException {
    try (Fixture fixture = fixture(scheme)) {
      int liars = fixture.scheme.code().guaranteedLosses();
      for (BitSet pattern : allLosses(fixture)) {
        if (pattern.cardinality() != liars) {
          continue;
        }
        Stored stored = store(fixture);
        Stripe stripe = stored.stripe();
        for (int liar : pattern.stream().toArray()) {
          fixture.change(stripe, liar, Fixture.flip(fixture.shard(stripe, liar), 8 * 99, true));
        }
        fixture.found.clear();
        StripeReader reader = fixture.reader();
        for (Extent extent : stored.extents()) {
          assertArrayEquals(extent.plain(), fixture.read(reader, stripe, extent), "" + pattern);
        }
        Set<Integer> named = named(fixture, Problem.TAMPERED);
        for (int liar : pattern.stream().toArray()) {
          assertTrue(liar >= fixture.scheme.dataShards() || named.contains(liar), "" + pattern);
        }
        assertTrue(named.stream().allMatch(pattern::get), named + " are not all of " + pattern);
        Set<Integer> audited =
            fixture.auditor.audit(stripe).problems().stream()
                .map(ShardProblem::index)
                .collect(Collectors.toSet());
        assertEquals(pattern.stream().boxed().collect(Collectors.toSet()), audited);
      }
    }
  }
}
