/** Errors and values shared by every layer of the store. */
@NullMarked
package dev.kintsugi.core;

import org.jspecify.annotations.NullMarked;
