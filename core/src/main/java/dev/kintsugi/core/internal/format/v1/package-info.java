/** Format version 1 as pure bytes: parsers and writers that know no I/O. */
@NullMarked
package dev.kintsugi.core.internal.format.v1;

import org.jspecify.annotations.NullMarked;
