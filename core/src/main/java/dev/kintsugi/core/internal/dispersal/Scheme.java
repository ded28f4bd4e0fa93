package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.RepairPlan;
import dev.kintsugi.erasure.UndecodableException;
import java.util.BitSet;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How a stripe becomes shards: an erasure code and the geometry that follows from it.
 *
 * <p>A full data shard holds B = max(1, 128 / k) whole sealed blocks, so that a full stripe holds
 * about 8 MiB of plaintext whatever k is. Immutable and thread-safe.
 */
public final class Scheme {
  /** Blocks of a full stripe, as near as k allows. */
  private static final int BLOCKS = 128;

  /** Every shard that is read asks for its scheme, and some codes take milliseconds to make. */
  private static final Map<String, Scheme> KNOWN = new ConcurrentHashMap<>();

  private final ErasureCode code;
  private final int blocksPerShard;
  private final boolean masked;

  private Scheme(String name) {
    this.code = ErasureCodes.parse(name);
    if (code.toString().length() > ShardHeader.MAX_SCHEME) {
      throw new IllegalArgumentException(
          "scheme (" + name + ") must have at most " + ShardHeader.MAX_SCHEME + " characters");
    }
    this.blocksPerShard = Math.max(1, BLOCKS / code.dataShards());
    this.masked = hasCopies(code);
  }

  /**
   * Returns the scheme of a name.
   *
   * @param name such as {@code rs:4+2}
   * @throws IllegalArgumentException if the name is malformed or too long
   */
  public static Scheme parse(String name) {
    return KNOWN.computeIfAbsent(name, Scheme::new);
  }

  /** Returns whether some parity shard depends on one data shard only. */
  private static boolean hasCopies(ErasureCode code) {
    byte[] matrix = code.parityMatrix();
    for (int row = 0; row < matrix.length; row += code.dataShards()) {
      int summands = 0;
      for (int column = 0; column < code.dataShards(); column++) {
        summands += matrix[row + column] == 0 ? 0 : 1;
      }
      if (summands < 2) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether payloads are masked before they are stored. They are if some shard is a copy of
   * another, or a multiple: archives could tell by it that the two belong together.
   */
  public boolean masked() {
    return masked;
  }

  /** Returns the code. */
  public ErasureCode code() {
    return code;
  }

  /** Returns k, the number of shards that hold data; no fewer suffice to read. */
  public int dataShards() {
    return code.dataShards();
  }

  /** Returns n, the number of shards of a stripe. */
  public int totalShards() {
    return code.totalShards();
  }

  /**
   * Returns how many shards suffice to read whichever they are: k for a code that is maximum
   * distance separable, more for one that repairs locally.
   */
  public int sufficient() {
    return code.totalShards() - code.guaranteedLosses();
  }

  /**
   * Returns whether shards determine all others: any {@link #sufficient} do, and of fewer those
   * that the code can decode.
   *
   * @param present indices of shards
   */
  public boolean decodable(Collection<Integer> present) {
    return decodable(bits(present));
  }

  /** Returns whether shards determine all others; see {@link #decodable(Collection)}. */
  public boolean decodable(BitSet present) {
    return present.cardinality() >= sufficient() || code.decodable(present);
  }

  /**
   * Returns how many more shards may be lost whichever they are; -1 if those present do not
   * determine the others. It is exact for codes that are maximum distance separable; with others,
   * luck may let more be lost.
   *
   * @param present indices of shards
   */
  public int redundancyLeft(Collection<Integer> present) {
    BitSet there = bits(present);
    int spare = there.cardinality() - sufficient();
    if (spare >= 0) {
      return spare;
    }
    return code.decodable(there) ? 0 : -1;
  }

  /**
   * Returns the cheapest way to compute lost shards; empty if the shards available do not determine
   * them.
   *
   * @param lost indices of the shards to compute, at least one
   * @param available indices of shards that can be read, none of them lost
   * @param costs what reading each shard costs
   */
  Optional<RepairPlan> plan(BitSet lost, BitSet available, double[] costs) {
    try {
      return Optional.of(code.planRepair(lost, available, costs));
    } catch (UndecodableException e) {
      return Optional.empty();
    }
  }

  /** Returns indices as a set of bits. */
  static BitSet bits(Collection<Integer> indices) {
    BitSet bits = new BitSet();
    indices.forEach(bits::set);
    return bits;
  }

  /** Returns how many whole sealed blocks a full data shard holds. */
  public int blocksPerShard() {
    return blocksPerShard;
  }

  /** Returns the greatest payload length of a shard, in bytes. */
  public int fullShardLength() {
    return blocksPerShard * ExtentSealer.SEALED_BLOCK_SIZE;
  }

  /** Returns the most plaintext bytes that one extent, alone in a stripe, can have. */
  public int capacity() {
    return dataShards() * blocksPerShard * ExtentSealer.BLOCK_SIZE;
  }

  /** Returns the name, which {@link #parse} reads. */
  @Override
  public String toString() {
    return code.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Scheme that && code.equals(that.code);
  }

  @Override
  public int hashCode() {
    return code.hashCode();
  }
}
