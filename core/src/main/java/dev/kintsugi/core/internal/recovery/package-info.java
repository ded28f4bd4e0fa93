/** Mending: scrub, repair, rebuild, and recovery of the index from shards and keys alone. */
@NullMarked
package dev.kintsugi.core.internal.recovery;

import org.jspecify.annotations.NullMarked;
