/** The index behind an interface: names to inodes to stripes to shards, sealed rows only. */
@NullMarked
package dev.kintsugi.core.internal.index;

import org.jspecify.annotations.NullMarked;
