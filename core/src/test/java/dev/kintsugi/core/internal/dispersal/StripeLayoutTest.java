package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.core.internal.format.v1.ExtentAddress;
import dev.kintsugi.core.internal.format.v1.Padme;
import dev.kintsugi.crypto.ExtentSealer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StripeLayoutTest {
  private static final List<Scheme> SCHEMES =
      List.of(
          Scheme.parse("rs:2+1"),
          Scheme.parse("rs:3+2"),
          Scheme.parse("rs:4+2"),
          Scheme.parse("rs:10+4"),
          Scheme.parse("rs:200+55"));

  @Test
  void blocksNeverOverlapOrStraddleAndFollowFromTheAddressAlone() {
    long seed = 0x5eed_1a70L;
    Random random = new Random(seed);
    for (int round = 0; round < 400; round++) {
      Scheme scheme = SCHEMES.get(random.nextInt(SCHEMES.size()));
      List<Integer> lengths = lengths(random, scheme);
      StripeLayout layout = StripeLayout.of(scheme, lengths);
      String where = "seed " + seed + ", round " + round + ", " + scheme + " " + lengths;
      BitSet[] taken = new BitSet[scheme.dataShards()];
      int shard = 0;
      int end = 0;
      for (int e = 0; e < lengths.size(); e++) {
        int sealed = 0;
        for (BlockPosition at :
            StripeLayout.blocks(
                scheme.dataShards(),
                layout.shardLength(),
                layout.addresses().get(e),
                lengths.get(e))) {
          assertTrue(at.offset() >= 0 && at.length() > 0, where);
          assertTrue(at.offset() + at.length() <= layout.shardLength(), where);
          assertTrue(at.shard() > shard || (at.shard() == shard && at.offset() == end), where);
          assertTrue(at.shard() == shard || at.offset() == 0, where);
          shard = at.shard();
          end = at.offset() + at.length();
          sealed += at.length();
          if (taken[shard] == null) {
            taken[shard] = new BitSet();
          }
          assertEquals(-1, next(taken[shard], at.offset(), end), where);
          taken[shard].set(at.offset(), end);
        }
        assertEquals(ExtentSealer.sealedLength(lengths.get(e)), sealed, where);
      }
      for (int s = 0; s < scheme.dataShards(); s++) {
        assertEquals(taken[s] == null ? 0 : taken[s].length(), layout.used().get(s), where);
      }
    }
  }

  private static int next(BitSet bits, int from, int to) {
    int set = bits.nextSetBit(from);
    return set < to ? set : -1;
  }

  @Test
  void theShardLengthIsTheLeastThatWorksPadded() {
    long seed = 0x5eed_1ea5L;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Scheme scheme = SCHEMES.get(random.nextInt(3));
      List<Integer> lengths = lengths(random, scheme);
      StripeLayout layout = StripeLayout.of(scheme, lengths);
      int least = 1;
      while (!fits(scheme, least, lengths)) {
        least += Math.max(1, least / 4096); // coarse is exact enough for the comparison below
      }
      long padded = Math.min(scheme.fullShardLength(), Padme.padded(least));
      assertTrue(layout.shardLength() <= padded, "seed " + seed + ", round " + round);
      assertTrue(
          layout.shardLength() == scheme.fullShardLength()
              || Padme.padded(layout.shardLength()) == layout.shardLength(),
          "seed " + seed + ", round " + round + ": not padded");
    }
  }

  private static boolean fits(Scheme scheme, int shardLength, List<Integer> lengths) {
    StripeFill filler = new StripeFill(scheme.dataShards(), shardLength);
    return lengths.stream().allMatch(filler::add);
  }

  @Test
  void oneFullExtentFillsAFullStripeExactly() {
    for (Scheme scheme : SCHEMES) {
      StripeLayout layout = StripeLayout.of(scheme, List.of(scheme.capacity()));
      assertEquals(scheme.fullShardLength(), layout.shardLength());
      for (int used : layout.used()) {
        assertEquals(scheme.fullShardLength(), used);
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> StripeLayout.of(scheme, List.of(scheme.capacity() + 1)));
    }
  }

  @Test
  void anExampleComesOutAsDocumented() {
    StripeLayout layout = StripeLayout.of(Scheme.parse("rs:2+1"), List.of(44, 34, 24));
    assertEquals(96, layout.shardLength());
    assertEquals(
        List.of(new ExtentAddress(0, 0), new ExtentAddress(1, 0), new ExtentAddress(1, 50)),
        layout.addresses());
    assertEquals(List.of(60, 90), layout.used());
  }

  @Test
  void schemesThatDoNotExistAreRefused() {
    for (String bad : List.of("replicate:1", "lrc:12+5+2", "rs:4", "nonsense", "rs:200+56")) {
      assertThrows(IllegalArgumentException.class, () -> Scheme.parse(bad), bad);
    }
    assertEquals(4, Scheme.parse("raid6:4").dataShards());
    assertEquals(32, Scheme.parse("rs:4+2").blocksPerShard());
    assertEquals(1, Scheme.parse("rs:200+55").blocksPerShard());
    assertEquals(8 << 20, Scheme.parse("rs:4+2").capacity());
  }

  @Test
  void buildersRefuseWhatDoesNotFitAndWrongOrder() {
    try (Fixture fixture = new Fixture("rs:4+2", 6, 1);
        StripeBuilder builder = fixture.writer.builder()) {
      assertThrows(IllegalStateException.class, builder::shardLength);
      builder.reserve(fixture.scheme.capacity() - 65_536);
      assertTrue(builder.fits(65_536));
      assertFalse(builder.fits(65_537));
      assertThrows(IllegalArgumentException.class, () -> builder.reserve(65_537));
      builder.reserve(1);
      assertThrows(IllegalStateException.class, builder::completed);
      assertEquals(new ExtentAddress(0, 0), builder.address(0));
      assertThrows(IllegalStateException.class, () -> builder.reserve(1));
      assertThrows(IllegalArgumentException.class, () -> builder.put(1, new byte[18]));
    }
  }

  private static List<Integer> lengths(Random random, Scheme scheme) {
    List<Integer> lengths = new ArrayList<>();
    StripeFill filler = new StripeFill(scheme.dataShards(), scheme.fullShardLength());
    int most = 1 << random.nextInt(23);
    int count = 1 + random.nextInt(60);
    while (lengths.size() < count) {
      int length = random.nextInt(Math.min(most, scheme.capacity()) + 1);
      if (!filler.fits(length)) {
        break;
      }
      filler.add(length);
      lengths.add(length);
    }
    if (lengths.isEmpty()) {
      lengths.add(1);
    }
    return lengths;
  }
}
