/**
 * Erasure codes over GF(2^8) as immutable, thread-safe values, and the kernels that run them.
 *
 * <p>{@link dev.kintsugi.erasure.ErasureCodes#parse} turns {@code rs:10+4} into an {@link
 * dev.kintsugi.erasure.ErasureCode}; shards are rows of an array that the caller owns.
 */
@NullMarked
package dev.kintsugi.erasure;

import org.jspecify.annotations.NullMarked;
