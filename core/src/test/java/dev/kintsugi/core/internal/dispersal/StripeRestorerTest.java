package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.archive.Capacity;
import dev.kintsugi.core.internal.dispersal.Fixture.Stored;
import dev.kintsugi.core.internal.dispersal.StripeRestorer.Restoration;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The auditor names what is wrong with which shard; the restorer makes it as it was. */
@Timeout(300)
final class StripeRestorerTest {
  private static final long SEED = 0x5eed_0003L;

  private final Fixture fixture = new Fixture("rs:4+2", 6, 1);
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    fixture.close();
  }

  private Map<Integer, Problem> audit(Stripe stripe) {
    Map<Integer, Problem> problems = new TreeMap<>();
    for (ShardProblem problem : fixture.auditor.audit(stripe).problems()) {
      problems.put(problem.index(), problem.problem());
      assertEquals(stripe.archive(problem.index()), problem.archive());
      assertEquals(stripe.name(problem.index()), problem.name());
    }
    return problems;
  }

  @Test
  void everyBitFlipIsNamedAndMendedByteForByte() throws IOException {
    Stored stored = fixture.store(random, 20_000, 300);
    Stripe stripe = stored.stripe();
    byte[][] before = new byte[6][];
    for (int i = 0; i < 6; i++) {
      before[i] = fixture.shard(stripe, i);
    }
    for (int round = 0; round < 300; round++) {
      int shard = random.nextInt(6);
      int bit = random.nextInt(8 * before[shard].length);
      byte[] bad = before[shard].clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      boolean forger = random.nextBoolean() && bit / 8 < 216 && bit / 8 >= 8;
      if (forger) {
        Fixture.forge(bad);
      }
      fixture.change(stripe, shard, bad);
      String where = "seed " + SEED + ", bit " + bit + " of shard " + shard;
      assertEquals(
          Map.of(shard, forger ? Problem.TAMPERED : Problem.DAMAGED), audit(stripe), where);
      Restoration done = fixture.restorer.restore(stripe, Set.of(shard));
      assertEquals(Set.of(shard), done.restored(), where);
      assertArrayEquals(before[shard], fixture.shard(stripe, shard), where);
      assertEquals(Map.of(), audit(stripe), where);
    }
  }

  @Test
  void anArchiveWithLittleRoomTakesMendedShardsAndNoLostOnes() throws IOException {
    Stripe stripe = fixture.store(random, 900_000).stripe();
    byte[] before = fixture.shard(stripe, 2);
    LyingBackend tight = fixture.holder(stripe, 2);
    tight.room = new Capacity(OptionalLong.of(1L << 40), OptionalLong.of(Reserve.MOST));
    fixture.change(stripe, 2, Arrays.copyOf(before, before.length - 1));
    assertEquals(Set.of(2), fixture.restorer.restore(stripe, Set.of(2)).restored());
    assertArrayEquals(before, fixture.shard(stripe, 2));
    tight.delete(stripe.name(2));
    Restoration waits = fixture.restorer.restore(stripe, Set.of(2));
    assertEquals(Set.of(2), waits.pending().keySet());
    assertTrue(waits.pending().toString().contains("are kept for removing things"));
    tight.room = null;
    assertEquals(Set.of(2), fixture.restorer.restore(stripe, Set.of(2)).restored());
  }

  @Test
  void everyPairOfLostShardsIsMadeAgainByteForByte() throws IOException {
    Stored stored = fixture.store(random, 900_000, 77);
    Stripe stripe = stored.stripe();
    for (int a = 0; a < 6; a++) {
      for (int b = a + 1; b < 6; b++) {
        byte[] first = fixture.shard(stripe, a);
        byte[] second = fixture.shard(stripe, b);
        fixture.drop(stripe, a);
        fixture.drop(stripe, b);
        assertEquals(Map.of(a, Problem.MISSING, b, Problem.MISSING), audit(stripe));
        Restoration done = fixture.restorer.restore(stripe, List.of(a, b));
        assertEquals(Set.of(a, b), done.restored());
        assertEquals(first.length + second.length, done.bytesWritten());
        assertEquals(4L * first.length, done.bytesRead());
        assertArrayEquals(first, fixture.shard(stripe, a));
        assertArrayEquals(second, fixture.shard(stripe, b));
      }
    }
  }

  @Test
  void eachKindOfHarmHasItsName() throws IOException {
    Stored other = fixture.store(random, 50_000);
    Stored stored = fixture.store(random, 50_000);
    Stripe stripe = stored.stripe();
    fixture.drop(stripe, 0);
    fixture.change(stripe, 1, Arrays.copyOf(fixture.shard(stripe, 1), 999));
    fixture.change(stripe, 2, Fixture.flip(fixture.shard(stripe, 2), 100, true));
    fixture.change(stripe, 3, fixture.shard(other.stripe(), 5));
    fixture.change(stripe, 4, fixture.shard(stripe, 5));
    assertEquals(
        Map.of(
            0, Problem.MISSING,
            1, Problem.DAMAGED,
            2, Problem.TAMPERED,
            3, Problem.MISPLACED,
            4, Problem.MISPLACED),
        audit(stripe));
    fixture.holder(stripe, 5).down = "unplugged";
    assertEquals(Problem.UNREADABLE, audit(stripe).get(5));
  }

  @Test
  void longerRecordsAreDamaged() throws IOException {
    Stripe stripe = fixture.store(random, 50_000).stripe();
    byte[] record = fixture.shard(stripe, 1);
    fixture.change(stripe, 1, Arrays.copyOf(record, record.length + 1));
    assertEquals(Map.of(1, Problem.DAMAGED), audit(stripe));
  }

  @Test
  void nothingIsWrittenFromLiesAndTooFewShardsAreSaidSo() throws IOException {
    Stripe stripe = fixture.store(random, 500_000).stripe();
    byte[] truth = fixture.shard(stripe, 0);
    fixture.drop(stripe, 0);
    fixture.change(stripe, 1, Fixture.flip(fixture.shard(stripe, 1), 12_345, true));
    Restoration done = fixture.restorer.restore(stripe, Set.of(0));
    assertEquals(Set.of(0), done.restored());
    assertArrayEquals(truth, fixture.shard(stripe, 0));
    assertTrue(
        done.problems().stream().anyMatch(p -> p.index() == 1 && p.problem() == Problem.TAMPERED)
            || done.bytesRead() <= 4L * truth.length,
        done.toString());
    fixture.drop(stripe, 0);
    fixture.drop(stripe, 4);
    byte[] lie = fixture.shard(stripe, 1);
    UnrecoverableException e =
        assertThrows(
            UnrecoverableException.class, () -> fixture.restorer.restore(stripe, Set.of(0, 4)));
    assertTrue(e.toString().contains("3 intact shards, 4 are needed"), e.toString());
    assertTrue(e.toString().contains("tampered"), e.toString());
    assertArrayEquals(lie, fixture.shard(stripe, 1), "what cannot be mended is left as it is");
  }

  @Test
  void wantedShardsThatAreIntactAreLeftAlone() {
    Stripe stripe = fixture.store(random, 5000).stripe();
    Restoration done = fixture.restorer.restore(stripe, Set.of(2, 5));
    assertEquals(Set.of(2, 5), done.present());
    assertEquals(Set.of(), done.restored());
    assertEquals(0, done.bytesWritten());
  }

  @Test
  void shardsOfAnArchiveThatIsAwayArePending() throws IOException {
    Stripe stripe = fixture.store(random, 5000).stripe();
    byte[] truth = fixture.shard(stripe, 1);
    fixture.drop(stripe, 1);
    fixture.holder(stripe, 4).down = "unplugged";
    Restoration done = fixture.restorer.restore(stripe, Set.of(1, 4));
    assertEquals(Set.of(1), done.restored());
    assertEquals(Map.of(4, "unplugged"), done.pending());
    assertArrayEquals(truth, fixture.shard(stripe, 1));
    fixture.holder(stripe, 4).down = null;
    assertEquals(Set.of(4), fixture.restorer.restore(stripe, Set.of(4)).present());
  }

  @Test
  void authenticShardsThatDoNotFitTogetherAreNoticed() throws IOException {
    Stripe stripe = fixture.store(random, 5000).stripe();
    byte[] record = fixture.shard(stripe, 5);
    byte[] payload = Arrays.copyOfRange(record, 224, 224 + stripe.row().shardLength());
    payload[3] ^= 1;
    var header = Stripe.header(stripe.row(), fixture.keys, 0, 5);
    java.nio.ByteBuffer[] parts =
        dev.kintsugi.core.internal.format.v1.ShardRecord.encode(
            fixture.keys.shards(), stripe.name(5), header, payload, 0);
    fixture.holder(stripe, 5).delete(stripe.name(5));
    fixture.holder(stripe, 5).write(stripe.name(5), parts);
    List<ShardProblem> problems = fixture.auditor.audit(stripe).problems();
    assertEquals(1, problems.size());
    assertEquals(5, problems.get(0).index());
    assertTrue(problems.get(0).detail().contains("parity"), problems.toString());
  }
}
