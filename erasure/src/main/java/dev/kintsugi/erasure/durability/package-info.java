/** How long data coded in a certain way is expected to last. */
@NullMarked
package dev.kintsugi.erasure.durability;

import org.jspecify.annotations.NullMarked;
