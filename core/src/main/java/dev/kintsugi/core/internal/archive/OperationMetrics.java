package dev.kintsugi.core.internal.archive;

import java.util.OptionalLong;

/**
 * What was measured of one kind of operation.
 *
 * @param count calls that ended, failures included
 * @param failures calls that threw
 * @param bytes shard and record bytes moved by calls that succeeded
 * @param nanos sum of the times of all calls, in nanoseconds
 * @param usualNanos exponentially weighted mean of the times of calls that succeeded, in
 *     nanoseconds; empty before the first
 */
public record OperationMetrics(
    long count, long failures, long bytes, long nanos, OptionalLong usualNanos) {}
