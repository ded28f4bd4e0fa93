package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.GaloisKernel;
import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.cache.RecentlyUsed;
import dev.kintsugi.erasure.internal.gf.Gf256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Relations between the shards that are present: d independent rows over all shards, zero at every
 * erased one, in a form in which each row has a shard of its own (its pivot) with coefficient 1.
 * The product of the rows with the shards, the syndrome, is then a recomputation of d shards from
 * the others, compared with what they are.
 */
final class ParityChecks {
  private static final int KEPT = 64;

  private final GaloisKernel kernel;
  private final int total;
  private final List<byte[]> rows;
  private final int[] pivots;
  private final PreparedMatrix predict;
  private final RecentlyUsed<ByteBuffer, ParityChecks> tolerating = new RecentlyUsed<>(KEPT);

  private ParityChecks(GaloisKernel kernel, int total, List<byte[]> rows, int[] pivots) {
    this.kernel = kernel;
    this.total = total;
    this.rows = rows;
    this.pivots = pivots;
    BitSet own = new BitSet();
    for (int pivot : pivots) {
      own.set(pivot);
    }
    int[] others =
        IntStream.range(0, total)
            .filter(i -> !own.get(i) && rows.stream().anyMatch(row -> row[i] != 0))
            .toArray();
    byte[] matrix = new byte[rows.size() * others.length];
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < others.length; c++) {
        matrix[r * others.length + c] = rows.get(r)[others[c]];
      }
    }
    this.predict = kernel.prepare(matrix, others, pivots);
  }

  /** Returns all relations between the shards of a code that are not erased. */
  static ParityChecks of(ErasureCode code, BitSet erased) {
    int k = code.dataShards();
    int n = code.totalShards();
    byte[] parity = code.parityMatrix();
    byte[][] checks = new byte[code.parityShards()][n];
    for (int r = 0; r < checks.length; r++) {
      System.arraycopy(parity, r * k, checks[r], 0, k);
      checks[r][k + r] = 1;
    }
    // Erased shards first, so that the rows left over avoid them; then parity, then data.
    IntStream present =
        IntStream.concat(IntStream.range(k, n), IntStream.range(0, k)).filter(i -> !erased.get(i));
    int[] order = IntStream.concat(erased.stream(), present).toArray();
    return reduce(code.kernel(), checks, order, erased);
  }

  /** Brings independent rows into the form of the class, and drops those with an erased pivot. */
  private static ParityChecks reduce(
      GaloisKernel kernel, byte[][] checks, int[] order, BitSet erased) {
    int total = order.length;
    List<byte[]> rows = new ArrayList<>();
    List<Integer> own = new ArrayList<>();
    int done = 0;
    for (int column : order) {
      int found = done;
      while (found < checks.length && checks[found][column] == 0) {
        found++;
      }
      if (found == checks.length) {
        continue;
      }
      byte[] row = checks[found];
      checks[found] = checks[done];
      checks[done] = row;
      Gf256.scale(row, Gf256.inverse(row[column] & 0xff), total);
      for (byte[] other : checks) {
        if (other != row) {
          Gf256.addScaled(other, row, other[column] & 0xff, total);
        }
      }
      done++;
      if (!erased.get(column)) {
        rows.add(row);
        own.add(column);
      }
    }
    int[] pivots = own.stream().mapToInt(Integer::intValue).toArray();
    return new ParityChecks(kernel, total, rows, pivots);
  }

  /**
   * Returns the relations that hold even where the syndrome is one of the span of some vectors.
   *
   * @param span independent vectors of d elements
   */
  ParityChecks toleratingAll(List<byte[]> span) {
    byte[][] combinations = Annihilator.of(span, rows.size());
    ByteBuffer key = ByteBuffer.allocate(combinations.length * rows.size());
    for (byte[] combination : combinations) {
      key.put(combination);
    }
    // The same shards tend to be wrong in many stripes, and preparing a matrix takes its time.
    return tolerating.get(key.flip(), ignored -> combine(combinations));
  }

  private ParityChecks combine(byte[][] combinations) {
    byte[][] checks = new byte[combinations.length][total];
    for (int r = 0; r < checks.length; r++) {
      for (int c = 0; c < rows.size(); c++) {
        Gf256.addScaled(checks[r], rows.get(c), combinations[r][c] & 0xff, total);
      }
    }
    int[] order =
        IntStream.concat(
                IntStream.of(pivots),
                IntStream.range(0, total)
                    .filter(i -> IntStream.of(pivots).noneMatch(pivot -> pivot == i)))
            .toArray();
    return reduce(kernel, checks, order, new BitSet());
  }

  /** Returns d, the number of relations. */
  int count() {
    return rows.size();
  }

  /** Returns the coefficients of a shard in all relations, its column. */
  byte[] column(int shard) {
    byte[] column = new byte[rows.size()];
    for (int r = 0; r < column.length; r++) {
      column[r] = rows.get(r)[shard];
    }
    return column;
  }

  /** Returns the present shards whose column is zero. */
  BitSet unchecked(BitSet erased) {
    BitSet unchecked = new BitSet();
    for (int shard = 0; shard < total; shard++) {
      boolean absent = true;
      for (byte[] row : rows) {
        absent &= row[shard] == 0;
      }
      unchecked.set(shard, absent && !erased.get(shard));
    }
    return unchecked;
  }

  /** Returns whether all relations hold in a range of the shards. */
  boolean hold(byte[][] shards, int offset, int length) {
    return predict.matches(shards, offset, shards, offset, length);
  }

  /** Returns whether all relations hold between the buffers. */
  boolean hold(ByteBuffer[] shards) {
    return predict.matches(shards, shards);
  }

  /**
   * Overwrites d rows with the syndromes of a range of the shards.
   *
   * @param room {@code total} elements; those at the pivots are set
   */
  void syndromes(byte[][] shards, int offset, byte[][] syndromes, byte[][] room, int length) {
    for (int r = 0; r < pivots.length; r++) {
      room[pivots[r]] = syndromes[r];
    }
    predict.multiply(shards, offset, room, 0, length);
    for (int r = 0; r < pivots.length; r++) {
      byte[] sum = syndromes[r];
      byte[] shard = shards[pivots[r]];
      for (int i = 0; i < length; i++) {
        sum[i] ^= shard[offset + i];
      }
    }
  }
}
