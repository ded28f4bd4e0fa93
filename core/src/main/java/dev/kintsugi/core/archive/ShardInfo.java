package dev.kintsugi.core.archive;

/**
 * A published shard as a listing shows it.
 *
 * @param name its name
 * @param size its length in bytes
 */
public record ShardInfo(ShardName name, long size) {}
