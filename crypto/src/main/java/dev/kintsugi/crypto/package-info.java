/** Kintsugi crypto. */
@NullMarked
package dev.kintsugi.crypto;

import org.jspecify.annotations.NullMarked;
