package dev.kintsugi.core.internal.dispersal;

import dev.kintsugi.core.internal.format.v1.ShardHeader;
import dev.kintsugi.crypto.ExtentSealer;
import dev.kintsugi.erasure.ErasureCode;
import dev.kintsugi.erasure.ErasureCodes;
import dev.kintsugi.erasure.Raid6;
import dev.kintsugi.erasure.ReedSolomon;
import dev.kintsugi.erasure.XorParity;
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

  private final ErasureCode code;
  private final int blocksPerShard;

  private Scheme(ErasureCode code) {
    this.code = code;
    this.blocksPerShard = Math.max(1, BLOCKS / code.dataShards());
  }

  /**
   * Returns the scheme of a name.
   *
   * @param name such as {@code rs:4+2}
   * @throws IllegalArgumentException if the name is malformed, or names a code whose shards would
   *     be copies of each other
   */
  public static Scheme parse(String name) {
    ErasureCode code = ErasureCodes.parse(name);
    if (code.dataShards() < 2) {
      throw new IllegalArgumentException(
          "scheme ("
              + name
              + ") must have at least 2 data shards: with one, all shards are equal, and archives"
              + " could tell which of them belong together");
    }
    if (!(code instanceof ReedSolomon || code instanceof Raid6 || code instanceof XorParity)) {
      throw new IllegalArgumentException(
          "scheme ("
              + name
              + ") is a code of which not every k shards suffice to read, which vaults do not use yet");
    }
    if (code.toString().length() > ShardHeader.MAX_SCHEME) {
      throw new IllegalArgumentException(
          "scheme (" + name + ") must have at most " + ShardHeader.MAX_SCHEME + " characters");
    }
    return new Scheme(code);
  }

  /** Returns the code. */
  public ErasureCode code() {
    return code;
  }

  /** Returns k, the number of shards that suffice to read. */
  public int dataShards() {
    return code.dataShards();
  }

  /** Returns n, the number of shards of a stripe. */
  public int totalShards() {
    return code.totalShards();
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
