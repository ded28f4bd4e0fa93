/**
 * Implementations of {@link dev.kintsugi.erasure.GaloisKernel}, reached through their providers.
 */
@NullMarked
package dev.kintsugi.erasure.internal.kernel;

import org.jspecify.annotations.NullMarked;
