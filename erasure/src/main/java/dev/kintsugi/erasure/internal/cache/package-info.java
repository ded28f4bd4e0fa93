/** What is kept because it takes its time to make. */
@NullMarked
package dev.kintsugi.erasure.internal.cache;

import org.jspecify.annotations.NullMarked;
