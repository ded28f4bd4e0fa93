/** Tests of secret splitting. */
@NullMarked
package dev.kintsugi.crypto.split;

import org.jspecify.annotations.NullMarked;
