/**
 * The tree of names: paths to inodes, POSIX rules, and the sealed records that a commit writes for
 * what changed. Knows neither archives nor stripes.
 */
@NullMarked
package dev.kintsugi.core.internal.namespace;

import org.jspecify.annotations.NullMarked;
