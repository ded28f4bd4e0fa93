package dev.kintsugi.core.internal.dispersal;

/**
 * Where one sealed block of an extent lies.
 *
 * @param shard index of its data shard
 * @param offset of its first byte in the shard's payload
 * @param length of the sealed block in bytes
 */
record BlockPosition(int shard, int offset, int length) {}
