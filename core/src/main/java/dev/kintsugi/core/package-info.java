/** Kintsugi core. */
@NullMarked
package dev.kintsugi.core;

import org.jspecify.annotations.NullMarked;
