/**
 * Turns sealed extents into stripes of shards on archives, and back: layout, coding, placement,
 * writing, reading, auditing and restoring of one stripe at a time.
 */
@NullMarked
package dev.kintsugi.core.internal.dispersal;

import org.jspecify.annotations.NullMarked;
