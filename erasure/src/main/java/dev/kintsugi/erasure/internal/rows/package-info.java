/** Checks of the rows that products read and write, before a byte is touched. */
@NullMarked
package dev.kintsugi.erasure.internal.rows;

import org.jspecify.annotations.NullMarked;
