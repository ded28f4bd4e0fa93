/** Tests of group keys, and attacks on them. */
@NullMarked
package dev.kintsugi.crypto.group;

import org.jspecify.annotations.NullMarked;
