package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.internal.gf.Combinations;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReedSolomonTest {
  @ParameterizedTest
  @CsvSource({"6,3,VANDERMONDE", "6,3,CAUCHY", "6,3,POWERS", "4,4,VANDERMONDE", "4,4,CAUCHY"})
  void everyPatternOfErasuresIsDecodedOrRefused(int k, int m, Construction construction) {
    long seed = 63;
    Random random = new Random(seed);
    ReedSolomon code = ReedSolomon.of(k, m, construction);
    int n = k + m;
    byte[][] original = Samples.encoded(code, random, 37);
    for (int pattern = 0; pattern < 1 << n; pattern++) {
      boolean[] present = new boolean[n];
      byte[][] shards = Samples.random(random, n, 37);
      for (int i = 0; i < n; i++) {
        present[i] = (pattern >> i & 1) != 0;
        if (present[i]) {
          shards[i] = original[i].clone();
        }
      }
      boolean enough = Integer.bitCount(pattern) >= k;
      assertEquals(enough, code.decodable(BitSet.valueOf(new long[] {pattern})));
      if (enough) {
        code.reconstruct(shards, present, 0, 37);
        for (int i = 0; i < n; i++) {
          assertArrayEquals(original[i], shards[i], "present " + Arrays.toString(present));
        }
      } else {
        byte[][] before = Samples.copy(shards);
        TooFewShardsException e =
            assertThrows(
                TooFewShardsException.class, () -> code.reconstruct(shards, present, 0, 37));
        assertEquals(k, e.needed());
        assertEquals(Integer.bitCount(pattern), e.present());
        assertArrayEquals(before, shards);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"17,3", "10,4"})
  void randomPatternsOfWideCodesAreDecodedOrRefused(int k, int m) {
    int rounds = Boolean.getBoolean("kintsugi.campaign") ? 100_000 : 2_000;
    ReedSolomon code = ReedSolomon.of(k, m);
    int n = k + m;
    Random random = new Random(17);
    byte[][] original = Samples.encoded(code, random, 24);
    for (int round = 0; round < rounds; round++) {
      boolean[] present = Samples.without(n);
      byte[][] shards = original.clone();
      int lost = 0;
      for (int draw = random.nextInt(m + 2); draw > 0; draw--) {
        int shard = random.nextInt(n);
        lost += present[shard] ? 1 : 0;
        present[shard] = false;
        shards[shard] = new byte[24];
      }
      if (lost <= m) {
        code.reconstruct(shards, present, 0, 24);
        assertArrayEquals(original, shards, Arrays.toString(present));
      } else {
        assertThrows(TooFewShardsException.class, () -> code.reconstruct(shards, present, 0, 24));
      }
    }
  }

  @Test
  void reconstructsOnlyWhatIsWantedAndIgnoresTheRest() {
    ReedSolomon code = ReedSolomon.of(4, 3);
    byte[][] original = Samples.encoded(code, new Random(5), 64);
    byte[][] shards = Samples.copy(original);
    shards[1] = new byte[64];
    shards[4] = new byte[64];
    shards[6] = null;
    boolean[] present = Samples.without(7, 1, 4, 6);
    code.reconstruct(shards, present, Samples.only(7, 4), 0, 64);
    assertArrayEquals(original[4], shards[4]);
    assertArrayEquals(new byte[64], shards[1]);
    code.reconstruct(shards, present, Samples.only(7, 0, 1), 0, 64);
    assertArrayEquals(original[1], shards[1]);
    assertArrayEquals(original[0], shards[0]);
  }

  @Test
  void wantingOnlyPresentShardsNeedsNothing() {
    ReedSolomon code = ReedSolomon.of(4, 2);
    byte[][] shards = new byte[6][];
    shards[3] = new byte[] {9};
    code.reconstruct(shards, Samples.only(6, 3), Samples.only(6, 3), 0, 1);
    assertArrayEquals(new byte[] {9}, shards[3]);
  }

  @Test
  void touchesOnlyTheRange() {
    ReedSolomon code = ReedSolomon.of(3, 2);
    byte[][] shards = Samples.random(new Random(11), 5, 50);
    byte[][] before = Samples.copy(shards);
    code.encode(shards, 10, 20);
    assertTrue(code.verify(shards, 10, 20));
    assertFalse(code.verify(shards, 9, 21));
    assertFalse(code.verify(shards, 10, 21));
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 50; j++) {
        if (i < 3 || j < 10 || j >= 30) {
          assertEquals(before[i][j], shards[i][j]);
        }
      }
    }
    byte[][] damaged = Samples.copy(shards);
    Arrays.fill(damaged[1], (byte) 0);
    code.reconstruct(damaged, Samples.without(5, 1), 10, 20);
    assertArrayEquals(
        Arrays.copyOfRange(shards[1], 10, 30), Arrays.copyOfRange(damaged[1], 10, 30));
    assertEquals(0, damaged[1][9]);
    assertEquals(0, damaged[1][30]);
  }

  @Test
  void verifyNoticesEveryFlippedBit() {
    ReedSolomon code = ReedSolomon.of(3, 2);
    byte[][] shards = Samples.encoded(code, new Random(12), 9);
    assertTrue(code.verify(shards, 0, 9));
    for (byte[] shard : shards) {
      for (int bit = 0; bit < 72; bit++) {
        shard[bit / 8] ^= (byte) (1 << bit % 8);
        assertFalse(code.verify(shards, 0, 9));
        shard[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
  }

  @Test
  void verifyReadsLongShardsToTheirEnd() {
    ReedSolomon code = ReedSolomon.of(2, 1);
    byte[][] shards = Samples.encoded(code, new Random(13), 20_001);
    assertTrue(code.verify(shards, 0, 20_001));
    shards[0][20_000] ^= 1;
    assertFalse(code.verify(shards, 0, 20_001));
  }

  @ParameterizedTest
  @EnumSource(value = Construction.class, names = "POWERS", mode = EnumSource.Mode.EXCLUDE)
  void widestCodesDecode(Construction construction) {
    for (int m : new int[] {1, 3, 20}) {
      Random random = new Random(m);
      ReedSolomon code = ReedSolomon.of(255 - m, m, construction);
      byte[][] original = Samples.encoded(code, random, 5);
      byte[][] shards = Samples.copy(original);
      boolean[] present = Samples.without(255);
      for (int lost = 0; lost < m; lost++) {
        int shard = random.nextInt(255);
        present[shard] = false;
        shards[shard] = new byte[5];
      }
      code.reconstruct(shards, present, 0, 5);
      assertArrayEquals(original, shards);
    }
  }

  @Test
  void manyPatternsKeepTheCacheBounded() {
    ReedSolomon code = ReedSolomon.of(20, 4);
    byte[][] original = Samples.encoded(code, new Random(3), 3);
    for (int i = 0; i < 24; i++) {
      for (int j = 0; j < i; j++) {
        byte[][] shards = Samples.copy(original);
        shards[i] = new byte[3];
        shards[j] = new byte[3];
        code.reconstruct(shards, Samples.without(24, i, j), 0, 3);
        assertArrayEquals(original, shards);
      }
    }
    assertEquals(DecodeCache.CAPACITY, code.cachedPlans());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 255, 256})
  void refusesBadNumbersOfDataShards(int k) {
    assertRefused("dataShards (" + k + ")", () -> ReedSolomon.of(k, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 246, Integer.MAX_VALUE})
  void refusesBadNumbersOfParityShards(int m) {
    assertRefused("parityShards (" + m + ")", () -> ReedSolomon.of(10, m));
  }

  @Test
  void refusesConstructionsThatAreNotMds() {
    assertTrue(hasOnlyInvertibleMinors(ReedSolomon.of(21, 4, Construction.POWERS)));
    assertTrue(hasOnlyInvertibleMinors(ReedSolomon.of(5, 5, Construction.POWERS)));
    assertTrue(hasOnlyInvertibleMinors(ReedSolomon.of(40, 3, Construction.POWERS)));
    assertTrue(hasOnlyInvertibleMinors(ReedSolomon.of(4, 21, Construction.POWERS)));
    assertRefused("22+4", () -> ReedSolomon.of(22, 4, Construction.POWERS));
    assertThrows(IllegalArgumentException.class, () -> ReedSolomon.of(21, 5, Construction.POWERS));
    assertThrows(IllegalArgumentException.class, () -> ReedSolomon.of(20, 6, Construction.POWERS));
  }

  /** Whether the loss of any m shards is decodable, tried one by one. */
  private static boolean hasOnlyInvertibleMinors(ReedSolomon code) {
    int n = code.totalShards();
    int[] lost = Rows.range(0, code.parityShards());
    do {
      BitSet present = new BitSet();
      present.set(0, n);
      for (int shard : lost) {
        present.clear(shard);
      }
      if (!code.decodable(present)) {
        return false;
      }
    } while (Combinations.next(lost, n));
    return true;
  }

  @Test
  void refusesBadShapesNamingTheArgument() {
    ReedSolomon code = ReedSolomon.of(2, 2);
    byte[][] shards = new byte[4][8];
    boolean[] present = Samples.without(4, 0);
    assertRefused("shards.length (3)", () -> code.encode(new byte[3][8], 0, 8));
    assertRefused("offset (-1)", () -> code.encode(shards, -1, 8));
    assertRefused("length (-1)", () -> code.encode(shards, 0, -1));
    assertRefused("offset (1) + length (8)", () -> code.encode(shards, 1, 8));
    assertRefused(
        "offset (2147483647) + length (2147483647)",
        () -> code.verify(shards, Integer.MAX_VALUE, Integer.MAX_VALUE));
    byte[][] uneven = {new byte[8], new byte[8], new byte[9], new byte[8]};
    assertRefused(
        "shards[2].length (9) must be that of shards[0] (8)", () -> code.encode(uneven, 0, 8));
    byte[][] hole = {new byte[8], null, new byte[8], new byte[8]};
    assertRefused("shards[1] must not be null", () -> code.encode(hole, 0, 8));
    assertRefused("shards[1] must not be null", () -> code.verify(hole, 0, 8));
    assertRefused("shards[1] must not be null", () -> code.reconstruct(hole, present, 0, 8));
    byte[] one = new byte[8];
    byte[][] twice = {one, new byte[8], one, new byte[8]};
    assertRefused("shards[0] and shards[2] must not be the same", () -> code.encode(twice, 0, 8));
    assertRefused(
        "shards[0] and shards[2] must not be the same",
        () -> code.reconstruct(twice, present, 0, 8));
    assertRefused("present.length (3)", () -> code.reconstruct(shards, new boolean[3], 0, 8));
    assertRefused(
        "wanted.length (5)", () -> code.reconstruct(shards, present, new boolean[5], 0, 8));
    BitSet tooHigh = new BitSet();
    tooHigh.set(4);
    assertRefused("present ({4})", () -> code.decodable(tooHigh));
  }

  @Test
  void codesAreValues() {
    assertEquals("rs:4+2", ReedSolomon.of(4, 2).toString());
    assertEquals("rs:4+2:cauchy", ReedSolomon.of(4, 2, Construction.CAUCHY).toString());
    for (String name : new String[] {"rs:4+2", "rs:10+4:cauchy", "rs:6+3:powers", "rs:1+254"}) {
      ErasureCode code = ErasureCodes.parse(name);
      assertEquals(name, code.toString());
      assertEquals(code, ErasureCodes.parse(name));
      assertEquals(code.hashCode(), ErasureCodes.parse(name).hashCode());
    }
    assertNotEquals(ErasureCodes.parse("rs:4+2"), ErasureCodes.parse("rs:4+2:cauchy"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rs",
        "rs:",
        "rs:4",
        "rs:4+",
        "rs:+2",
        "rs:4+2:",
        "rs:4+2:magic",
        "rs:0+1",
        "rs:1+0",
        "RS:4+2",
        "rs:4+2 ",
        "rs:-4+2",
        "rs:9999999999+1",
        "rs:200+56",
        "rs:٤+2"
      })
  void malformedNamesAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> ErasureCodes.parse(name));
  }
}
