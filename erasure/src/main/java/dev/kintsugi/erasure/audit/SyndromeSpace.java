package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.internal.gf.Gf256;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The span of the syndromes of all positions seen.
 *
 * <p>Most positions add nothing new, so they are tested many at a time: what every syndrome of the
 * span so far leaves valid is a smaller set of relations between the shards, and testing these is
 * no dearer than verification. Only where this test fails are positions looked at one by one. The
 * first pieces are short, because a shard that is wrong at all is mostly wrong from its beginning.
 */
final class SyndromeSpace {
  private static final int FIRST_PIECE = 256;
  private static final int LONGEST_PIECE = 1 << 16;

  /** Bytes whose syndromes are computed at once. */
  private static final int CHUNK = 4096;

  /**
   * Positions that are looked at after the last one that added something. Shards that are wrong in
   * one place are mostly wrong in the next, so what they add is found within a few positions.
   */
  private static final int PATIENCE = 16;

  private final ParityChecks checks;
  private final int dimension;
  private final RowSpace space;
  private final List<byte[]> vectors = new ArrayList<>();
  private final byte[][] syndromes;
  private ParityChecks remaining;
  private int piece = FIRST_PIECE;

  SyndromeSpace(ParityChecks checks) {
    this.checks = checks;
    this.dimension = checks.count();
    this.space = new RowSpace(dimension, dimension);
    this.syndromes = new byte[dimension][0];
    this.remaining = checks;
  }

  /** Returns independent syndromes that span those of all positions; at most d. */
  List<byte[]> basis() {
    return vectors;
  }

  /** Returns whether no position can add anything any more. */
  boolean isFull() {
    return vectors.size() == dimension;
  }

  /** Adds the positions of a range of rows. */
  void add(byte[][] shards, int offset, int length) {
    int done = 0;
    while (done < length && !isFull()) {
      int count = Math.min(piece, length - done);
      if (!remaining.hold(shards, offset + done, count)) {
        for (int from = 0; from < count && !isFull(); from += CHUNK) {
          int start = offset + done + from;
          int chunk = Math.min(CHUNK, count - from);
          if (count <= CHUNK || !remaining.hold(shards, start, chunk)) {
            addChunk(shards, start, start + chunk);
          }
        }
      }
      done += count;
      piece = Math.min(4 * piece, LONGEST_PIECE);
    }
  }

  /** Adds the positions of buffers; true if all remaining relations hold and nothing was added. */
  boolean holds(ByteBuffer[] shards) {
    return isFull() || remaining.hold(shards);
  }

  /** Adds the positions of a range in which a remaining relation fails. */
  private void addChunk(byte[][] shards, int start, int end) {
    int next = start;
    do {
      next = addFirst(shards, next, end);
    } while (next < end && !isFull() && !remaining.hold(shards, next, end - next));
  }

  /**
   * Adds the first position of a range that adds something, and those that follow closely.
   *
   * @return where it stopped to look
   */
  private int addFirst(byte[][] shards, int start, int end) {
    int count = end - start;
    if (syndromes[0].length < count) {
      for (int r = 0; r < dimension; r++) {
        syndromes[r] = new byte[count];
      }
    }
    checks.syndromes(shards, start, syndromes, new byte[shards.length][], count);
    byte[][] orthogonal = Annihilator.of(vectors, dimension);
    int last = count;
    int i = 0;
    for (; i < count && i - last <= PATIENCE && !isFull(); i++) {
      if (isOutside(orthogonal, i)) {
        byte[] vector = new byte[dimension];
        for (int r = 0; r < dimension; r++) {
          vector[r] = syndromes[r][i];
        }
        if (!space.add(vector)) {
          throw new IllegalStateException("a syndrome outside the span is inside it");
        }
        vectors.add(vector);
        orthogonal = Annihilator.of(vectors, dimension);
        last = i;
      }
    }
    if (last == count) {
      throw new IllegalStateException("a relation fails where every syndrome is in the span");
    }
    if (!isFull()) {
      remaining = checks.toleratingAll(vectors);
    }
    return start + i;
  }

  private boolean isOutside(byte[][] orthogonal, int position) {
    int any = 0;
    for (byte[] syndrome : syndromes) {
      any |= syndrome[position];
    }
    return any != 0 && hasProduct(orthogonal, position);
  }

  private boolean hasProduct(byte[][] orthogonal, int position) {
    for (byte[] row : orthogonal) {
      int sum = 0;
      for (int r = 0; r < dimension; r++) {
        sum ^= Gf256.multiply(row[r] & 0xff, syndromes[r][position] & 0xff);
      }
      if (sum != 0) {
        return true;
      }
    }
    return false;
  }
}
