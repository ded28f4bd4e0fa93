/**
 * Backends in directories and in memory, their decorators, and the archives attached to a vault.
 */
@NullMarked
package dev.kintsugi.core.internal.archive;

import org.jspecify.annotations.NullMarked;
