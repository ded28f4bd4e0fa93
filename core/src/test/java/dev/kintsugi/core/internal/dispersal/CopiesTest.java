package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.ArchiveUnavailableException;
import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.dispersal.Fixture.Extent;
import dev.kintsugi.core.internal.dispersal.Fixture.Stored;
import dev.kintsugi.core.internal.dispersal.StripeRestorer.Restoration;
import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import dev.kintsugi.core.store.ShardFinding.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stripes of three masked copies: one of them is enough, whichever it is. */
@Timeout(300)
final class CopiesTest {
  private static final long SEED = 0x5eed_0007L;
  private static final int CHUNK_BITS = 8 * ShardRecord.CHUNK;
  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  private final Fixture fixture = new Fixture("replicate:3", 3, 1);
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    fixture.close();
  }

  private byte[][] shards(Stripe stripe) throws IOException {
    byte[][] shards = new byte[3][];
    for (int i = 0; i < 3; i++) {
      shards[i] = fixture.shard(stripe, i);
    }
    return shards;
  }

  private void flip(Stripe stripe, int index, int payloadBit, boolean forger) throws IOException {
    fixture.change(stripe, index, Fixture.flip(fixture.shard(stripe, index), payloadBit, forger));
  }

  private void down(int... indices) {
    for (int i = 0; i < 3; i++) {
      int index = i;
      boolean gone = Arrays.stream(indices).anyMatch(other -> other == index);
      fixture.backends.get(i).down = gone ? "unplugged" : null;
    }
  }

  private void assertReadable(Stored stored, String when) {
    for (Extent extent : stored.extents()) {
      byte[] read = fixture.read(fixture.reader(), stored.stripe(), extent);
      assertArrayEquals(extent.plain(), read, when);
    }
  }

  private void assertMended(Stripe stripe, byte[][] before, String when) throws IOException {
    assertEquals(Map.of(), fixture.restorer.restore(stripe, ALL).pending(), when);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(before[i], fixture.shard(stripe, i), when + ", shard " + i);
    }
  }

  private Map<Integer, Problem> audit(Stripe stripe) {
    return fixture.auditor.audit(stripe).problems().stream()
        .collect(Collectors.toMap(ShardProblem::index, ShardProblem::problem));
  }

  @Test
  void fullStripesComeBackFromAnyCopy() {
    Stored stored = fixture.store(random, fixture.scheme.capacity());
    assertEquals(fixture.scheme.fullShardLength(), stored.stripe().row().shardLength());
    for (int[] gone : new int[][] {{}, {0, 1}, {0, 2}, {1, 2}}) {
      down(gone);
      assertReadable(stored, "without archives " + Arrays.toString(gone));
    }
    down(0, 1, 2);
    assertThrows(UnrecoverableException.class, () -> assertReadable(stored, "without any"));
  }

  @Test
  void anyRangeComesBackFromAnyCopy() {
    Stored stored = fixture.store(random, 100_000, 1_500_000, 33);
    for (int round = 0; round < 200; round++) {
      int other = random.nextInt(3);
      down((other + 1) % 3, (other + 2) % 3);
      Extent extent = stored.extents().get(round % 3);
      int from = random.nextInt(extent.plain().length);
      int length = random.nextInt(Math.min(200_000, extent.plain().length - from) + 1);
      assertArrayEquals(
          Arrays.copyOfRange(extent.plain(), from, from + length),
          fixture.read(fixture.reader(), stored.stripe(), extent, from, length),
          "seed " + SEED + ", " + length + " bytes from " + from + ", archive " + other);
    }
  }

  @Test
  void aRangeReadTouchesOnlyTheBlocksItNeeds() {
    Stored stored = fixture.store(random, 4_000_000);
    for (int[] gone : new int[][] {{}, {0, 2}}) {
      down(gone);
      fixture.backends.forEach(backend -> backend.bytesRead.set(0));
      fixture.read(fixture.reader(), stored.stripe(), stored.extents().get(0), 3_000_000, 100);
      long read = fixture.backends.stream().mapToLong(backend -> backend.bytesRead.get()).sum();
      assertEquals(65_552, read);
    }
  }

  @Test
  void everyBitFlipIsNamedAndMendedByteForByte() throws IOException {
    Stripe stripe = fixture.store(random, 20_000, 300).stripe();
    byte[][] before = shards(stripe);
    for (int round = 0; round < 300; round++) {
      Map<Integer, Problem> expected = new TreeMap<>();
      for (int shard : new int[] {random.nextInt(3), random.nextInt(3)}) {
        int bit = random.nextInt(8 * before[shard].length);
        byte[] bad = before[shard].clone();
        bad[bit / 8] ^= (byte) (1 << (bit % 8));
        boolean forger = random.nextBoolean() && bit / 8 < 216 && bit / 8 >= 8;
        if (forger) {
          Fixture.forge(bad);
        }
        fixture.change(stripe, shard, bad);
        expected.put(shard, forger ? Problem.TAMPERED : Problem.DAMAGED);
      }
      String where = "seed " + SEED + ", round " + round + ", " + expected;
      assertEquals(expected, audit(stripe), where);
      assertMended(stripe, before, where);
      assertEquals(Map.of(), audit(stripe), where);
    }
  }

  @Test
  void theLiarIsNamedAndReadsStayRight() throws IOException {
    for (int liar = 0; liar < 3; liar++) {
      Stored stored = fixture.store(random, 400_000);
      Stripe stripe = stored.stripe();
      byte[][] before = shards(stripe);
      flip(stripe, liar, 8 * 777, true);
      fixture.found.clear();
      assertReadable(stored, "liar " + liar);
      assertEquals(
          liar == 0 ? List.of(0) : List.of(),
          fixture.found.stream().map(ShardProblem::index).toList(),
          "whom nobody asks nobody accuses");
      assertEquals(Map.of(liar, Problem.TAMPERED), audit(stripe));
      assertMended(stripe, before, "liar " + liar);
    }
  }

  @Test
  void anArchiveThatLiesInPartsOnlyIsNamed() {
    Stored stored = fixture.store(random, 1_000_000);
    fixture.holder(stored.stripe(), 0).lieInParts = true;
    assertReadable(stored, "one lies");
    assertEquals(List.of(0), fixture.found.stream().map(ShardProblem::index).toList());
    assertEquals(Problem.TAMPERED, fixture.found.get(0).problem());
  }

  @Test
  void swappedCopiesAreMisplaced() throws IOException {
    Stored one = fixture.store(random, 50_000);
    Stored two = fixture.store(random, 50_000);
    byte[][] before = shards(one.stripe());
    fixture.change(one.stripe(), 0, before[1]);
    fixture.change(one.stripe(), 1, fixture.shard(two.stripe(), 1));
    assertReadable(one, "swapped");
    assertEquals(Map.of(0, Problem.MISPLACED, 1, Problem.MISPLACED), audit(one.stripe()));
    assertMended(one.stripe(), before, "swapped");
  }

  @Test
  void damageOfAllCopiesInDifferentPlacesIsMended() throws IOException {
    Stored stored = fixture.store(random, 3 << 20);
    Stripe stripe = stored.stripe();
    byte[][] before = shards(stripe);
    for (int i = 0; i < 3; i++) {
      flip(stripe, i, i * CHUNK_BITS + 5, false); // checksums tell
      flip(stripe, i, 7 * CHUNK_BITS + 9 * i, false); // only a majority tells
    }
    assertReadable(stored, "damaged");
    assertEquals(3, fixture.found.size(), fixture.found.toString());
    assertMended(stripe, before, "damaged");
  }

  @Test
  void forgersInDifferentPlacesAreOutvoted() throws IOException {
    Stripe stripe = fixture.store(random, 3 << 20).stripe();
    byte[][] before = shards(stripe);
    for (int i = 0; i < 3; i++) {
      flip(stripe, i, i * CHUNK_BITS, true);
    }
    assertMended(stripe, before, "forged");
  }

  @Test
  void aLiarIsNotBelievedWhereTheOthersAreDamaged() throws IOException {
    Stored stored = fixture.store(random, 3 << 20);
    Stripe stripe = stored.stripe();
    byte[][] before = shards(stripe);
    flip(stripe, 0, 2 * CHUNK_BITS, true);
    flip(stripe, 1, 2 * CHUNK_BITS + 99, false);
    flip(stripe, 2, 5 * CHUNK_BITS, false);
    assertReadable(stored, "a liar and two damaged");
    assertMended(stripe, before, "a liar and two damaged");
  }

  @Test
  void authenticCopiesThatDifferAreNoticed() throws IOException {
    Stripe stripe = fixture.store(random, 30_000).stripe();
    byte[] payload = new byte[stripe.row().shardLength()];
    random.nextBytes(payload);
    ByteBuffer record = ByteBuffer.allocate(ShardRecord.recordLength(payload.length));
    for (ByteBuffer part :
        ShardRecord.encode(
            fixture.keys.shards(),
            stripe.name(2),
            Stripe.header(stripe.row(), fixture.keys, 0, 2),
            payload,
            0)) {
      record.put(part);
    }
    fixture.change(stripe, 2, record.array());
    assertEquals(Map.of(2, Problem.TAMPERED), audit(stripe));
  }

  @Test
  void aHeaderThatDeniesTheMaskIsNotOfThisStripe() throws IOException {
    Stripe stripe = fixture.store(random, 30_000).stripe();
    ShardHeader header = Stripe.header(stripe.row(), fixture.keys, 0, 1);
    assertTrue(stripe.agrees(header, 1) && header.masked());
    ShardHeader other =
        new ShardHeader(
            header.role(),
            header.stripe(),
            1,
            header.scheme(),
            header.payloadLength(),
            header.group(),
            header.keyVersion(),
            header.epoch(),
            header.sequence(),
            header.head(),
            false);
    assertEquals(false, stripe.agrees(other, 1));
  }

  @Test
  void twoCopiesAreAQuorumAndOneIsNot() {
    down(1);
    Stored stored = fixture.store(random, 5000);
    assertEquals(1, stored.result().missing());
    down(1, 2);
    ArchiveUnavailableException e =
        assertThrows(ArchiveUnavailableException.class, () -> fixture.store(random, 5000));
    assertTrue(e.toString().contains("2 are needed"), e.toString());
    down(0, 1);
    assertReadable(stored, "from one copy");
    down();
    Restoration done = fixture.restorer.restore(stored.stripe(), ALL);
    assertEquals(1, done.restored().size());
    assertEquals(Map.of(), audit(stored.stripe()));
  }

  @Test
  void aCopyThatGoesToASpareArchiveHasTheMaskOfItsNewName() {
    try (Fixture spare = new Fixture("replicate:3", 5, 2)) {
      spare.backends.get(1).down = "unplugged";
      spare.backends.get(2).full = true;
      for (int i = 0; i < 20; i++) {
        Stored stored = spare.store(random, 10_000);
        assertEquals(0, stored.result().missing());
        assertEquals(List.of(), spare.auditor.audit(stored.stripe()).problems());
        Extent extent = stored.extents().get(0);
        assertArrayEquals(extent.plain(), spare.read(spare.reader(), stored.stripe(), extent));
      }
    }
  }
}
