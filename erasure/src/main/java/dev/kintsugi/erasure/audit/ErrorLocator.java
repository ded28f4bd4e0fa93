package dev.kintsugi.erasure.audit;

import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.audit.Location.Outcome;
import dev.kintsugi.erasure.internal.cache.RecentlyUsed;
import dev.kintsugi.erasure.internal.gf.Combinations;
import dev.kintsugi.erasure.internal.gf.RowSpace;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds out which shards of a stripe are wrong, from the parity relation alone.
 *
 * <p>A wrong shard is wrong in many bytes, and always in the same place of the stripe. The
 * syndromes of all positions of a block therefore span a space of dimension ρ, and if e wrong
 * shards have linearly independent errors, ρ = e and the space is spanned by the columns of just
 * these shards in the parity check matrix. With m parity shards, s of all shards erased, and a code
 * that is maximum distance separable, this finds up to <b>m - s - 1</b> wrong shards; at ρ = m - s
 * every syndrome space looks alike and the answer is {@link Outcome#AMBIGUOUS}. Codes that are not
 * maximum distance separable give the answer whenever exactly ρ columns lie in the space, and
 * {@link Outcome#AMBIGUOUS} when there are more.
 *
 * <p>For RAID-6 the column of data shard z is (1, 2^z), so that a single wrong shard is the
 * logarithm of the ratio of the syndromes of Q and P.
 *
 * <p>Errors that are dependent, as when only one byte position is wrong, leave ρ < e. Then the
 * smallest set that explains the space is certain if 2·e ≤ m - s + ρ - 1 (for a code that is not
 * maximum distance separable: if 2·e is at most the losses it always survives), and such sets are
 * searched for as long as there are at most {@value #MAX_SETS} to try; otherwise the answer is
 * {@link Outcome#BEYOND}.
 *
 * <p>More wrong shards than these bounds allow, with errors that somebody has made dependent on
 * purpose, can imitate the errors of others: this is a protection against accidents. Against malice
 * authenticate the shards.
 *
 * <p>Immutable and thread-safe.
 *
 * <p>Source: J. J. Metzner, E. J. Kapturowski, "A General Decoding Technique Applicable to
 * Replicated File Disagreement Location and Concatenated Code Decoding", IEEE Transactions on
 * Information Theory 36(4), 1990; for dependent errors C. Haslach, A. J. H. Vinck, "A Decoding
 * Algorithm With Restrictions for Array Codes", IEEE Transactions on Information Theory 45(7),
 * 1999.
 */
public final class ErrorLocator {
  /** The most sets of shards that are tried to explain dependent errors. */
  public static final int MAX_SETS = 200_000;

  /** Patterns of erasures whose relations are kept. */
  private static final int KEPT = 64;

  private final ErasureCode code;
  private final ParityChecks noErasures;
  private final RecentlyUsed<BitSet, ParityChecks> withErasures = new RecentlyUsed<>(KEPT);

  private ErrorLocator(ErasureCode code) {
    this.code = code;
    this.noErasures = ParityChecks.of(code, new BitSet());
  }

  /** Returns a locator for a code, which runs on the code's kernel. */
  public static ErrorLocator of(ErasureCode code) {
    if (code == null) {
      throw new IllegalArgumentException("code must not be null");
    }
    return new ErrorLocator(code);
  }

  /** Returns the code. */
  public ErasureCode code() {
    return code;
  }

  /**
   * Finds the wrong ones among all shards.
   *
   * @param shards all rows of the code; not modified
   * @param offset where the block starts in every row
   * @param length the number of bytes of the block in every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public Location locate(byte[][] shards, int offset, int length) {
    return locate(shards, new BitSet(), offset, length);
  }

  /**
   * Finds the wrong ones among the shards that are not erased.
   *
   * @param shards {@code totalShards()} rows; those erased are ignored and may be null; not
   *     modified
   * @param erased the indices of the shards that are known to be missing
   * @param offset where the block starts in every row
   * @param length the number of bytes of the block in every row
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public Location locate(byte[][] shards, BitSet erased, int offset, int length) {
    ErrorSearch search = search(erased);
    search.add(shards, offset, length);
    return search.location();
  }

  /**
   * Finds the wrong ones among all shards, each from its position to its limit; these do not
   * change.
   *
   * @param shards all buffers of the code; not modified
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public Location locate(ByteBuffer[] shards) {
    return locate(shards, new BitSet());
  }

  /**
   * Finds the wrong ones among the shards that are not erased, each from its position to its limit;
   * these do not change.
   *
   * @param shards {@code totalShards()} buffers; those erased are ignored and may be null; not
   *     modified
   * @param erased the indices of the shards that are known to be missing
   * @throws IllegalArgumentException if the shape is wrong, as in {@link ErasureCode}
   */
  public Location locate(ByteBuffer[] shards, BitSet erased) {
    ErrorSearch search = search(erased);
    search.add(shards);
    return search.location();
  }

  /**
   * Starts to look for wrong shards among those that are not erased, piece by piece.
   *
   * @param erased the indices of the shards that are known to be missing
   * @throws IllegalArgumentException if an index is not below {@code totalShards()}
   */
  public ErrorSearch search(BitSet erased) {
    checkErased(erased);
    ParityChecks checks =
        erased.isEmpty()
            ? noErasures
            : withErasures.get((BitSet) erased.clone(), set -> ParityChecks.of(code, set));
    return new ErrorSearch(this, erased, checks);
  }

  /** Returns the wrong shards that explain the syndromes. */
  Location explain(ParityChecks checks, List<byte[]> syndromes, BitSet erased) {
    BitSet unchecked = checks.unchecked(erased);
    if (checks.count() == 0) {
      return new Location(Outcome.AMBIGUOUS, new BitSet(), unchecked);
    }
    if (syndromes.isEmpty()) {
      return new Location(Outcome.CLEAN, new BitSet(), unchecked);
    }
    if (syndromes.size() == checks.count()) {
      return new Location(Outcome.AMBIGUOUS, new BitSet(), unchecked);
    }
    int[] candidates =
        IntStream.range(0, code.totalShards())
            .filter(i -> !erased.get(i) && !unchecked.get(i))
            .toArray();
    BitSet inside = columnsInside(checks, syndromes, candidates);
    if (rank(checks, inside) == syndromes.size()) {
      return inside.cardinality() == syndromes.size()
          ? new Location(Outcome.LOCATED, inside, unchecked)
          : new Location(Outcome.AMBIGUOUS, new BitSet(), unchecked);
    }
    BitSet smallest = smallestExplanation(checks, syndromes, candidates, erased.cardinality());
    return new Location(smallest.isEmpty() ? Outcome.BEYOND : Outcome.LOCATED, smallest, unchecked);
  }

  /**
   * Recomputes the shards that were located, and those erased, from the others.
   *
   * @param shards {@code totalShards()} rows as they were given to {@link #locate(byte[][], BitSet,
   *     int, int)}, with the erased ones not null; the located and the erased ones are overwritten
   * @param erased the indices of the shards that were erased
   * @param location what was found
   * @param offset where the block starts in every row
   * @param length the number of bytes of the block in every row
   * @throws IllegalArgumentException if nothing was located or not by a locator of this code, or
   *     the shape is wrong, as in {@link ErasureCode}
   * @throws dev.kintsugi.erasure.UndecodableException if the other shards do not determine them
   */
  public void correct(byte[][] shards, BitSet erased, Location location, int offset, int length) {
    code.reconstruct(shards, right(erased, location), offset, length);
  }

  /**
   * Recomputes the shards that were located, and those erased, from the others.
   *
   * @param shards {@code totalShards()} buffers as they were given to {@link #locate(ByteBuffer[],
   *     BitSet)}, with the erased ones not null; the located and the erased ones are overwritten
   *     from position to limit
   * @param erased the indices of the shards that were erased
   * @param location what was found
   * @throws IllegalArgumentException if nothing was located or not by a locator of this code, or
   *     the shape is wrong, as in {@link ErasureCode}
   * @throws dev.kintsugi.erasure.UndecodableException if the other shards do not determine them
   */
  public void correct(ByteBuffer[] shards, BitSet erased, Location location) {
    code.reconstruct(shards, right(erased, location));
  }

  /** Returns which shards are neither erased nor wrong. */
  private boolean[] right(BitSet erased, Location location) {
    checkErased(erased);
    if (location == null) {
      throw new IllegalArgumentException("location must not be null");
    }
    if (location.outcome() != Outcome.LOCATED) {
      throw new IllegalArgumentException("location (%s) must be located".formatted(location));
    }
    BitSet wrong = location.shards();
    if (wrong.length() > code.totalShards()) {
      throw new IllegalArgumentException(
          "location (%s) must hold indices below %d".formatted(location, code.totalShards()));
    }
    boolean[] right = new boolean[code.totalShards()];
    for (int i = 0; i < right.length; i++) {
      right[i] = !erased.get(i) && !wrong.get(i);
    }
    return right;
  }

  private void checkErased(BitSet erased) {
    if (erased == null) {
      throw new IllegalArgumentException("erased must not be null");
    }
    if (erased.length() > code.totalShards()) {
      throw new IllegalArgumentException(
          "erased (%s) must hold indices below %d".formatted(erased, code.totalShards()));
    }
  }

  private static BitSet columnsInside(
      ParityChecks checks, List<byte[]> syndromes, int[] candidates) {
    RowSpace span = new RowSpace(checks.count(), syndromes.size());
    syndromes.forEach(span::add);
    BitSet inside = new BitSet();
    for (int shard : candidates) {
      inside.set(shard, span.contains(checks.column(shard)));
    }
    return inside;
  }

  private static int rank(ParityChecks checks, BitSet shards) {
    RowSpace span = new RowSpace(checks.count(), shards.cardinality());
    shards.stream().forEach(shard -> span.add(checks.column(shard)));
    return span.rank();
  }

  /** Returns the only smallest set within the certain size; empty if there is none or several. */
  private BitSet smallestExplanation(
      ParityChecks checks, List<byte[]> syndromes, int[] candidates, int erased) {
    int survives = code.guaranteedLosses() - erased;
    boolean separable = code.guaranteedLosses() == code.parityShards();
    int largest = (separable ? survives + syndromes.size() - 1 : survives) / 2;
    for (int size = syndromes.size() + 1; size <= largest; size++) {
      if (Combinations.count(candidates.length, size) > MAX_SETS) {
        return new BitSet();
      }
      BitSet found = new BitSet();
      int[] chosen = Combinations.first(size);
      do {
        if (explains(checks, syndromes, candidates, chosen)) {
          if (!found.isEmpty()) {
            throw new IllegalStateException(
                "%s: two sets of %d shards explain one error".formatted(code, size));
          }
          for (int index : chosen) {
            found.set(candidates[index]);
          }
        }
      } while (Combinations.next(chosen, candidates.length));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return new BitSet();
  }

  private static boolean explains(
      ParityChecks checks, List<byte[]> syndromes, int[] candidates, int[] chosen) {
    RowSpace span = new RowSpace(checks.count(), chosen.length);
    for (int index : chosen) {
      span.add(checks.column(candidates[index]));
    }
    return syndromes.stream().allMatch(span::contains);
  }

  /** Checks the rows of a piece. */
  void check(byte[][] shards, BitSet erased, int offset, int length) {
    int total = code.totalShards();
    checkCount(shards);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offset (%d) and length (%d) must not be negative".formatted(offset, length));
    }
    int first = erased.nextClearBit(0);
    for (int i = first; i < total; i++) {
      if (erased.get(i)) {
        continue;
      }
      if (shards[i] == null) {
        throw new IllegalArgumentException("shards[%d] must not be null".formatted(i));
      }
      if (shards[i].length != shards[first].length) {
        throw new IllegalArgumentException(
            "shards[%d].length (%d) must be that of shards[%d] (%d)"
                .formatted(i, shards[i].length, first, shards[first].length));
      }
      if (shards[i].length - (long) offset < length) {
        throw new IllegalArgumentException(
            "offset (%d) + length (%d) must be at most shards[%d].length (%d)"
                .formatted(offset, length, i, shards[i].length));
      }
      for (int j = first; j < i; j++) {
        if (!erased.get(j) && shards[i] == shards[j]) {
          throw new IllegalArgumentException(
              "shards[%d] and shards[%d] must not be the same array".formatted(j, i));
        }
      }
    }
  }

  /** Checks the number of rows of a piece. */
  void checkCount(Object[] shards) {
    if (shards == null) {
      throw new IllegalArgumentException("shards must not be null");
    }
    if (shards.length != code.totalShards()) {
      throw new IllegalArgumentException(
          "shards.length (%d) must be %d".formatted(shards.length, code.totalShards()));
    }
  }
}
