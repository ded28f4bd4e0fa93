package dev.kintsugi.core.internal.dispersal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchemeTest {
  @ParameterizedTest
  @CsvSource({
    "rs:4+2, 4, 6, 4",
    "rs:4+2:cauchy, 4, 6, 4",
    "raid6:4, 4, 6, 4",
    "raid5:4, 4, 5, 4",
    "replicate:3, 1, 3, 1",
    "replicate:2, 1, 2, 1",
    "rs:1+2, 1, 3, 1",
    "lrc:4+2+2, 4, 8, 5",
    "lrc:12+2+2, 12, 16, 13"
  })
  void countsFollowFromTheCode(String name, int data, int total, int sufficient) {
    Scheme scheme = Scheme.parse(name);
    assertEquals(data, scheme.dataShards());
    assertEquals(total, scheme.totalShards());
    assertEquals(sufficient, scheme.sufficient());
    assertEquals(name, scheme.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicate:2",
        "replicate:3",
        "rs:1+2",
        "rs:1+2:cauchy",
        "raid6:1",
        "raid5:1",
        "lrc:4+4+1",
        "lrc:1+1+1",
        "lrc:2+2+2"
      })
  void shardsThatAreCopiesOfEachOtherAreMasked(String name) {
    assertTrue(Scheme.parse(name).masked());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rs:2+1", "rs:4+2", "raid6:2", "raid5:2", "lrc:4+2+1", "lrc:12+2+2"})
  void othersAreStoredAsTheyAreCoded(String name) {
    assertFalse(Scheme.parse(name).masked());
  }

  @Test
  void oneCopyOfAReplicaIsEnough() {
    Scheme scheme = Scheme.parse("replicate:3");
    assertEquals(2, scheme.redundancyLeft(Set.of(0, 1, 2)));
    assertEquals(0, scheme.redundancyLeft(Set.of(2)));
    assertEquals(-1, scheme.redundancyLeft(Set.of()));
    assertEquals(8 << 20, scheme.capacity());
  }

  @Test
  void asManyShardsAsSufficeAreDecodableWhicheverTheyAre() {
    Scheme scheme = Scheme.parse("lrc:12+2+2");
    int enough = 0;
    for (int set = 0; set < 1 << 16; set++) {
      if (Integer.bitCount(set) == scheme.sufficient()) {
        assertTrue(scheme.code().decodable(Scheme.bits(members(set))), members(set).toString());
        assertEquals(0, scheme.redundancyLeft(members(set)));
        enough++;
      }
    }
    assertEquals(560, enough);
  }

  @Test
  void fewerShardsThanSufficeAreJudgedOneByOne() {
    Scheme scheme = Scheme.parse("lrc:12+2+2");
    int decodable = 0;
    for (int set = 0; set < 1 << 16; set++) {
      if (Integer.bitCount(set) == 12) {
        boolean yes = scheme.decodable(members(set));
        assertEquals(yes ? 0 : -1, scheme.redundancyLeft(members(set)));
        decodable += yes ? 1 : 0;
      }
    }
    assertEquals(1568, decodable, "of 1820, the count known for maximally recoverable codes");
  }

  @Test
  void redundancyLeftCountsDownToZeroAndThenSaysNo() {
    Scheme scheme = Scheme.parse("rs:4+2");
    assertEquals(2, scheme.redundancyLeft(Set.of(0, 1, 2, 3, 4, 5)));
    assertEquals(1, scheme.redundancyLeft(Set.of(0, 2, 3, 4, 5)));
    assertEquals(0, scheme.redundancyLeft(Set.of(0, 2, 4, 5)));
    assertEquals(-1, scheme.redundancyLeft(Set.of(2, 4, 5)));
    assertEquals(-1, scheme.redundancyLeft(Set.of()));
    assertFalse(scheme.decodable(Set.of(2, 4, 5)));
  }

  private static List<Integer> members(int set) {
    List<Integer> members = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      if ((set >> i & 1) != 0) {
        members.add(i);
      }
    }
    return members;
  }
}
