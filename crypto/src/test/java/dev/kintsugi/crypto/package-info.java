/** Tests of keys and sealing. */
@NullMarked
package dev.kintsugi.crypto;

import org.jspecify.annotations.NullMarked;
