package dev.kintsugi.core.internal.format.v1;

/**
 * Where an extent starts in its stripe. Its other blocks follow from the rule that a block which
 * does not fit into what is left of its shard starts the next one.
 *
 * @param shard index of a data shard, 0 to 254
 * @param offset byte in that shard's payload, from 0
 */
public record ExtentAddress(int shard, int offset) {
  /** Validates the ranges. */
  public ExtentAddress {
    if (shard < 0 || shard > 254) {
      throw new IllegalArgumentException("shard (" + shard + ") must be in 0..254");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset (" + offset + ") must not be negative");
    }
  }
}
