package dev.kintsugi.erasure;

import static dev.kintsugi.erasure.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every code must do, whatever it protects against. */
abstract class ErasureCodeContract {
  private static final int LENGTH = 61;

  /** Returns the names of the codes under test. */
  abstract List<String> names();

  private List<ErasureCode> codes() {
    return names().stream().map(ErasureCodes::parse).toList();
  }

  private static BitSet randomLoss(Random random, ErasureCode code, int count) {
    BitSet lost = new BitSet();
    while (lost.cardinality() < count) {
      lost.set(random.nextInt(code.totalShards()));
    }
    return lost;
  }

  private static BitSet others(ErasureCode code, BitSet lost) {
    BitSet others = new BitSet();
    others.set(0, code.totalShards());
    others.andNot(lost);
    return others;
  }

  @Test
  void namesAreParsedAndPrinted() {
    for (String name : names()) {
      ErasureCode code = ErasureCodes.parse(name);
      assertEquals(name, code.toString());
      assertEquals(code, ErasureCodes.parse(name));
      assertEquals(code.hashCode(), ErasureCodes.parse(name).hashCode());
      assertEquals(code.parityShards() * code.dataShards(), code.parityMatrix().length);
      GaloisKernel kernel = GaloisKernels.named("javareedsolomon");
      assertEquals(code, code.withKernel(kernel));
      assertEquals(kernel, code.withKernel(kernel).kernel());
    }
  }

  @Test
  void parityIsTheProductOfTheParityMatrixOnEveryKernel() {
    for (ErasureCode code : codes()) {
      byte[][] shards = Samples.random(new Random(1), code.totalShards(), LENGTH);
      byte[] matrix = code.parityMatrix();
      byte[][] expected = Samples.copy(shards);
      for (int r = 0; r < code.parityShards(); r++) {
        for (int i = 0; i < LENGTH; i++) {
          int sum = 0;
          for (int c = 0; c < code.dataShards(); c++) {
            sum ^=
                GaloisField.multiply(matrix[r * code.dataShards() + c] & 0xff, shards[c][i] & 0xff);
          }
          expected[code.dataShards() + r][i] = (byte) sum;
        }
      }
      for (GaloisKernels.Entry entry : GaloisKernels.all()) {
        if (entry.kernel().isPresent()) {
          byte[][] encoded = Samples.copy(shards);
          ErasureCode on = code.withKernel(entry.kernel().get());
          on.encode(encoded, 0, LENGTH);
          assertArrayEquals(expected, encoded, code + " on " + entry.name());
          assertTrue(on.verify(encoded, 0, LENGTH));
          encoded[code.totalShards() - 1][LENGTH - 1] ^= 1;
          assertFalse(on.verify(encoded, 0, LENGTH));
        }
      }
    }
  }

  @Test
  void everyGuaranteedLossIsReconstructed() {
    for (ErasureCode code : codes()) {
      Random random = new Random(2);
      byte[][] original = Samples.encoded(code, random, LENGTH);
      for (int round = 0; round < 50; round++) {
        BitSet lost = randomLoss(random, code, code.guaranteedLosses());
        byte[][] shards = Samples.copy(original);
        lost.stream().forEach(shard -> random.nextBytes(shards[shard]));
        int[] indices = lost.stream().toArray();
        assertTrue(code.decodable(others(code, lost)), code + " lost " + lost);
        code.reconstruct(shards, Samples.without(code.totalShards(), indices), 0, LENGTH);
        assertArrayEquals(original, shards, code + " lost " + lost);
      }
    }
  }

  @Test
  void anyLossIsReconstructedExactlyWhenItIsDecodable() {
    for (ErasureCode code : codes()) {
      Random random = new Random(3);
      byte[][] original = Samples.encoded(code, random, 5);
      for (int round = 0; round < 200; round++) {
        BitSet lost = randomLoss(random, code, random.nextInt(code.parityShards() + 2));
        boolean[] present = Samples.without(code.totalShards(), lost.stream().toArray());
        byte[][] shards = Samples.copy(original);
        lost.stream().forEach(shard -> random.nextBytes(shards[shard]));
        byte[][] before = Samples.copy(shards);
        if (code.decodable(others(code, lost))) {
          code.reconstruct(shards, present, 0, 5);
          assertArrayEquals(original, shards, code + " lost " + lost);
        } else {
          assertThrows(
              UndecodableException.class,
              () -> code.reconstruct(shards, present, 0, 5),
              code + " lost " + lost);
          assertArrayEquals(before, shards);
        }
      }
    }
  }

  @Test
  void plansRepairWithTheShardsTheyName() {
    for (ErasureCode code : codes()) {
      Random random = new Random(4);
      byte[][] original = Samples.encoded(code, random, LENGTH);
      for (int round = 0; round < 40; round++) {
        BitSet lost = randomLoss(random, code, 1 + random.nextInt(code.guaranteedLosses()));
        RepairPlan plan = code.planRepair(lost);
        assertEquals(lost.stream().boxed().toList(), plan.lost());
        assertTrue(plan.reads().size() <= code.dataShards());
        assertEquals(plan.reads().size(), plan.cost());
        byte[][] shards = new byte[code.totalShards()][];
        plan.reads().forEach(shard -> shards[shard] = original[shard]);
        plan.lost().forEach(shard -> shards[shard] = new byte[LENGTH]);
        plan.repair(shards, 0, LENGTH);
        plan.lost().forEach(shard -> assertArrayEquals(original[shard], shards[shard]));
        for (int shard : plan.lost()) {
          for (int read = 0; read < code.totalShards(); read++) {
            assertTrue(plan.reads().contains(read) || plan.coefficient(shard, read) == 0);
          }
        }
      }
    }
  }

  @Test
  void partsOfSeveralSitesMergeInAnyOrder() {
    for (ErasureCode code : codes()) {
      Random random = new Random(5);
      byte[][] original = Samples.encoded(code, random, LENGTH);
      BitSet lost = randomLoss(random, code, code.guaranteedLosses());
      RepairPlan plan = code.planRepair(lost);
      BitSet[] sites = {new BitSet(), new BitSet(), new BitSet()};
      for (int shard = 0; shard < code.totalShards(); shard++) {
        if (!lost.get(shard)) {
          sites[random.nextInt(3)].set(shard);
        }
      }
      byte[][] sum = new byte[lost.cardinality()][LENGTH];
      for (int site : new int[] {2, 0, 1}) {
        byte[][] held = new byte[code.totalShards()][];
        sites[site].stream().forEach(shard -> held[shard] = original[shard]);
        byte[][] parts = Samples.random(random, lost.cardinality(), LENGTH);
        plan.contribute(held, sites[site], parts, 3, LENGTH - 3);
        plan.merge(sum, parts, 3, LENGTH - 3);
      }
      for (int i = 0; i < sum.length; i++) {
        byte[] expected = original[plan.lost().get(i)].clone();
        Arrays.fill(expected, 0, 3, (byte) 0);
        assertArrayEquals(expected, sum[i], code + " lost " + lost);
      }
    }
  }

  @Test
  void updatedParityIsThatOfTheChangedData() {
    for (ErasureCode code : codes()) {
      Random random = new Random(6);
      byte[][] shards = Samples.encoded(code, random, LENGTH);
      for (int shard = 0; shard < code.dataShards(); shard++) {
        byte[] delta = Samples.random(random, 1, LENGTH)[0];
        for (int i = 10; i < LENGTH; i++) {
          shards[shard][i] ^= delta[i];
        }
        byte[][] parityOnly = shards.clone();
        Arrays.fill(parityOnly, 0, code.dataShards(), null);
        code.updateParity(parityOnly, shard, delta, 10, LENGTH - 10);
        assertTrue(code.verify(shards, 0, LENGTH), code + " shard " + shard);
      }
    }
  }

  @Test
  void dataShardsCanArriveInAnyOrder() {
    for (ErasureCode code : codes()) {
      Random random = new Random(7);
      byte[][] shards = Samples.encoded(code, random, LENGTH);
      byte[][] parity = Samples.random(random, code.parityShards(), LENGTH);
      IncrementalEncoder encoder = new IncrementalEncoder(code, parity, 0, LENGTH);
      for (int shard = code.dataShards() - 1; shard >= 0; shard--) {
        assertFalse(encoder.isComplete());
        assertEquals(shard + 1, encoder.missing().cardinality());
        encoder.add(shard, shards[shard]);
      }
      assertTrue(encoder.isComplete());
      assertThrows(IllegalStateException.class, () -> encoder.add(0, shards[0]));
      assertArrayEquals(Arrays.copyOfRange(shards, code.dataShards(), code.totalShards()), parity);
    }
  }

  @Test
  void dataShardsInBuffersCanArriveInAnyOrder() {
    for (ErasureCode code : codes()) {
      Random random = new Random(8);
      int k = code.dataShards();
      int n = code.totalShards();
      byte[][] expected = Samples.encoded(code, random, LENGTH);
      byte[][] rows = Samples.random(random, code.parityShards(), LENGTH + 5);
      byte[][] inRows = Samples.copy(rows);
      ByteBuffer[] parity = buffers(random, Samples.random(random, code.parityShards(), LENGTH));
      ByteBuffer[] given = parity.clone();
      IncrementalEncoder intoBuffers = new IncrementalEncoder(code, parity);
      IncrementalEncoder intoRows = new IncrementalEncoder(code, inRows, 3, LENGTH);
      ByteBuffer[] data = buffers(random, expected);
      for (int shard = 0; shard < k; shard++) {
        ByteBuffer seen = shard % 2 == 0 ? data[shard] : data[shard].asReadOnlyBuffer();
        intoRows.add(shard, seen);
        if (shard % 3 == 0) {
          intoBuffers.add(shard, expected[shard]);
        } else {
          intoBuffers.add(shard, seen);
        }
        assertThrows(IllegalStateException.class, () -> intoBuffers.add(0, data[0]));
        assertEquals(LENGTH, seen.remaining());
      }
      assertTrue(intoBuffers.isComplete() && intoRows.isComplete());
      byte[][] right = Arrays.copyOfRange(expected, k, n);
      assertArrayEquals(right, contents(given), code.toString());
      for (int r = 0; r < right.length; r++) {
        System.arraycopy(right[r], 0, rows[r], 3, LENGTH);
      }
      assertArrayEquals(rows, inRows, code.toString());
    }
  }

  /** Heap and direct buffers mixed, at odd positions. */
  private static ByteBuffer[] buffers(Random random, byte[][] rows) {
    ByteBuffer[] buffers = new ByteBuffer[rows.length];
    boolean allDirect = random.nextBoolean();
    for (int i = 0; i < rows.length; i++) {
      int before = random.nextInt(5);
      int size = before + rows[i].length + random.nextInt(5);
      boolean direct = allDirect || random.nextBoolean();
      buffers[i] = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
      buffers[i].position(before).limit(before + rows[i].length).put(before, rows[i]);
    }
    return buffers;
  }

  private static byte[][] contents(ByteBuffer[] buffers) {
    byte[][] rows = new byte[buffers.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new byte[buffers[i].remaining()];
      buffers[i].get(buffers[i].position(), rows[i]);
    }
    return rows;
  }

  @Test
  void buffersAreCodedAsArraysAre() {
    for (ErasureCode code : codes()) {
      for (GaloisKernels.Entry entry : GaloisKernels.all()) {
        if (entry.kernel().isEmpty()) {
          continue;
        }
        ErasureCode on = code.withKernel(entry.kernel().get());
        Random random = new Random(9);
        int[] lengths = {0, 1, 63, 64, 65, 8192 + 3};
        for (int length : code.totalShards() > 60 ? new int[] {65} : lengths) {
          String message = on + " on " + entry.name() + " length " + length;
          byte[][] expected = Samples.encoded(code, random, length);
          ByteBuffer[] buffers = buffers(random, Samples.random(random, expected.length, length));
          for (int i = 0; i < code.dataShards(); i++) {
            buffers[i].put(buffers[i].position(), expected[i]);
          }
          on.encode(buffers);
          assertArrayEquals(expected, contents(buffers), message);
          assertTrue(on.verify(buffers), message);
          BitSet lost = randomLoss(random, code, code.guaranteedLosses());
          int first = lost.nextSetBit(0);
          for (int shard : lost.stream().toArray()) {
            buffers[shard].put(buffers[shard].position(), new byte[length]);
          }
          assertEquals(Arrays.deepEquals(expected, contents(buffers)), on.verify(buffers), message);
          ByteBuffer[] parts = buffers(random, Samples.random(random, lost.cardinality(), length));
          ByteBuffer[] sum = buffers(random, new byte[lost.cardinality()][length]);
          RepairPlan plan = on.planRepair(lost);
          plan.contribute(buffers, others(code, lost), parts);
          plan.merge(sum, parts);
          assertArrayEquals(expected[first], contents(sum)[0], message);
          on.reconstruct(buffers, Samples.without(expected.length, lost.stream().toArray()));
          assertArrayEquals(expected, contents(buffers), message);
          buffers[first].put(buffers[first].position(), new byte[length]);
          plan.repair(buffers);
          assertArrayEquals(expected, contents(buffers), message);
          byte[] delta = Samples.random(random, 1, length)[0];
          on.updateParity(buffers, 0, ByteBuffer.wrap(delta));
          for (int i = 0; i < length; i++) {
            expected[0][i] ^= delta[i];
          }
          buffers[0].put(buffers[0].position(), expected[0]);
          assertTrue(on.verify(buffers), message);
        }
      }
    }
  }

  @Test
  void badBuffersAreNamed() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      ByteBuffer[] good = buffers(new Random(10), new byte[n][8]);
      ByteBuffer[] bad = good.clone();
      boolean[] present = Samples.without(n, n - 1);
      bad[n - 1] = null;
      assertRefused("shards[" + (n - 1) + "] must not be null", () -> code.encode(bad));
      assertRefused(
          "shards[" + (n - 1) + "] must not be null", () -> code.reconstruct(bad, present));
      bad[n - 1] = ByteBuffer.allocate(9);
      assertRefused("shards[" + (n - 1) + "].remaining() (9)", () -> code.encode(bad));
      assertRefused("shards[" + (n - 1) + "].remaining() (9)", () -> code.verify(bad));
      bad[n - 1] = ByteBuffer.allocate(8).asReadOnlyBuffer();
      assertRefused("shards[" + (n - 1) + "] must not be read-only", () -> code.encode(bad));
      bad[n - 1] = good[0];
      assertRefused("must not overlap", () -> code.encode(bad));
      ByteBuffer memory = ByteBuffer.allocateDirect(15);
      bad[0] = memory.slice(0, 8);
      bad[n - 1] = memory.slice(7, 8);
      assertRefused(
          "shards[" + (n - 1) + "] and shards[0] must not overlap", () -> code.encode(bad));
      assertRefused("must not overlap", () -> code.reconstruct(bad, present));
      bad[0] = memory.slice(7, 8);
      bad[n - 1] = memory.slice(0, 8);
      assertRefused("must not overlap", () -> code.encode(bad));
      assertRefused("shards.length", () -> code.encode(new ByteBuffer[n + 1]));
      assertRefused("shards[0] must not be null", () -> code.verify(new ByteBuffer[n]));
    }
  }

  /** Java does not tell which array a read-only buffer is a view of. */
  @Test
  void readOnlyViewsOfWhatIsWrittenAreNamedAndNothingIsWritten() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      byte[] memory = new byte[15];
      new Random(11).nextBytes(memory);
      byte[] before = memory.clone();
      ByteBuffer[] shards = buffers(new Random(12), new byte[n][8]);
      for (int start : new int[] {0, 1, 4, 7}) {
        shards[0] = ByteBuffer.wrap(memory, start, 8).asReadOnlyBuffer();
        for (int other : new int[] {0, 7 - start, 7}) {
          if (Math.abs(other - start) < 8) {
            shards[n - 1] = ByteBuffer.wrap(memory, other, 8);
            String message = "shards[" + (n - 1) + "] and shards[0] must not overlap";
            assertRefused(message, () -> code.encode(shards));
            assertRefused(message, () -> code.reconstruct(shards, Samples.without(n, n - 1)));
            assertArrayEquals(before, memory);
          }
        }
      }
      shards[0] = ByteBuffer.wrap(memory.clone(), 0, 8).asReadOnlyBuffer();
      code.encode(shards);
      assertTrue(code.verify(shards));
    }
  }

  @Test
  void buffersSideBySideInOneBlockOfMemoryAreFine() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      ByteBuffer memory = ByteBuffer.allocateDirect(64 * n);
      ByteBuffer[] shards = new ByteBuffer[n];
      for (int i = 0; i < n; i++) {
        shards[i] = memory.slice(64 * i, 64);
      }
      shards[0].put(5, (byte) 1);
      code.encode(shards);
      assertTrue(code.verify(shards));
    }
  }

  @Test
  void zeroLengthIsAllowed() {
    for (ErasureCode code : codes()) {
      byte[][] shards = new byte[code.totalShards()][0];
      code.encode(shards, 0, 0);
      assertTrue(code.verify(shards, 0, 0));
      code.reconstruct(shards, Samples.without(code.totalShards(), 0), 0, 0);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void badArgumentsAreNamed() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      byte[][] shards = new byte[n][4];
      BitSet none = new BitSet();
      BitSet first = new BitSet();
      first.set(0);
      BitSet tooHigh = new BitSet();
      tooHigh.set(n);
      double[] costs = new double[n];
      assertRefused("shards.length", () -> code.encode(new byte[n + 1][4], 0, 4));
      assertRefused("lost must not be empty", () -> code.planRepair(none));
      assertRefused("lost ({" + n + "})", () -> code.planRepair(tooHigh));
      assertRefused("available", () -> code.planRepair(first, tooHigh, costs));
      assertRefused("must not overlap", () -> code.planRepair(first, first, costs));
      assertRefused("costs.length", () -> code.planRepair(first, none, new double[n - 1]));
      double[] bad = costs.clone();
      bad[n - 1] = Double.NaN;
      assertRefused("costs[" + (n - 1) + "] (NaN)", () -> code.planRepair(first, none, bad));
      bad[n - 1] = -1;
      assertRefused("costs[" + (n - 1) + "] (-1.0)", () -> code.planRepair(first, none, bad));
      assertThrows(TooFewShardsException.class, () -> code.planRepair(first, none, costs));
      assertRefused("dataShard (-1)", () -> code.updateParity(shards, -1, new byte[4], 0, 4));
      assertRefused(
          "dataShard (" + code.dataShards() + ")",
          () -> code.updateParity(shards, code.dataShards(), new byte[4], 0, 4));
      assertRefused("lost must not be null", () -> code.planRepair(null));
      assertRefused("available must not be null", () -> code.planRepair(first, null, costs));
      assertRefused("costs must not be null", () -> code.planRepair(first, none, null));
      assertRefused("present must not be null", () -> code.decodable(null));
      assertRefused("name must not be null", () -> ErasureCodes.parse(null));
      assertRefused("present must not be null", () -> code.reconstruct(shards, null, 0, 4));
      assertRefused("present must not be null", () -> code.reconstruct(new ByteBuffer[n], null));
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void badUpdatesAreNamedAndChangeNothing() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      int k = code.dataShards();
      byte[][] rows = Samples.random(new Random(13), n, 4);
      byte[] delta = new byte[4];
      int needed = k;
      while (code.parityMatrix()[(needed - k) * k] == 0) {
        needed++;
      }
      int first = needed;
      String row = "shards[" + first + "]";
      byte[][] before = Samples.copy(rows);
      assertRefused("shards must not be null", () -> code.updateParity(null, 0, delta, 0, 4));
      assertRefused("shards.length (1)", () -> code.updateParity(new byte[1][4], 0, delta, 0, 4));
      assertRefused("delta must not be null", () -> code.updateParity(rows, 0, null, 0, 4));
      assertRefused("offset (-1)", () -> code.updateParity(rows, 0, delta, -1, 4));
      assertRefused("length (-1)", () -> code.updateParity(rows, 0, delta, 0, -1));
      assertRefused(
          "offset (1) + length (4) must be at most delta.length (4)",
          () -> code.updateParity(rows, 0, delta, 1, 4));
      assertRefused(
          row + ".length (4) must be that of delta (5)",
          () -> code.updateParity(rows, 0, new byte[5], 0, 4));
      byte[][] bad = rows.clone();
      bad[first] = null;
      assertRefused(row + " must not be null", () -> code.updateParity(bad, 0, delta, 0, 4));
      bad[first] = delta;
      assertRefused(
          "delta and " + row + " must not be the same array",
          () -> code.updateParity(bad, 0, delta, 0, 4));
      assertArrayEquals(before, rows);
      ByteBuffer[] buffers = buffers(new Random(14), rows);
      ByteBuffer change = ByteBuffer.allocate(4);
      assertRefused("shards must not be null", () -> code.updateParity(null, 0, change));
      assertRefused("delta must not be null", () -> code.updateParity(buffers, 0, null));
      assertRefused(
          row + ".remaining() (4) must be that of delta (5)",
          () -> code.updateParity(buffers, 0, ByteBuffer.allocate(5)));
      ByteBuffer[] wrong = buffers.clone();
      wrong[first] = null;
      assertRefused(row + " must not be null", () -> code.updateParity(wrong, 0, change));
      wrong[first] = change.asReadOnlyBuffer();
      assertRefused(row + " must not be read-only", () -> code.updateParity(wrong, 0, change));
      wrong[first] = change.duplicate();
      assertRefused(
          row + " and delta must not overlap",
          () -> code.updateParity(wrong, 0, change.asReadOnlyBuffer()));
      assertArrayEquals(before, contents(buffers));
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void badPartsAreNamedAndChangeNothing() {
    for (ErasureCode code : codes()) {
      int n = code.totalShards();
      BitSet lost = new BitSet();
      lost.set(0);
      RepairPlan plan = code.planRepair(lost);
      int read = plan.reads().get(0);
      String shard = "shards[" + read + "]";
      BitSet held = others(code, lost);
      byte[][] rows = Samples.random(new Random(15), n, 4);
      byte[][] parts = new byte[1][4];
      byte[][] none = {null};
      byte[][] other = {new byte[5]};
      assertRefused("shards must not be null", () -> plan.contribute(null, held, parts, 0, 4));
      assertRefused("held must not be null", () -> plan.contribute(rows, null, parts, 0, 4));
      assertRefused("parts must not be null", () -> plan.contribute(rows, held, null, 0, 4));
      assertRefused("parts[0] must not be null", () -> plan.contribute(rows, held, none, 0, 4));
      assertRefused(
          shard + ".length (4) must be that of parts[0] (5)",
          () -> plan.contribute(rows, held, other, 0, 4));
      assertRefused("offset (-1)", () -> plan.contribute(rows, held, parts, -1, 4));
      assertRefused("offset (1) + length (4)", () -> plan.contribute(rows, held, parts, 1, 4));
      byte[][] same = {rows[read]};
      assertRefused(
          "parts[0] and " + shard + " must not be the same array",
          () -> plan.contribute(rows, held, same, 0, 4));
      byte[][] hole = rows.clone();
      hole[read] = null;
      assertRefused(shard + " must not be null", () -> plan.contribute(hole, held, parts, 0, 4));
      assertRefused("into must not be null", () -> plan.merge(null, parts, 0, 4));
      assertRefused("from must not be null", () -> plan.merge(parts, null, 0, 4));
      assertRefused("from.length (2) must be 1", () -> plan.merge(parts, new byte[2][4], 0, 4));
      assertRefused("into[0] must not be null", () -> plan.merge(none, parts, 0, 4));
      assertRefused(
          "from[0].length (5) must be that of into[0] (4)", () -> plan.merge(parts, other, 0, 4));
      assertRefused(
          "into[0] and from[0] must not be the same array", () -> plan.merge(parts, parts, 0, 4));
      ByteBuffer[] buffers = buffers(new Random(16), rows);
      ByteBuffer[] sums = {ByteBuffer.allocate(4)};
      ByteBuffer[] longer = {ByteBuffer.allocate(5)};
      ByteBuffer[] readOnly = {sums[0].asReadOnlyBuffer()};
      assertRefused("held must not be null", () -> plan.contribute(buffers, null, sums));
      assertRefused(
          "parts[0] must not be read-only", () -> plan.contribute(buffers, held, readOnly));
      assertRefused(
          shard + ".remaining() (4) must be that of parts[0] (5)",
          () -> plan.contribute(buffers, held, longer));
      ByteBuffer[] view = buffers.clone();
      view[read] = sums[0].asReadOnlyBuffer();
      assertRefused(
          "parts[0] and " + shard + " must not overlap", () -> plan.contribute(view, held, sums));
      assertRefused("into[0] must not be read-only", () -> plan.merge(readOnly, sums));
      assertRefused("into[0] and from[0] must not overlap", () -> plan.merge(sums, readOnly));
      assertRefused("from[0].remaining() (5)", () -> plan.merge(sums, longer));
      assertArrayEquals(new byte[1][4], parts);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void badStepsOfAnIncrementalEncoderAreNamedAndDoNotCount() {
    for (ErasureCode code : codes()) {
      int m = code.parityShards();
      byte[][] parity = new byte[m][4];
      byte[][] hole = parity.clone();
      hole[m - 1] = null;
      assertRefused("code must not be null", () -> new IncrementalEncoder(null, parity, 0, 4));
      assertRefused("parity must not be null", () -> new IncrementalEncoder(code, null, 0, 4));
      assertRefused(
          "parity[" + (m - 1) + "] must not be null",
          () -> new IncrementalEncoder(code, hole, 0, 4));
      assertRefused("offset (1) + length (4)", () -> new IncrementalEncoder(code, parity, 1, 4));
      IncrementalEncoder encoder = new IncrementalEncoder(code, parity, 0, 4);
      assertRefused("data must not be null", () -> encoder.add(0, (byte[]) null));
      assertRefused("data must not be null", () -> encoder.add(0, (ByteBuffer) null));
      assertRefused("data.length (5)", () -> encoder.add(0, new byte[5]));
      assertRefused("must be that of data (5)", () -> encoder.add(0, ByteBuffer.allocate(5)));
      assertRefused(
          "parity[" + (m - 1) + "] and data must not overlap", () -> encoder.add(0, parity[m - 1]));
      assertRefused("dataShard (-1)", () -> encoder.add(-1, new byte[4]));
      assertEquals(code.dataShards(), encoder.missing().cardinality());
      ByteBuffer[] readOnly = new ByteBuffer[m];
      Arrays.fill(readOnly, ByteBuffer.allocate(4).asReadOnlyBuffer());
      assertRefused(
          "parity[0] must not be read-only", () -> new IncrementalEncoder(code, readOnly));
      ByteBuffer[] missing = new ByteBuffer[m];
      assertRefused("parity[0] must not be null", () -> new IncrementalEncoder(code, missing));
    }
  }
}
