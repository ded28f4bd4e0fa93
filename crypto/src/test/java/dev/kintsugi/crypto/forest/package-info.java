/** Tests of the keyed hash forest, and attacks on it. */
@NullMarked
package dev.kintsugi.crypto.forest;

import org.jspecify.annotations.NullMarked;
