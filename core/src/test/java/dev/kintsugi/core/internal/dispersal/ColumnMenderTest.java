package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kintsugi.core.UnrecoverableException;
import dev.kintsugi.core.internal.dispersal.StripeRestorer.Restoration;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import dev.kintsugi.core.internal.format.v1.ShardRecord;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ColumnMenderTest {
  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3, 4, 5);
  private static final int CHUNK_BITS = 8 * ShardRecord.CHUNK;

  private final Fixture fixture = new Fixture("rs:4+2", 6, 1);
  private Stripe stripe;
  private byte[][] before;

  @BeforeEach
  void store() throws IOException {
    // Twelve runs of 64 KiB in every shard.
    stripe = fixture.store(new Random(1), 3 << 20).stripe();
    before = shards();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private byte[][] shards() throws IOException {
    byte[][] shards = new byte[6][];
    for (int i = 0; i < 6; i++) {
      shards[i] = fixture.shard(stripe, i);
    }
    return shards;
  }

  private void flip(int index, int payloadBit, boolean forger) throws IOException {
    fixture.change(stripe, index, Fixture.flip(fixture.shard(stripe, index), payloadBit, forger));
  }

  private void assertRestored(Restoration result) throws IOException {
    assertEquals(List.of(), List.copyOf(result.pending().values()));
    byte[][] after = shards();
    for (int i = 0; i < 6; i++) {
      assertArrayEquals(before[i], after[i], "shard " + i);
    }
  }

  @Test
  void restoresEveryShardWhenAllAreDamagedInDifferentPlaces() throws IOException {
    for (int i = 0; i < 6; i++) {
      flip(i, i * CHUNK_BITS + 5, false);
    }
    Restoration result = fixture.restorer.restore(stripe, ALL);
    assertEquals(ALL, result.restored());
    assertRestored(result);
  }

  @Test
  void restoresWhenTwoShardsAreGoneAndTheOthersAreDamagedInHeaderOrChecksums() throws IOException {
    fixture.drop(stripe, 0);
    flip(1, 3 * CHUNK_BITS, false);
    byte[] header = before[2].clone();
    header[40] ^= 1;
    fixture.change(stripe, 2, header);
    byte[] checksum = before[3].clone();
    checksum[checksum.length - 1] ^= 1;
    fixture.change(stripe, 3, checksum);
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void restoresWhatNoChecksumTellsApartWithinARunOf64KiB() throws IOException {
    for (int i = 0; i < 6; i++) {
      flip(i, 2 * CHUNK_BITS + 9 * i, false);
    }
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void refusesWhereThreeShardsAreDamagedInTheSameByte() throws IOException {
    for (int i = 0; i < 3; i++) {
      flip(i, 2 * CHUNK_BITS + i, false);
    }
    byte[][] damaged = shards();
    assertThrows(
        UnrecoverableException.class, () -> fixture.restorer.restore(stripe, Set.of(0, 1, 2)));
    byte[][] after = shards();
    for (int i = 0; i < 6; i++) {
      assertArrayEquals(damaged[i], after[i], "shard " + i + " must be left as it was");
    }
  }

  @Test
  void forgedChecksumsDoNotSlipIntoWhatIsRestored() throws IOException {
    flip(0, 0, true);
    flip(1, CHUNK_BITS, false);
    flip(2, 2 * CHUNK_BITS, false);
    flip(3, 3 * CHUNK_BITS, false);
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void aForgerOfAWholeShardTakesNoOtherAlong() throws IOException {
    for (int chunk = 0; chunk < 12; chunk++) {
      flip(0, chunk * CHUNK_BITS, true);
    }
    flip(1, CHUNK_BITS, false);
    flip(2, 2 * CHUNK_BITS, false);
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void aShardWithoutHeaderCannotLie() throws IOException {
    byte[] liar = before[5].clone();
    liar[40] ^= 1;
    liar[ShardPrefix.LENGTH] ^= 1;
    Fixture.forge(liar);
    fixture.change(stripe, 5, liar);
    flip(0, CHUNK_BITS, false);
    flip(1, 2 * CHUNK_BITS, false);
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void forgersInDifferentPlacesAreLocatedByTheParityRelation() throws IOException {
    for (int i = 0; i < 6; i++) {
      if (i != 1 && i != 4) {
        flip(i, i * CHUNK_BITS, true);
      }
    }
    assertRestored(fixture.restorer.restore(stripe, ALL));
  }

  @Test
  void moreForgersThanParityInOnePlaceAreRefused() throws IOException {
    for (int i = 0; i < 3; i++) {
      flip(i, i, true);
    }
    assertThrows(
        UnrecoverableException.class, () -> fixture.restorer.restore(stripe, Set.of(0, 1, 2)));
  }

  @Test
  void readsWhenAllShardsAreDamagedInDifferentPlaces() throws IOException {
    Fixture.Stored stored = fixture.store(new Random(2), 3 << 20);
    for (int i = 0; i < 6; i++) {
      fixture.change(
          stored.stripe(),
          i,
          Fixture.flip(fixture.shard(stored.stripe(), i), i * CHUNK_BITS + 5, false));
    }
    Fixture.Extent extent = stored.extents().get(0);
    assertArrayEquals(extent.plain(), fixture.read(fixture.reader(), stored.stripe(), extent));
    assertEquals(6, fixture.found.size(), "every damaged shard is named: " + fixture.found);
  }
}
