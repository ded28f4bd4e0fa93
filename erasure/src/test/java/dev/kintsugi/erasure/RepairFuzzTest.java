package dev.kintsugi.erasure;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.ErrorSearch;
import dev.kintsugi.erasure.audit.LinearSketch;
import dev.kintsugi.erasure.audit.Location;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Whatever is lost or wrong, and however it is asked for: its bytes, or a documented refusal. */
final class RepairFuzzTest {
  private static final String[] NAMES = {
    "rs:4+2",
    "rs:3+3:cauchy",
    "raid6:3",
    "raid5:2",
    "replicate:3",
    "lrc:6+2+2",
    "lrc:6+2+2:uniform",
    "lrc:9+3+3:uniform"
  };

  private static byte[][] encoded(FuzzedDataProvider data, ErasureCode code, int length) {
    byte[][] shards = new byte[code.totalShards()][length];
    byte[] some = data.consumeBytes(40);
    for (int i = 0; i < code.dataShards(); i++) {
      for (int j = 0; j < length; j++) {
        int at = i * length + j;
        shards[i][j] = (byte) ((some.length == 0 ? 0 : some[at % some.length]) + 31 * at);
      }
    }
    code.encode(shards, 0, length);
    return shards;
  }

  private static BitSet bits(FuzzedDataProvider data, int n) {
    return BitSet.valueOf(new long[] {data.consumeLong(0, (1L << n) - 1)});
  }

  /** Returns buffers with the bytes of rows, heap, direct and read-only ones. */
  private static ByteBuffer[] buffers(FuzzedDataProvider data, byte[][] rows, BitSet readOnly) {
    ByteBuffer[] buffers = new ByteBuffer[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int before = data.consumeInt(0, 3);
      int size = before + rows[i].length + 2;
      boolean direct = data.consumeBoolean();
      buffers[i] = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
      buffers[i].position(before).limit(before + rows[i].length).put(before, rows[i]);
      if (readOnly.get(i)) {
        buffers[i] = buffers[i].asReadOnlyBuffer();
      }
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

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void whatIsWantedIsComputedOrRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    int n = code.totalShards();
    byte[][] original = encoded(data, code, data.consumeInt(0, 100));
    BitSet present = bits(data, n);
    BitSet wanted = bits(data, n);
    byte[][] before = Samples.copy(original);
    boolean[] isPresent = new boolean[n];
    boolean[] isWanted = new boolean[n];
    for (int i = 0; i < n; i++) {
      isPresent[i] = present.get(i);
      isWanted[i] = wanted.get(i);
      if (!isPresent[i]) {
        Arrays.fill(before[i], (byte) 0x5a);
      }
    }
    byte[][] after;
    boolean isRefused = false;
    if (data.consumeBoolean()) {
      ByteBuffer[] shards = buffers(data, before, present);
      try {
        code.reconstruct(shards, isPresent, isWanted);
      } catch (UndecodableException e) {
        isRefused = true;
      }
      after = contents(shards);
    } else {
      after = Samples.copy(before);
      try {
        code.reconstruct(after, isPresent, isWanted, 0, after[0].length);
      } catch (UndecodableException e) {
        isRefused = true;
      }
    }
    check(!isRefused || !code.decodable(present), code + " cannot use " + present);
    for (int i = 0; i < n; i++) {
      byte[] expected = isWanted[i] && !isRefused ? original[i] : before[i];
      check(Arrays.equals(expected, after[i]), code + " shard " + i + " present " + present);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void partsOfAnySitesMakeUpWhatIsLost(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    int n = code.totalShards();
    int length = data.consumeInt(0, 60);
    byte[][] original = encoded(data, code, length);
    BitSet lost = bits(data, n);
    lost.and(bits(data, n));
    BitSet available = bits(data, n);
    available.or(bits(data, n));
    if (data.consumeInt(0, 15) > 0) {
      available.andNot(lost);
    }
    double[] costs = new double[n];
    for (int i = 0; i < n; i++) {
      costs[i] = data.consumeInt(0, 9);
    }
    RepairPlan plan;
    try {
      plan = code.planRepair(lost, available, costs);
    } catch (IllegalArgumentException e) {
      check(lost.isEmpty() || lost.intersects(available), code + " lost " + lost);
      return;
    } catch (UndecodableException e) {
      check(!code.decodable(available), code + " lost " + lost + " of " + available);
      return;
    }
    double cost = 0;
    for (int shard : plan.reads()) {
      check(available.get(shard), plan + " of " + available);
      cost += costs[shard];
    }
    check(cost == plan.cost() && plan.isCheapest(), plan.toString());
    List<Integer> rows = plan.lost();
    byte[][] sum = new byte[rows.size()][length];
    ByteBuffer[] bufferSum = buffers(data, sum, new BitSet());
    int sites = data.consumeInt(1, 3);
    BitSet[] held = new BitSet[sites];
    Arrays.setAll(held, site -> new BitSet());
    for (int i = 0; i < n; i++) {
      held[data.consumeInt(0, sites - 1)].set(i);
    }
    for (BitSet site : held) {
      byte[][] shards = new byte[n][];
      site.stream().forEach(i -> shards[i] = original[i]);
      byte[][] parts = new byte[rows.size()][length];
      plan.contribute(shards, site, parts, 0, length);
      plan.merge(sum, parts, 0, length);
      ByteBuffer[] all = buffers(data, original, site);
      ByteBuffer[] bufferParts = buffers(data, new byte[rows.size()][length], new BitSet());
      plan.contribute(all, site, bufferParts);
      check(Arrays.deepEquals(parts, contents(bufferParts)), plan + " at " + site);
      plan.merge(bufferSum, bufferParts);
    }
    for (int r = 0; r < sum.length; r++) {
      check(Arrays.equals(original[rows.get(r)], sum[r]), plan + " row " + r);
    }
    check(Arrays.deepEquals(sum, contents(bufferSum)), plan.toString());
    byte[][] shards = Samples.copy(original);
    rows.forEach(i -> Arrays.fill(shards[i], (byte) 1));
    plan.repair(shards, 0, length);
    check(Arrays.deepEquals(original, shards), plan.toString());
  }

  @FuzzTest(maxDuration = "1m")
  void partsOfAnyShapeAreRefusedOrComputed(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    BitSet lost = new BitSet();
    lost.set(data.consumeInt(0, 2));
    RepairPlan plan = code.planRepair(lost);
    byte[][] rows = new byte[data.consumeInt(0, 9) == 0 ? 3 : code.totalShards()][];
    byte[][] parts = new byte[data.consumeInt(0, 9) == 0 ? 2 : 1][];
    for (byte[][] array : List.of(rows, parts)) {
      for (int i = 0; i < array.length; i++) {
        int kind = data.consumeInt(0, 20);
        array[i] = kind == 0 ? null : kind == 1 ? rows[0] : new byte[kind == 2 ? 7 : 20];
      }
    }
    BitSet held = bits(data, 10);
    int offset = data.consumeInt(-1, 12);
    int length = data.consumeInt(-1, 12);
    try {
      switch (data.consumeInt(0, 3)) {
        case 0 -> plan.contribute(rows, held, parts, offset, length);
        case 1 -> plan.contribute(wrapped(rows), held, wrapped(parts));
        case 2 -> plan.merge(rows, parts, offset, length);
        default -> plan.merge(wrapped(parts), wrapped(rows));
      }
    } catch (IllegalArgumentException expected) {
      return;
    }
  }

  private static ByteBuffer[] wrapped(byte[][] rows) {
    ByteBuffer[] buffers = new ByteBuffer[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != null) {
        buffers[i] = ByteBuffer.wrap(rows[i]);
      }
    }
    return buffers;
  }

  @FuzzTest(maxDuration = "1m")
  void changesOfDataKeepTheParityOrAreRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    int length = data.consumeInt(0, 60);
    byte[][] shards = encoded(data, code, length);
    byte[][] before = Samples.copy(shards);
    int shard = data.consumeInt(-1, code.dataShards());
    int offset = data.consumeInt(0, 9) == 0 ? data.consumeInt(-1, 61) : 0;
    int count = data.consumeInt(0, 9) == 0 ? data.consumeInt(-1, 61) : length - offset;
    byte[] delta = new byte[data.consumeInt(0, 9) == 0 ? 5 : length];
    byte[] some = data.consumeBytes(length);
    System.arraycopy(some, 0, delta, 0, Math.min(some.length, delta.length));
    boolean inBuffers = data.consumeBoolean();
    try {
      if (inBuffers) {
        ByteBuffer[] all = buffers(data, shards, new BitSet());
        code.updateParity(all, shard, ByteBuffer.wrap(delta).asReadOnlyBuffer());
        shards = contents(all);
      } else {
        code.updateParity(shards, shard, delta, offset, count);
      }
    } catch (IllegalArgumentException expected) {
      check(Arrays.deepEquals(before, shards), "a refused change has changed a shard");
      return;
    }
    int start = inBuffers ? 0 : offset;
    for (int i = start; i < (inBuffers ? length : offset + count); i++) {
      shards[shard][i] ^= delta[i];
    }
    check(code.verify(shards, 0, length), code + " shard " + shard);
  }

  @FuzzTest(maxDuration = "1m")
  void fewWrongShardsAreLocatedAndCorrected(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    int n = code.totalShards();
    int length = data.consumeInt(1, 700);
    byte[][] original = encoded(data, code, length);
    byte[][] shards = Samples.copy(original);
    BitSet erased = new BitSet();
    if (data.consumeBoolean()) {
      erased.set(data.consumeInt(0, n - 1));
    }
    for (int i = data.consumeInt(0, 6); i > 0; i--) {
      shards[data.consumeInt(0, n - 1)][data.consumeInt(0, length - 1)] ^= data.consumeByte();
    }
    BitSet wrong = new BitSet();
    for (int i = 0; i < n; i++) {
      wrong.set(i, !erased.get(i) && !Arrays.equals(original[i], shards[i]));
    }
    ErrorLocator locator = ErrorLocator.of(code);
    Location location = locator.locate(shards, erased, 0, length);
    ErrorSearch search = locator.search(erased);
    ByteBuffer[] all = buffers(data, shards, erased);
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, data.consumeInt(1, 300));
      if (data.consumeBoolean()) {
        search.add(shards, done, count);
      } else {
        ByteBuffer[] piece = new ByteBuffer[n];
        for (int i = 0; i < n; i++) {
          piece[i] = all[i].slice(all[i].position() + done, count);
        }
        search.add(piece);
      }
      done += count;
    }
    String message = "%s wrong %s erased %s: %s".formatted(code, wrong, erased, location);
    check(location.equals(search.location()), message + " in pieces " + search.location());
    check(location.equals(locator.locate(all, erased)), message + " in buffers");
    // Within half the distance that the erasures leave there is one answer only.
    if (2 * wrong.cardinality() > code.guaranteedLosses() - erased.cardinality()) {
      return;
    }
    if (wrong.isEmpty()) {
      check(
          location.outcome() == Location.Outcome.CLEAN
              || code.guaranteedLosses() == erased.cardinality(),
          message);
      return;
    }
    check(location.outcome() == Location.Outcome.LOCATED, message);
    check(location.shards().equals(wrong), message);
    locator.correct(shards, erased, location, 0, length);
    check(Arrays.deepEquals(original, shards), message);
    ByteBuffer[] writable = buffers(data, contents(all), new BitSet());
    locator.correct(writable, erased, location);
    check(Arrays.deepEquals(original, contents(writable)), message + " in buffers");
  }

  @FuzzTest(maxDuration = "1m")
  void correctionsOfAnyShapeAreMadeOrRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    byte[][] rows = new byte[data.consumeInt(0, 9) == 0 ? 2 : code.totalShards()][];
    for (int i = 0; i < rows.length; i++) {
      int kind = data.consumeInt(0, 20);
      rows[i] = kind == 0 ? null : kind == 1 ? rows[0] : new byte[kind == 2 ? 7 : 20];
    }
    BitSet erased = bits(data, 17);
    erased.and(bits(data, 17));
    BitSet wrong = bits(data, 17);
    wrong.and(bits(data, 17));
    Location.Outcome outcome = data.pickValue(Location.Outcome.values());
    try {
      Location location = new Location(outcome, wrong, new BitSet());
      if (data.consumeBoolean()) {
        ErrorLocator.of(code).correct(rows, erased, location, 0, data.consumeInt(-1, 21));
      } else {
        ErrorLocator.of(code).correct(wrapped(rows), erased, location);
      }
    } catch (IllegalArgumentException | UndecodableException expected) {
      return;
    }
    check(outcome == Location.Outcome.LOCATED && !wrong.isEmpty(), "corrected " + outcome);
  }

  @FuzzTest(maxDuration = "1m")
  void sketchesInPiecesAreThoseOfTheWhole(FuzzedDataProvider data) {
    byte[] seed = Arrays.copyOf(data.consumeBytes(16), 16);
    int size = data.consumeInt(1, 64);
    byte[] shard = new byte[data.consumeInt(0, 70_000)];
    byte[] some = data.consumeBytes(50);
    for (int i = 0; i < shard.length && some.length > 0; i++) {
      shard[i] = (byte) (some[i % some.length] + i / 50);
    }
    LinearSketch sketch = LinearSketch.start(seed, size);
    ByteBuffer direct = ByteBuffer.allocateDirect(shard.length).put(0, shard);
    for (int done = 0; done < shard.length; ) {
      int count = Math.min(shard.length - done, data.consumeInt(1, 40_000));
      if (data.consumeBoolean()) {
        sketch.update(shard, done, count);
      } else {
        sketch.update(direct.slice(done, count));
      }
      done += count;
    }
    byte[] whole = LinearSketch.of(seed, size, shard, 0, shard.length);
    check(Arrays.equals(whole, sketch.finish()), "pieces differ at length " + shard.length);
    check(Arrays.equals(whole, LinearSketch.of(seed, size, direct)), "buffers differ");
  }
}
