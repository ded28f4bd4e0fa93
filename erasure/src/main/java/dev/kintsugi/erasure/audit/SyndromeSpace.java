package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.PreparedMatrix;
import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The span of the syndromes of all positions of a block.
 *
 * <p>Most positions add nothing new, so they are tested many at a time: the vectors of a span have
 * the form that some coordinates are fixed combinations of the others, and a kernel computes the
 * one from the other for a whole chunk. Only a position that fails this test is looked at by
 * itself.
 */
final class SyndromeSpace {
  private static final int CHUNK = 8192;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ErasureCode code;
  private final ParityChecks checks;
  private final int dimension;
  private final RowSpace space;
  private final List<byte[]> vectors = new ArrayList<>();
  private final byte[][] syndromes;
  private final byte[][] expected;

  /** For the span found so far: the dependent coordinates, and how they follow from the others. */
  private int[] dependent;

  private @Nullable PreparedMatrix relation;

  private SyndromeSpace(ErasureCode code, ParityChecks checks, int length) {
    this.code = code;
    this.checks = checks;
    this.dimension = checks.count();
    this.space = new RowSpace(dimension, dimension);
    this.syndromes = new byte[dimension][Math.min(CHUNK, length)];
    this.expected = new byte[dimension][Math.min(CHUNK, length)];
    this.dependent = IntStream.range(0, dimension).toArray();
  }

  /** Returns independent syndromes that span those of all positions; at most d. */
  static List<byte[]> basis(
      ErasureCode code, ParityChecks checks, byte[][] shards, int offset, int length) {
    SyndromeSpace space = new SyndromeSpace(code, checks, length);
    for (int done = 0; done < length && !space.isFull(); done += CHUNK) {
      space.addChunk(shards, offset + done, Math.min(CHUNK, length - done));
    }
    return space.vectors;
  }

  private boolean isFull() {
    return space.rank() == dimension;
  }

  private void addChunk(byte[][] shards, int start, int count) {
    checks.predict(shards, start, syndromes, count);
    boolean clean = true;
    for (int r = 0; r < dimension; r++) {
      byte[] shard = shards[checks.pivot(r)];
      clean &= Arrays.equals(syndromes[r], 0, count, shard, start, start + count);
    }
    if (clean) {
      return;
    }
    for (int r = 0; r < dimension; r++) {
      addBytes(syndromes[r], shards[checks.pivot(r)], start, count);
    }
    int position = firstOutside(count);
    while (position >= 0) {
      byte[] vector = new byte[dimension];
      for (int r = 0; r < dimension; r++) {
        vector[r] = syndromes[r][position];
      }
      if (!space.add(vector)) {
        throw new IllegalStateException("a syndrome outside the span is inside it");
      }
      vectors.add(vector);
      if (isFull()) {
        return;
      }
      relate();
      position = firstOutside(count);
    }
  }

  /** Returns the first position whose syndrome is outside the span, or -1. */
  private int firstOutside(int count) {
    PreparedMatrix product = relation;
    if (product != null) {
      product.multiply(syndromes, 0, expected, 0, count);
    }
    int first = -1;
    for (int r : dependent) {
      int position = Arrays.mismatch(syndromes[r], 0, count, expected[r], 0, count);
      if (position >= 0 && (first < 0 || position < first)) {
        first = position;
      }
    }
    return first;
  }

  /** Brings the vectors into reduced echelon form and derives the relation between coordinates. */
  private void relate() {
    byte[][] reduced = vectors.stream().map(byte[]::clone).toArray(byte[][]::new);
    int[] free = new int[reduced.length];
    boolean[] isFree = new boolean[dimension];
    for (int i = 0; i < reduced.length; i++) {
      int pivot = 0;
      while (reduced[i][pivot] == 0) {
        pivot++;
      }
      free[i] = pivot;
      isFree[pivot] = true;
      Gf256.scale(reduced[i], Gf256.inverse(reduced[i][pivot] & 0xff), dimension);
      for (int j = 0; j < reduced.length; j++) {
        if (j != i) {
          Gf256.addScaled(reduced[j], reduced[i], reduced[j][pivot] & 0xff, dimension);
        }
      }
    }
    dependent = IntStream.range(0, dimension).filter(c -> !isFree[c]).toArray();
    byte[] matrix = new byte[dependent.length * free.length];
    for (int r = 0; r < dependent.length; r++) {
      for (int c = 0; c < free.length; c++) {
        matrix[r * free.length + c] = reduced[c][dependent[r]];
      }
    }
    relation = code.kernel().prepare(matrix, free, dependent);
  }

  private static void addBytes(byte[] sum, byte[] bytes, int start, int count) {
    int i = 0;
    for (; i + Long.BYTES <= count; i += Long.BYTES) {
      LONGS.set(sum, i, (long) LONGS.get(sum, i) ^ (long) LONGS.get(bytes, start + i));
    }
    for (; i < count; i++) {
      sum[i] ^= bytes[start + i];
    }
  }
}
