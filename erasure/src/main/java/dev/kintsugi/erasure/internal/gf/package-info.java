/** Arithmetic and linear algebra over GF(2^8) with polynomial 0x11d. */
@NullMarked
package dev.kintsugi.erasure.internal.gf;

import org.jspecify.annotations.NullMarked;
