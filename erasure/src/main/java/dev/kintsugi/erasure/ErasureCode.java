package dev.kintsugi.erasure;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A systematic linear erasure code over GF(2^8): it turns k data shards into k data and m parity
 * shards, of equal length, so that lost shards can be computed from the others.
 *
 * <p>Shards are numbered from 0 to {@code totalShards() - 1}, data first. They are passed as one
 * array of {@code totalShards()} rows that the caller owns and that no method keeps. Bytes at
 * different positions of a shard never influence each other, so any range may be coded by itself:
 * every method works on {@code [offset, offset + length)} of every row and leaves the rest alone. A
 * length of 0 is allowed.
 *
 * <p>Rows can also be {@link ByteBuffer}s, heap and direct ones in any mixture, whose range is from
 * position to limit; positions and limits never change. Direct buffers spare the {@code isa-l}
 * kernel its copies, which is twice as fast.
 *
 * <p>Codes are immutable and thread-safe. Two codes are equal if they have the same {@link
 * #toString() name}, whatever kernel they run on.
 *
 * <p>Bad shapes throw {@link IllegalArgumentException} naming the argument, before anything is
 * written: an array of another length than {@code totalShards()}, a row that is needed and null, a
 * row of another length than the other rows that take part, a range outside the rows, the same row
 * in two places, a buffer that is written and read-only or overlaps another one.
 */
public interface ErasureCode {
  /** Returns k, the number of data shards, at least 1. */
  int dataShards();

  /** Returns m, the number of parity shards, at least 1. */
  int parityShards();

  /** Returns k + m, at most 255. */
  default int totalShards() {
    return dataShards() + parityShards();
  }

  /**
   * Returns the largest number of shards that may be lost whichever they are: one less than the
   * minimum distance. It is {@code parityShards()} exactly for codes that are maximum distance
   * separable.
   */
  int guaranteedLosses();

  /**
   * Returns the m × k coefficients of the parity shards, row by row: {@code parity[r] = Σ_c
   * matrix[r * k + c] · data[c]}. The caller owns the array.
   */
  byte[] parityMatrix();

  /** Returns the kernel that this code runs on. */
  GaloisKernel kernel();

  /** Returns the same code on another kernel. */
  ErasureCode withKernel(GaloisKernel kernel);

  /**
   * Computes the parity shards.
   *
   * @param shards k data rows to read, then m parity rows to overwrite
   * @param offset where the range starts in every row
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void encode(byte[][] shards, int offset, int length);

  /**
   * Computes the parity shards.
   *
   * @param shards k data buffers to read, then m parity buffers to overwrite
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void encode(ByteBuffer[] shards);

  /**
   * Returns whether the parity shards are those of the data shards.
   *
   * @param shards k data rows, then m parity rows; not modified
   * @param offset where the range starts in every row
   * @param length the number of bytes of every row
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  boolean verify(byte[][] shards, int offset, int length);

  /**
   * Returns whether the parity shards are those of the data shards.
   *
   * @param shards k data buffers, then m parity buffers; not modified
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  boolean verify(ByteBuffer[] shards);

  /**
   * Returns whether the present shards determine all others.
   *
   * @param present the indices of the shards that are there
   * @throws IllegalArgumentException if an index is not below {@code totalShards()}
   */
  boolean decodable(BitSet present);

  /**
   * Computes the shards that are wanted and not present. It reads only as many present shards as it
   * needs, which ones depends on the code.
   *
   * <p>Example for {@code rs:4+2}, shard 1 lost and wanted, shard 5 lost and not wanted: {@code
   * present = {t, f, t, t, t, f}}, {@code wanted = {f, t, f, f, f, f}}, {@code shards = {d0,
   * buffer, d2, d3, p0, null}}.
   *
   * @param shards the rows: those present are read, those wanted and not present are overwritten,
   *     those neither present nor wanted are ignored and may be null
   * @param present which rows hold their shard
   * @param wanted which rows to fill; a row that is present is left alone
   * @param offset where the range starts in every row
   * @param length the number of bytes of every row
   * @throws TooFewShardsException if fewer shards are present than are needed
   * @throws UndecodableException if the shards present do not determine those wanted
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void reconstruct(byte[][] shards, boolean[] present, boolean[] wanted, int offset, int length);

  /**
   * Computes all shards that are not present.
   *
   * @param shards as in {@link #reconstruct(byte[][], boolean[], boolean[], int, int)}; no row may
   *     be null
   * @param present which rows hold their shard
   * @param offset where the range starts in every row
   * @param length the number of bytes of every row
   * @throws TooFewShardsException if fewer shards are present than are needed
   * @throws UndecodableException if the shards present do not determine the others
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void reconstruct(byte[][] shards, boolean[] present, int offset, int length);

  /**
   * Computes the shards that are wanted and not present, as {@link #reconstruct(byte[][],
   * boolean[], boolean[], int, int)}.
   *
   * @param shards the buffers: those present are read, those wanted and not present are
   *     overwritten, those neither present nor wanted are ignored and may be null
   * @param present which buffers hold their shard
   * @param wanted which buffers to fill; a buffer that is present is left alone
   * @throws TooFewShardsException if fewer shards are present than are needed
   * @throws UndecodableException if the shards present do not determine those wanted
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void reconstruct(ByteBuffer[] shards, boolean[] present, boolean[] wanted);

  /**
   * Computes all shards that are not present.
   *
   * @param shards as in {@link #reconstruct(ByteBuffer[], boolean[], boolean[])}; none may be null
   * @param present which buffers hold their shard
   * @throws TooFewShardsException if fewer shards are present than are needed
   * @throws UndecodableException if the shards present do not determine the others
   * @throws IllegalArgumentException if the shape is wrong, see above
   */
  void reconstruct(ByteBuffer[] shards, boolean[] present);

  /**
   * Returns the cheapest way to compute lost shards: the least sum of the costs of the shards that
   * are read. For {@link ReedSolomon}, {@link Raid6}, {@link XorParity}, {@link Replication} and
   * {@link AzureLrc} no set of available shards is cheaper. For {@link UniformCauchyLrc} that holds
   * wherever {@link RepairPlan#isCheapest} says so: its relations are irregular, and a search that
   * tries all of them gives up after 10,000 steps. It does not for any loss in codes of up to 100
   * shards of which four are parity, such as {@code lrc:24-of-28}, nor for a single loss at equal
   * costs in any of the short-named codes, where the local group needs no search. Where it gives up
   * the plan is the cheapest of the local groups, of the greedy basis and of what was tried, and so
   * never dearer than the k cheapest shards that determine all others.
   *
   * @param lost the indices of the shards to compute, at least one
   * @param available the indices of the shards that can be read, none of them lost; shards in
   *     neither set are not touched
   * @param costs what reading each shard costs, in any unit, {@code totalShards()} finite numbers
   *     that are not negative
   * @throws TooFewShardsException if fewer shards are available than are needed
   * @throws UndecodableException if the shards available do not determine those lost
   * @throws IllegalArgumentException if an argument is malformed
   */
  RepairPlan planRepair(BitSet lost, BitSet available, double[] costs);

  /**
   * Returns the way to compute lost shards that reads the fewest of all others.
   *
   * @param lost the indices of the shards to compute, at least one
   * @throws TooFewShardsException if fewer shards are left than are needed
   * @throws UndecodableException if the shards left do not determine those lost
   * @throws IllegalArgumentException if the set is empty or holds an index that is too high
   */
  RepairPlan planRepair(BitSet lost);

  /**
   * Adds to the parity shards what changes when one data shard changes.
   *
   * @param shards {@code totalShards()} rows; the parity rows that depend on the data shard are
   *     modified, all others are ignored and may be null
   * @param dataShard the index of the data shard that changes
   * @param delta the exclusive-or of its old and its new bytes, in the same range as that of the
   *     rows and as long as they are; not modified
   * @param offset where the range starts in the delta and in every row
   * @param length the number of bytes
   * @throws IllegalArgumentException if the index is not that of a data shard, or the shape is
   *     wrong, see above
   */
  void updateParity(byte[][] shards, int dataShard, byte[] delta, int offset, int length);

  /**
   * Adds to the parity shards what changes when one data shard changes.
   *
   * @param shards {@code totalShards()} buffers; the parity buffers that depend on the data shard
   *     are modified, all others are ignored and may be null
   * @param dataShard the index of the data shard that changes
   * @param delta the exclusive-or of its old and its new bytes; not modified
   * @throws IllegalArgumentException if the index is not that of a data shard, or the shape is
   *     wrong, see above
   */
  void updateParity(ByteBuffer[] shards, int dataShard, ByteBuffer delta);

  /** Returns the name that {@link ErasureCodes#parse} reads, such as {@code rs:10+4}. */
  @Override
  String toString();
}
