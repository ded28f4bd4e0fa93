package dev.kintsugi.core.archive;

import java.util.OptionalLong;

/**
 * Room of an archive, in bytes; empty where the backend cannot tell.
 *
 * @param total all room
 * @param free room left for shards
 */
public record Capacity(OptionalLong total, OptionalLong free) {}
