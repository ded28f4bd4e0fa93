package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.gf.Gf256;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The relations between the shards that are present: d independent rows over all shards, zero at
 * every erased one, in a form in which each row has a shard of its own (its pivot) with coefficient
 * 1. The product of the rows with the shards, the syndrome, is then a recomputation of d shards
 * from the others, compared with what they are.
 */
final class ParityChecks {
  private final int total;
  private final List<byte[]> rows = new ArrayList<>();
  private final int[] pivots;
  private final PreparedMatrix recompute;

  ParityChecks(ErasureCode code, BitSet erased) {
    this.total = code.totalShards();
    int m = code.parityShards();
    byte[][] checks = checkMatrix(code);
    int[] order = columnOrder(code, erased);
    List<Integer> own = new ArrayList<>();
    int done = 0;
    for (int column : order) {
      int found = done;
      while (found < m && checks[found][column] == 0) {
        found++;
      }
      if (found == m) {
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
    this.pivots = own.stream().mapToInt(Integer::intValue).toArray();
    int[] others =
        IntStream.range(0, total).filter(i -> !erased.get(i) && !own.contains(i)).toArray();
    byte[] matrix = new byte[rows.size() * others.length];
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < others.length; c++) {
        matrix[r * others.length + c] = rows.get(r)[others[c]];
      }
    }
    this.recompute =
        code.kernel().prepare(matrix, others, IntStream.range(0, rows.size()).toArray());
  }

  /** Returns the m × n parity check matrix [P | I]. */
  private static byte[][] checkMatrix(ErasureCode code) {
    int k = code.dataShards();
    byte[] parity = code.parityMatrix();
    byte[][] checks = new byte[code.parityShards()][code.totalShards()];
    for (int r = 0; r < checks.length; r++) {
      System.arraycopy(parity, r * k, checks[r], 0, k);
      checks[r][k + r] = 1;
    }
    return checks;
  }

  /** Erased shards first, so that the rows left over avoid them; then parity, then data. */
  private static int[] columnOrder(ErasureCode code, BitSet erased) {
    int k = code.dataShards();
    IntStream present =
        IntStream.concat(IntStream.range(k, code.totalShards()), IntStream.range(0, k))
            .filter(i -> !erased.get(i));
    return IntStream.concat(erased.stream(), present).toArray();
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

  /** Overwrites d rows with the shards that the relations predict at the pivots. */
  void predict(byte[][] shards, int offset, byte[][] predicted, int length) {
    recompute.multiply(shards, offset, predicted, 0, length);
  }

  /** Returns the shard that a relation predicts. */
  int pivot(int relation) {
    return pivots[relation];
  }
}
