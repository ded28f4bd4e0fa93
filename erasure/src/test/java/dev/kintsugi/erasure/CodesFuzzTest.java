package dev.kintsugi.erasure;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kintsugi.erasure.audit.ErrorLocator;
import dev.kintsugi.erasure.audit.LinearSketch;
import dev.kintsugi.erasure.durability.Durability;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** Any arguments to what is public: an exception that is documented, never another. */
final class CodesFuzzTest {
  private static final String[] NAMES = {
    "rs:4+2", "rs:3+3:cauchy", "raid6:3", "raid5:2", "replicate:3", "lrc:6+2+2", "lrc:6+2+2:uniform"
  };

  @FuzzTest(maxDuration = "1m")
  void namesAreStrict(FuzzedDataProvider data) {
    String name = data.consumeRemainingAsString();
    ErasureCode code;
    try {
      code = ErasureCodes.parse(name);
    } catch (IllegalArgumentException expected) {
      return;
    }
    if (!code.equals(ErasureCodes.parse(code.toString()))) {
      throw new AssertionError(name + " is printed " + code);
    }
  }

  private static byte[][] rows(FuzzedDataProvider data) {
    byte[][] rows = new byte[data.consumeInt(0, 12)][];
    for (int i = 0; i < rows.length; i++) {
      int kind = data.consumeInt(0, 9);
      rows[i] = kind == 0 ? null : kind == 1 && i > 0 ? rows[i - 1] : new byte[kind == 2 ? 7 : 80];
      if (rows[i] != null) {
        byte[] some = data.consumeBytes(rows[i].length);
        System.arraycopy(some, 0, rows[i], 0, some.length);
      }
    }
    return rows;
  }

  private static boolean[] flags(FuzzedDataProvider data, int likely) {
    boolean[] flags = new boolean[data.consumeInt(0, 7) == 0 ? data.consumeInt(0, 12) : likely];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = data.consumeBoolean();
    }
    return flags;
  }

  private static BitSet bits(FuzzedDataProvider data) {
    return BitSet.valueOf(new long[] {data.consumeLong(0, (1 << 13) - 1)});
  }

  @FuzzTest(maxDuration = "1m")
  void shardsOfAnyShapeAreCodedOrRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    byte[][] rows = rows(data);
    int offset = data.consumeInt(-2, 90);
    int length = data.consumeInt(-2, 90);
    boolean[] present = flags(data, code.totalShards());
    boolean[] wanted = flags(data, code.totalShards());
    try {
      switch (data.consumeInt(0, 6)) {
        case 0 -> {
          code.encode(rows, offset, length);
          if (!code.verify(rows, offset, length)) {
            throw new AssertionError("what was encoded does not verify");
          }
        }
        case 1 -> code.reconstruct(rows, present, wanted, offset, length);
        case 2 -> code.planRepair(bits(data), bits(data), new double[code.totalShards()]);
        case 3 -> code.updateParity(rows, data.consumeInt(-1, 9), new byte[80], offset, length);
        case 4 -> ErrorLocator.of(code).locate(rows, bits(data), offset, length);
        case 5 -> code.planRepair(bits(data)).repair(rows, offset, length);
        default -> code.decodable(bits(data));
      }
    } catch (IllegalArgumentException | UndecodableException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void buffersOfAnyShapeAreCodedOrRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    ByteBuffer memory = ByteBuffer.allocateDirect(2000);
    ByteBuffer heap = ByteBuffer.allocate(2000);
    ByteBuffer[] rows = new ByteBuffer[data.consumeInt(0, 12)];
    for (int i = 0; i < rows.length; i++) {
      int length = data.consumeInt(0, 3) == 0 ? data.consumeInt(0, 100) : 80;
      rows[i] =
          switch (data.consumeInt(0, 9)) {
            case 0 -> null;
            case 1 -> memory.slice(data.consumeInt(0, 1900), length);
            case 2 -> memory.slice(i * 100, length).asReadOnlyBuffer();
            case 3 -> heap.slice(i * 100, length);
            case 4 -> heap.slice(data.consumeInt(0, 1900), length).asReadOnlyBuffer();
            default -> memory.slice(i * 100, length);
          };
    }
    boolean[] present = flags(data, code.totalShards());
    try {
      switch (data.consumeInt(0, 3)) {
        case 0 -> {
          code.encode(rows);
          if (!code.verify(rows)) {
            throw new AssertionError("what was encoded does not verify");
          }
        }
        case 1 -> code.reconstruct(rows, present);
        case 2 -> ErrorLocator.of(code).search(bits(data)).add(rows);
        default -> code.planRepair(bits(data)).repair(rows);
      }
    } catch (IllegalArgumentException | UndecodableException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void everyKernelGivesTheBytesOfTheOthers(FuzzedDataProvider data) {
    int inputs = data.consumeInt(1, 5);
    int outputs = data.consumeInt(1, 5);
    int length = data.consumeInt(0, 300);
    int offset = data.consumeInt(0, 20);
    byte[] matrix = Arrays.copyOf(data.consumeBytes(inputs * outputs), inputs * outputs);
    byte[][] in = new byte[inputs][];
    for (int i = 0; i < inputs; i++) {
      in[i] = Arrays.copyOf(data.consumeBytes(offset + length), offset + length);
    }
    byte[][] expected = new byte[outputs][length];
    GaloisKernels.named("javareedsolomon").multiply(matrix, in, offset, expected, 0, length);
    for (GaloisKernels.Entry entry : GaloisKernels.all()) {
      byte[][] out = new byte[outputs][length];
      entry.kernel().ifPresent(kernel -> kernel.multiply(matrix, in, offset, out, 0, length));
      if (entry.kernel().isPresent() && !Arrays.deepEquals(expected, out)) {
        throw new AssertionError(entry.name() + " differs");
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void modelsAndSketchesOfAnyNumbersAreComputedOrRefused(FuzzedDataProvider data) {
    try {
      Durability durability =
          Durability.of(
              ErasureCodes.parse(data.pickValue(NAMES)),
              new Durability.Model(
                  data.consumeDouble(),
                  data.consumeDouble(),
                  data.consumeRegularDouble(-1, 100),
                  data.consumeDouble()));
      if (durability.annualLossProbability() < 0) {
        throw new AssertionError(durability.toString());
      }
      byte[] shard = new byte[100];
      LinearSketch.of(
          data.consumeBytes(20),
          data.consumeInt(-1, 70),
          shard,
          data.consumeInt(-1, 101),
          data.consumeInt(-1, 101));
    } catch (IllegalArgumentException expected) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void dataShardsInAnyOrderGiveTheParityOrAreRefused(FuzzedDataProvider data) {
    ErasureCode code = ErasureCodes.parse(data.pickValue(NAMES));
    int k = code.dataShards();
    byte[][] rows = new byte[code.totalShards()][80];
    for (int i = 0; i < k; i++) {
      byte[] some = data.consumeBytes(80);
      System.arraycopy(some, 0, rows[i], 0, some.length);
    }
    int offset = data.consumeInt(-2, 85);
    int length = data.consumeInt(-2, 85);
    byte[][] parity = new byte[code.parityShards()][80];
    try {
      IncrementalEncoder encoder = new IncrementalEncoder(code, parity, offset, length);
      for (int step = 0; step < 30 && !encoder.isComplete(); step++) {
        int shard = data.consumeInt(-1, k);
        addOrBeRefused(encoder, shard, shard < 0 || shard >= k ? new byte[80] : rows[shard]);
      }
      if (!encoder.isComplete()) {
        return;
      }
      code.encode(rows, offset, length);
    } catch (IllegalArgumentException expected) {
      return;
    }
    for (int r = 0; r < parity.length; r++) {
      if (!Arrays.equals(parity[r], rows[k + r])) {
        throw new AssertionError(code + ": parity shard " + r + " differs");
      }
    }
  }

  private static void addOrBeRefused(IncrementalEncoder encoder, int shard, byte[] row) {
    BitSet before = encoder.missing();
    try {
      encoder.add(shard, row);
    } catch (IllegalStateException | IllegalArgumentException expected) {
      if (!before.equals(encoder.missing())) {
        throw new AssertionError("a shard that was refused counts", expected);
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void spreadKernelsGiveTheSameBytes(FuzzedDataProvider data) {
    GaloisKernel kernel = GaloisKernels.best();
    int parts = data.consumeInt(1, 5);
    GaloisKernel spread = GaloisKernels.spread(kernel, Runnable::run, parts);
    int inputs = data.consumeInt(1, 4);
    int outputs = data.consumeInt(1, 4);
    int length = data.consumeInt(0, 80_000);
    byte[] matrix = Arrays.copyOf(data.consumeBytes(inputs * outputs), inputs * outputs);
    byte[][] in = new byte[inputs][length];
    byte[] some = data.consumeBytes(500);
    for (int i = 0; i < inputs; i++) {
      for (int j = 0; j < length; j++) {
        in[i][j] = (byte) (some.length == 0 ? 0 : some[(j + 7 * i) % some.length] + j / 500);
      }
    }
    byte[][] expected = new byte[outputs][length];
    byte[][] actual = new byte[outputs][length];
    kernel.multiply(matrix, in, 0, expected, 0, length);
    spread.multiply(matrix, in, 0, actual, 0, length);
    if (!Arrays.deepEquals(expected, actual)) {
      throw new AssertionError(parts + " parts differ at length " + length);
    }
  }
}
