package dev.kintsugi.erasure.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.GaloisField;
import dev.kintsugi.erasure.GaloisKernels;
import dev.kintsugi.erasure.audit.Location.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorLocatorTest {
  private static final boolean CAMPAIGN = Boolean.getBoolean("kintsugi.campaign");

  private static byte[][] encoded(ErasureCode code, Random random, int length) {
    byte[][] shards = new byte[code.totalShards()][length];
    for (byte[] shard : shards) {
      random.nextBytes(shard);
    }
    code.encode(shards, 0, length);
    return shards;
  }

  private static byte[][] copy(byte[][] shards) {
    return Arrays.stream(shards).map(byte[]::clone).toArray(byte[][]::new);
  }

  private static BitSet pick(Random random, int total, int count, BitSet except) {
    BitSet picked = new BitSet();
    while (picked.cardinality() < count) {
      int shard = random.nextInt(total);
      picked.set(shard, picked.get(shard) || !except.get(shard));
    }
    return picked;
  }

  /** Changes some bytes of a shard, at least count of them. */
  private static void damage(Random random, byte[] shard, int count) {
    for (int i = 0; i < count; i++) {
      shard[random.nextInt(shard.length)] ^= (byte) (1 + random.nextInt(255));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rs:4+2",
    "rs:6+3",
    "rs:10+4",
    "rs:10+4:cauchy",
    "rs:17+3:powers",
    "rs:8+8",
    "rs:50+20",
    "raid6:8",
    "replicate:5"
  })
  void upToMMinusSMinusOneWrongShardsAreLocatedAndCorrected(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    ErrorLocator locator = ErrorLocator.of(code);
    int m = code.parityShards();
    for (int erasures = 0; erasures < m; erasures++) {
      for (int errors = 0; errors < m - erasures; errors++) {
        for (int round = 0; round < (m > 8 ? 1 : 12); round++) {
          Random random = new Random(Objects.hash(erasures, errors, round));
          byte[][] original = encoded(code, random, 600);
          byte[][] shards = copy(original);
          BitSet erased = pick(random, shards.length, erasures, new BitSet());
          BitSet wrong = pick(random, shards.length, errors, erased);
          erased.stream().forEach(i -> shards[i] = null);
          wrong.stream().forEach(i -> damage(random, shards[i], 200));
          byte[][] before = shards.clone();
          Location location = locator.locate(shards, erased, 0, 600);
          String message = "%s erased %s wrong %s round %d".formatted(name, erased, wrong, round);
          assertArrayEquals(before, shards, message);
          if (errors == 0) {
            assertEquals("clean", location.toString(), message);
            continue;
          }
          assertEquals(Outcome.LOCATED, location.outcome(), message);
          assertEquals(wrong, location.shards(), message);
          erased.stream().forEach(i -> shards[i] = new byte[600]);
          locator.correct(shards, erased, location, 0, 600);
          assertArrayEquals(original, shards, message);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"rs:4+2", "rs:10+4", "rs:8+8", "raid6:8", "raid5:4", "replicate:3"})
  void moreWrongShardsAreNeverGuessed(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    ErrorLocator locator = ErrorLocator.of(code);
    int m = code.parityShards();
    for (int errors = m; errors <= code.totalShards(); errors++) {
      Random random = new Random(errors);
      byte[][] shards = encoded(code, random, 2000);
      BitSet wrong = pick(random, shards.length, errors, new BitSet());
      wrong.stream().forEach(i -> damage(random, shards[i], 500));
      assertEquals("ambiguous", locator.locate(shards, 0, 2000).toString(), name + " " + wrong);
    }
  }

  @Test
  void withAllParityErasedNothingCanBeSaid() {
    ErasureCode code = ErasureCodes.parse("rs:4+2");
    byte[][] shards = encoded(code, new Random(1), 10);
    BitSet erased = BitSet.valueOf(new long[] {0b000011});
    Location location = ErrorLocator.of(code).locate(shards, erased, 0, 10);
    assertEquals(Outcome.AMBIGUOUS, location.outcome());
    assertEquals(BitSet.valueOf(new long[] {0b111100}), location.unchecked());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void randomCasesOfTenPlusFourAreAllFound(int errors) {
    int rounds = CAMPAIGN ? 10_000 : 40;
    int length = 65_536;
    ErasureCode code = ErasureCodes.parse("rs:10+4");
    ErrorLocator locator = ErrorLocator.of(code);
    byte[][] original = encoded(code, new Random(0), length);
    byte[][] shards = copy(original);
    for (int round = 0; round < rounds; round++) {
      Random random = new Random(round);
      BitSet wrong = pick(random, 14, errors, new BitSet());
      // From errors so short that they fill few positions to shards that are wrong all over.
      int bytes = 4 << random.nextInt(14);
      wrong.stream().forEach(i -> damage(random, shards[i], bytes));
      Location location = locator.locate(shards, 0, length);
      assertEquals(Outcome.LOCATED, location.outcome(), "round " + round + " wrong " + wrong);
      assertEquals(wrong, location.shards(), "round " + round);
      wrong.stream().forEach(i -> System.arraycopy(original[i], 0, shards[i], 0, length));
    }
    assertEquals("clean", locator.locate(shards, 0, length).toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 18, 100, 255, 256, 1000, 4100, 20_000, 65_535})
  void errorsThatAreFarApartAreAllFound(int distance) {
    ErasureCode code = ErasureCodes.parse("rs:10+4");
    byte[][] shards = encoded(code, new Random(distance), 70_000);
    for (int start : new int[] {0, 3, 2000}) {
      byte[][] damaged = copy(shards);
      damaged[2][start] ^= 1;
      damaged[7][start + distance] ^= 5;
      damaged[11][start + 2 * distance > 69_999 ? 69_999 : start + 2 * distance] ^= 9;
      Location location = ErrorLocator.of(code).locate(damaged, 0, 70_000);
      assertEquals("located 2,7,11", location.toString(), "from " + start);
    }
  }

  /** Errors in the same single position are dependent: rank 1, whatever their number. */
  @ParameterizedTest
  @CsvSource({"rs:10+4, 2", "rs:8+8, 4", "rs:20+6, 3"})
  void dependentErrorsAreLocatedWithinHalfTheDistance(String name, int errors) {
    ErasureCode code = ErasureCodes.parse(name);
    ErrorLocator locator = ErrorLocator.of(code);
    for (int round = 0; round < 30; round++) {
      Random random = new Random(round);
      byte[][] shards = encoded(code, random, 100);
      BitSet wrong = pick(random, shards.length, errors, new BitSet());
      int position = random.nextInt(100);
      wrong.stream().forEach(i -> shards[i][position] ^= (byte) (1 + random.nextInt(255)));
      Location location = locator.locate(shards, 0, 100);
      assertEquals(wrong, location.shards(), "round " + round);
    }
  }

  @Test
  void equalErrorsInTooManyShardsAreBeyond() {
    ErasureCode code = ErasureCodes.parse("rs:20+7");
    byte[][] shards = encoded(code, new Random(9), 100);
    for (int i = 0; i < 6; i++) {
      shards[i * 3][50] ^= (byte) (i + 1);
    }
    assertEquals("beyond", ErrorLocator.of(code).locate(shards, 0, 100).toString());
  }

  @Test
  void locallyRepairableCodeLocatesAsFarAsItCan() {
    ErasureCode code = ErasureCodes.parse("lrc:12+2+2");
    ErrorLocator locator = ErrorLocator.of(code);
    for (int a = 0; a < 16; a++) {
      assertEquals(BitSet.valueOf(new long[] {1L << a}), locate(code, locator, a).shards());
      for (int b = 0; b < a; b++) {
        assertEquals(
            BitSet.valueOf(new long[] {1L << a | 1L << b}), locate(code, locator, a, b).shards());
      }
    }
    // Three shards of one group span all columns of the group.
    assertEquals(Outcome.AMBIGUOUS, locate(code, locator, 0, 3, 5).outcome());
    assertEquals(Outcome.AMBIGUOUS, locate(code, locator, 1, 2, 12).outcome());
    int located = 0;
    for (int a = 0; a < 16; a++) {
      for (int b = 0; b < a; b++) {
        for (int c = 0; c < b; c++) {
          Location location = locate(code, locator, a, b, c);
          BitSet wrong = BitSet.valueOf(new long[] {1L << a | 1L << b | 1L << c});
          if (location.outcome() == Outcome.LOCATED) {
            assertEquals(wrong, location.shards());
            located++;
          } else {
            assertEquals(Outcome.AMBIGUOUS, location.outcome(), wrong.toString());
          }
        }
      }
    }
    assertTrue(located > 200, "located " + located + " of 560");
  }

  /**
   * One wrong data shard z changes P by e and Q by 2^z · e, in every position: the logarithm of the
   * ratio names it. The general location must say the same of every shard and every width.
   */
  @Test
  void singleErrorsOfRaid6AreThoseThatTheRatioOfParityTells() {
    int[] log = new int[256];
    for (int z = 0, power = 1; z < 255; z++, power = GaloisField.multiply(power, 2)) {
      log[power] = z;
    }
    for (int k : new int[] {1, 2, 10, 100, 253}) {
      ErasureCode code = ErasureCodes.parse("raid6:" + k);
      ErrorLocator locator = ErrorLocator.of(code);
      Random random = new Random(k);
      byte[][] shards = encoded(code, random, 70);
      for (int wrong = 0; wrong < k + 2; wrong++) {
        byte[] original = shards[wrong].clone();
        int position = random.nextInt(70);
        shards[wrong][position] ^= (byte) (1 + random.nextInt(255));
        byte[][] computed = copy(shards);
        code.encode(computed, 0, 70);
        int p = (computed[k][position] ^ shards[k][position]) & 0xff;
        int q = (computed[k + 1][position] ^ shards[k + 1][position]) & 0xff;
        int told;
        if (p == 0 || q == 0) {
          told = p == 0 ? k + 1 : k;
        } else {
          told = log[GaloisField.divide(q, p)];
        }
        assertEquals(wrong, told);
        Location location = locator.locate(shards, 0, 70);
        assertEquals("located " + told, location.toString(), code.toString());
        locator.correct(shards, new BitSet(), location, 0, 70);
        assertArrayEquals(original, shards[wrong]);
      }
    }
  }

  private static Location locate(ErasureCode code, ErrorLocator locator, int... wrong) {
    Random random = new Random(Arrays.hashCode(wrong));
    byte[][] shards = encoded(code, random, 64);
    for (int shard : wrong) {
      damage(random, shards[shard], 20);
    }
    return locator.locate(shards, 0, 64);
  }

  @Test
  void shardsThatNoRelationChecksAreNamed() {
    ErasureCode code = ErasureCodes.parse("lrc:4+2+1");
    // Without local parity 5 and the global parity 6 nothing checks data shards 2 and 3.
    BitSet erased = BitSet.valueOf(new long[] {0b1100000});
    Location unnoticed = locateErased(code, erased, 2);
    assertEquals(Outcome.CLEAN, unnoticed.outcome());
    assertEquals(BitSet.valueOf(new long[] {0b0001100}), unnoticed.unchecked());
    assertEquals(Outcome.AMBIGUOUS, locateErased(code, erased, 0).outcome());
    assertEquals("located 2", locateErased(code, new BitSet(), 2).toString());
  }

  private static Location locateErased(ErasureCode code, BitSet erased, int wrong) {
    byte[][] shards = encoded(code, new Random(3), 50);
    damage(new Random(4), shards[wrong], 9);
    return ErrorLocator.of(code).locate(shards, erased, 0, 50);
  }

  @Test
  void piecesAddedOneByOneGiveTheAnswerOfTheWhole() {
    ErasureCode code = ErasureCodes.parse("rs:8+5");
    ErrorLocator locator = ErrorLocator.of(code);
    for (int round = 0; round < 60; round++) {
      Random random = new Random(round);
      int length = 1 + random.nextInt(200_000);
      byte[][] shards = encoded(code, random, length);
      BitSet erased = pick(random, 13, random.nextInt(3), new BitSet());
      BitSet wrong = pick(random, 13, random.nextInt(5), erased);
      erased.stream().forEach(i -> shards[i] = null);
      wrong.stream().forEach(i -> damage(random, shards[i], 1 + random.nextInt(9)));
      Location whole = locator.locate(shards, erased, 0, length);
      ErrorSearch search = locator.search(erased);
      ErrorSearch direct = locator.search(erased);
      for (int done = 0; done < length; ) {
        int count = Math.min(length - done, 1 + random.nextInt(90_000));
        search.add(shards, done, count);
        ByteBuffer[] buffers = new ByteBuffer[13];
        for (int i = 0; i < 13; i++) {
          if (shards[i] != null) {
            buffers[i] = ByteBuffer.allocateDirect(count).put(0, shards[i], done, count);
          }
        }
        direct.add(buffers);
        done += count;
      }
      assertEquals(whole, search.location(), "round " + round);
      assertEquals(whole, direct.location(), "round " + round);
    }
  }

  @Test
  void buffersAreLocatedAndCorrectedAsArraysAre() {
    ErasureCode code = ErasureCodes.parse("rs:8+5");
    ErrorLocator locator = ErrorLocator.of(code);
    for (int round = 0; round < 60; round++) {
      Random random = new Random(round);
      int length = 20 + random.nextInt(round < 50 ? 3000 : 200_000);
      byte[][] original = encoded(code, random, length);
      byte[][] shards = copy(original);
      BitSet erased = pick(random, 13, random.nextInt(3), new BitSet());
      BitSet wrong = pick(random, 13, random.nextInt(5), erased);
      wrong.stream().forEach(i -> damage(random, shards[i], 15));
      ByteBuffer[] buffers = new ByteBuffer[13];
      for (int i = 0; i < 13; i++) {
        int before = random.nextInt(5);
        ByteBuffer room =
            round % 3 == 0 || (round % 3 == 1 && random.nextBoolean())
                ? ByteBuffer.allocateDirect(before + length + 3)
                : ByteBuffer.allocate(before + length + 3);
        buffers[i] = room.position(before).limit(before + length).put(before, shards[i]);
      }
      ByteBuffer[] seen = buffers.clone();
      erased.stream().forEach(i -> seen[i] = null);
      seen[erased.nextClearBit(0)] = seen[erased.nextClearBit(0)].asReadOnlyBuffer();
      Location expected = locator.locate(shards, erased, 0, length);
      assertEquals(expected, locator.locate(seen, erased), "round " + round);
      if (erased.isEmpty()) {
        assertEquals(expected, locator.locate(seen), "round " + round);
      }
      if (expected.outcome() == Outcome.LOCATED) {
        locator.correct(buffers, erased, expected);
        for (int i = 0; i < 13; i++) {
          assertEquals(ByteBuffer.wrap(original[i]), buffers[i], "round " + round);
        }
      }
    }
  }

  @Test
  void everyKernelLocatesAlike() {
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      if (entry.kernel().isPresent()) {
        ErasureCode code = ErasureCodes.parse("rs:10+4").withKernel(entry.kernel().get());
        assertEquals("located 3,12", locate(code, ErrorLocator.of(code), 3, 12).toString());
      }
    }
  }

  @Test
  void onlyTheBlockIsLookedAt() {
    ErasureCode code = ErasureCodes.parse("rs:6+3");
    byte[][] shards = encoded(code, new Random(5), 30_000);
    shards[1][9] ^= 1;
    shards[2][20_000] ^= 1;
    ErrorLocator locator = ErrorLocator.of(code);
    assertEquals("clean", locator.locate(shards, 10, 19_990).toString());
    assertEquals("located 1", locator.locate(shards, 9, 19_991).toString());
    assertEquals("located 2", locator.locate(shards, 10, 19_991).toString());
    assertEquals("located 1,2", locator.locate(shards, 0, 30_000).toString());
    assertEquals("clean", locator.locate(shards, 0, 0).toString());
  }

  @Test
  @SuppressWarnings("NullAway")
  void badArgumentsAreNamed() {
    ErasureCode code = ErasureCodes.parse("rs:2+1");
    ErrorLocator locator = ErrorLocator.of(code);
    byte[][] shards = new byte[3][4];
    byte[][] hole = {new byte[4], null, new byte[4]};
    byte[][] uneven = {new byte[4], new byte[4], new byte[5]};
    refused("shards.length (2)", () -> locator.locate(new byte[2][4], 0, 4));
    refused("shards[1] must not be null", () -> locator.locate(hole, 0, 4));
    refused("shards[2].length (5)", () -> locator.locate(uneven, 0, 4));
    refused("offset (1) + length (4)", () -> locator.locate(shards, 1, 4));
    refused("offset (-1)", () -> locator.locate(shards, -1, 4));
    refused("erased ({3})", () -> locator.locate(shards, BitSet.valueOf(new long[] {8}), 0, 4));
    Location clean = locator.locate(shards, 0, 4);
    BitSet none = new BitSet();
    refused("location (clean)", () -> locator.correct(shards, none, clean, 0, 4));
    refused("code must not be null", () -> ErrorLocator.of(null));
    refused("shards must not be null", () -> locator.locate((byte[][]) null, 0, 4));
    refused("erased must not be null", () -> locator.locate(shards, null, 0, 4));
    refused("erased must not be null", () -> locator.search(null));
    byte[][] twice = {shards[0], shards[1], shards[0]};
    refused(
        "shards[0] and shards[2] must not be the same array", () -> locator.locate(twice, 0, 4));
    Location other =
        new Location(Outcome.LOCATED, BitSet.valueOf(new long[] {0b1001}), new BitSet());
    refused(
        "location (located 0,3) must hold indices below 3",
        () -> locator.correct(shards, none, other, 0, 4));
    refused("location must not be null", () -> locator.correct(shards, none, null, 0, 4));
    refused("erased must not be null", () -> locator.correct(shards, null, other, 0, 4));
    refused("erased ({0, 3})", () -> locator.correct(shards, other.shards(), other, 0, 4));
    refused("shards must not be null", () -> locator.locate((ByteBuffer[]) null));
    refused("shards.length (2)", () -> locator.locate(new ByteBuffer[2]));
    refused("shards[0] must not be null", () -> locator.locate(new ByteBuffer[3], none));
    ByteBuffer[] buffers = {
      ByteBuffer.allocate(4), ByteBuffer.allocateDirect(4), ByteBuffer.allocate(5)
    };
    refused("shards[2].remaining() (5)", () -> locator.locate(buffers));
    refused("location must not be null", () -> locator.correct(buffers, none, null));
    refused("location (located 0,3)", () -> locator.correct(buffers, none, other));
  }

  private static void refused(String text, org.junit.jupiter.api.function.Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    String message = Objects.requireNonNull(e.getMessage());
    assertTrue(message.contains(text), message);
  }
}
