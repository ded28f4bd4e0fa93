/** Kintsugi erasure. */
@NullMarked
package dev.kintsugi.erasure;

import org.jspecify.annotations.NullMarked;
