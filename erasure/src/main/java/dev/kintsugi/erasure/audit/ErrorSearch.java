package dev.kintsugi.erasure.audit;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A search for wrong shards that are too long to be in memory at once: the pieces are added one
 * after another, and the answer is that of {@link ErrorLocator#locate(byte[][], BitSet, int, int)}
 * for all of them together.
 *
 * <p>Memory stays bounded by a piece. Not thread-safe.
 */
public final class ErrorSearch {
  private static final int COPY = 1 << 16;

  private final ErrorLocator locator;
  private final BitSet erased;
  private final ParityChecks checks;
  private final SyndromeSpace space;
  private byte @Nullable [][] copies;

  ErrorSearch(ErrorLocator locator, BitSet erased, ParityChecks checks) {
    this.locator = locator;
    this.erased = (BitSet) erased.clone();
    this.checks = checks;
    this.space = new SyndromeSpace(checks);
  }

  /**
   * Adds a piece of every shard.
   *
   * @param shards {@code totalShards()} rows; those erased are ignored and may be null; not
   *     modified and not kept
   * @param offset where the piece starts in every row
   * @param length the number of bytes of the piece in every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link
   *     dev.kintsugi.erasure.ErasureCode}
   */
  public void add(byte[][] shards, int offset, int length) {
    locator.check(shards, erased, offset, length);
    space.add(shards, offset, length);
  }

  /**
   * Adds a piece of every shard, each from its position to its limit; these do not change.
   *
   * @param shards {@code totalShards()} buffers; those erased are ignored and may be null
   * @throws IllegalArgumentException if the shape is wrong, as in {@link
   *     dev.kintsugi.erasure.ErasureCode}
   */
  public void add(ByteBuffer[] shards) {
    locator.checkCount(shards);
    int total = shards.length;
    int length = -1;
    for (int i = 0; i < total; i++) {
      if (erased.get(i)) {
        continue;
      }
      if (shards[i] == null) {
        throw new IllegalArgumentException("shards[%d] must not be null".formatted(i));
      }
      if (length >= 0 && shards[i].remaining() != length) {
        throw new IllegalArgumentException(
            "shards[%d].remaining() (%d) must be that of the others (%d)"
                .formatted(i, shards[i].remaining(), length));
      }
      length = shards[i].remaining();
    }
    if (length <= 0 || checks.count() == 0 || space.holds(shards)) {
      return;
    }
    byte[][] rows = copies;
    if (rows == null) {
      rows = new byte[total][COPY];
      copies = rows;
    }
    for (int done = 0; done < length; done += COPY) {
      int count = Math.min(COPY, length - done);
      for (int i = 0; i < total; i++) {
        if (!erased.get(i)) {
          shards[i].get(shards[i].position() + done, rows[i], 0, count);
        }
      }
      space.add(rows, 0, count);
    }
  }

  /** Returns what is known after the pieces added so far; more may be added afterwards. */
  public Location location() {
    return locator.explain(checks, space.basis(), erased);
  }
}
