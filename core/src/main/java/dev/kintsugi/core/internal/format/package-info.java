/** Words that every format version shares. */
@NullMarked
package dev.kintsugi.core.internal.format;

import org.jspecify.annotations.NullMarked;
