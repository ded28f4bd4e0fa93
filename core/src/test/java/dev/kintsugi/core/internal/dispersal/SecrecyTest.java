package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.archive.ShardName;
import dev.kintsugi.core.internal.format.v1.ShardPrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What archives can learn from the bytes they hold, alone and together. */
@Timeout(300)
final class SecrecyTest {
  private static final byte[] TEXT =
      "It was the best of times, it was the worst of times. ".getBytes(StandardCharsets.US_ASCII);

  private static byte[] text(int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = TEXT[i % TEXT.length];
    }
    return text;
  }

  /** Everything that archives hold, as they hold it. */
  private static List<List<byte[]>> holdings(Fixture fixture) throws IOException {
    List<List<byte[]>> all = new ArrayList<>();
    for (int archive = 0; archive < fixture.backends.size(); archive++) {
      List<byte[]> records = new ArrayList<>();
      for (ShardName name : fixture.backends.get(archive).names()) {
        records.add(fixture.backends.get(archive).bytes(name));
      }
      all.add(records);
    }
    return all;
  }

  /**
   * Counts runs of eight bytes that occur more than once, anywhere. The first eight bytes of every
   * record (magic, version, header length) and its payload length are the same in all vaults of the
   * world, or follow from the record's size, and are left out.
   */
  private static int repeats(Iterable<List<byte[]>> holdings) {
    Set<Long> seen = new HashSet<>();
    int repeats = 0;
    for (List<byte[]> records : holdings) {
      for (byte[] record : records) {
        ByteBuffer bytes = ByteBuffer.wrap(record);
        for (int i = 8; i + 8 <= record.length; i++) {
          boolean lengthField = i > ShardPrefix.LENGTH - 16 && i < ShardPrefix.LENGTH;
          if (!lengthField && !seen.add(bytes.getLong(i))) {
            repeats++;
          }
        }
      }
    }
    return repeats;
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "replicate:3", "rs:1+2", "lrc:2+2+2"})
  void noValueOccursTwiceInAllArchivesTogether(String scheme) throws IOException {
    try (Fixture fixture = new Fixture(scheme, Scheme.parse(scheme).totalShards(), 1)) {
      for (int length : new int[] {1, 100, 100, 20_000, 140_000}) {
        fixture.store(List.of(text(length), text(length)));
      }
      assertEquals(0, repeats(holdings(fixture)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"replicate:3", "rs:1+2", "lrc:2+2+2"})
  void withoutMasksCopiesWouldBeFound(String scheme) throws IOException {
    try (Fixture fixture = new Fixture(scheme, Scheme.parse(scheme).totalShards(), 1)) {
      Stripe stripe = fixture.store(List.of(text(20_000), text(20_000))).stripe();
      assertEquals(0, repeats(holdings(fixture)));
      for (int i = 0; i < stripe.shards().size(); i++) {
        byte[] record = fixture.shard(stripe, i);
        stripe.maskRecord(fixture.keys, i, record);
        fixture.change(stripe, i, record);
      }
      assertTrue(repeats(holdings(fixture)) > 20_000, "the copies have nothing in common");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"replicate:3", "rs:1+2:cauchy", "lrc:2+2+2", "rs:4+2"})
  void ofMaskedShardsNotEvenAllTogetherShowThatTheyBelongTogether(String scheme)
      throws IOException {
    try (Fixture fixture = new Fixture(scheme, Scheme.parse(scheme).totalShards(), 1)) {
      Stripe stripe = fixture.store(List.of(text(100_000))).stripe();
      byte[][] rows = new byte[stripe.shards().size()][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = fixture.shard(stripe, i);
      }
      boolean related =
          fixture.scheme.code().verify(rows, ShardPrefix.LENGTH, stripe.row().shardLength());
      assertEquals(!fixture.scheme.masked(), related);
      for (int i = 0; i < rows.length; i++) {
        stripe.maskRecord(fixture.keys, i, rows[i]);
      }
      assertTrue(
          fixture.scheme.code().verify(rows, ShardPrefix.LENGTH, stripe.row().shardLength()),
          "the relation is there to be found");
    }
  }

  @Test
  void paddingWithZerosWouldBeFound() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      fixture.store(List.of(text(140_000)));
      List<List<byte[]>> holdings = holdings(fixture);
      assertEquals(0, repeats(holdings));
      // What zero padding would leave at the end of two data shards.
      for (int archive : new int[] {0, 1}) {
        byte[] record = holdings.get(archive).get(0);
        Arrays.fill(record, record.length - 40, record.length - 20, (byte) 0);
      }
      assertTrue(repeats(holdings) > 0, "the search above cannot find anything");
    }
  }

  @Test
  void noPlaintextIsInAnyShard() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      byte[] plain = text(200_000);
      fixture.store(List.of(plain, "secret-name.txt".getBytes(StandardCharsets.US_ASCII)));
      Set<Long> words = new HashSet<>();
      for (int i = 0; i + 8 <= plain.length; i++) {
        words.add(ByteBuffer.wrap(plain).getLong(i));
      }
      words.add(ByteBuffer.wrap("secret-n".getBytes(StandardCharsets.US_ASCII)).getLong());
      words.add(ByteBuffer.wrap("rs:4+2\0\0".getBytes(StandardCharsets.US_ASCII)).getLong());
      for (List<byte[]> records : holdings(fixture)) {
        for (byte[] record : records) {
          assertFalse(contains(record, words));
        }
      }
      byte[] leak = new byte[500];
      System.arraycopy(plain, 3, leak, 101, 30);
      assertTrue(contains(leak, words), "the search above cannot find anything");
    }
  }

  private static boolean contains(byte[] bytes, Set<Long> words) {
    for (int i = 0; i + 8 <= bytes.length; i++) {
      if (words.contains(ByteBuffer.wrap(bytes).getLong(i))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void sizesArePadded() throws IOException {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1)) {
      Random random = new Random(0x5eed);
      Set<Integer> sizes = new TreeSet<>();
      for (int i = 0; i < 200; i++) {
        fixture.store(random, 100_000 + random.nextInt(20_000));
      }
      for (List<byte[]> records : holdings(fixture)) {
        records.forEach(record -> sizes.add(record.length));
      }
      assertTrue(sizes.size() <= 8, "200 lengths became " + sizes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:4+2", "replicate:3"})
  void everyByteOfAShardLooksRandom(String scheme) throws IOException {
    try (Fixture fixture = new Fixture(scheme, Scheme.parse(scheme).totalShards(), 1)) {
      fixture.store(List.of(new byte[3_000_000])); // zeros, the worst plaintext there is
      for (List<byte[]> records : holdings(fixture)) {
        byte[] record = records.get(0);
        int[] counts = new int[256];
        int from = ShardPrefix.LENGTH;
        for (int i = from; i < record.length; i++) {
          counts[record[i] & 0xff]++;
        }
        double expected = (record.length - from) / 256.0;
        double chi = 0;
        for (int count : counts) {
          chi += (count - expected) * (count - expected) / expected;
        }
        // 255 degrees of freedom: mean 255, standard deviation 22.6.
        assertTrue(chi < 255 + 8 * 22.6, "chi squared is " + chi);
      }
    }
  }
}
